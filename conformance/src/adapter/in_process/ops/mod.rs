//! The operations of the kit on the Rust client. Each row has a function that parses the arguments, calls the
//! client, and converts the result to JSON.

mod legacy;
mod listing;
mod output;
mod reading;
mod row;
mod writing;

use serde_json::Value;
use slymock_client::Client;

pub(super) use row::Failure;
use row::{Args, OperationRow};

/// The rows of all areas.
fn rows() -> impl Iterator<Item = &'static OperationRow> {
    let areas = [reading::OPS, listing::OPS, writing::OPS, output::OPS, legacy::OPS];
    areas.into_iter().flatten()
}

/// Names of the operations.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    rows().map(|(name, _)| *name)
}

/// Runs an operation.
pub(super) async fn operate(client: Client, op: &str, args: Args) -> Result<Value, Failure> {
    match rows().find(|(name, _)| *name == op) {
        Some((_, run)) => run(client, args).await,
        None => Err(Failure::Args(format!("the client has no operation {op}"))),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::operations::OPERATIONS;

    #[test]
    fn the_client_has_all_operations() {
        let all: BTreeSet<_> = OPERATIONS.iter().map(|operation| operation.name).collect();
        assert_eq!(names().collect::<BTreeSet<_>>(), all);
        assert_eq!(names().count(), all.len());
    }
}
