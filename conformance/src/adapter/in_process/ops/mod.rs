//! The neutral operations, done by the Rust client: for each a row with what reads its arguments, calls the
//! client and makes JSON of what comes back.

mod legacy;
mod listing;
mod output;
mod reading;
mod writing;

use std::pin::Pin;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use slymock_client::{Client, Error, Status};

/// Arguments of an operation.
type Args = Map<String, Value>;
/// What an operation comes to.
type Done = Pin<Box<dyn Future<Output = Result<Value, Trouble>> + Send>>;
/// An operation by its name.
type Row = (&'static str, fn(Client, Args) -> Done);

/// Why an operation gave nothing.
pub(super) enum Trouble {
    /// The scenario's arguments are not the operation's.
    Args(String),
    /// The client failed.
    Client(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Client(error)
    }
}

/// All rows.
fn rows() -> impl Iterator<Item = &'static Row> {
    let areas = [reading::OPS, listing::OPS, writing::OPS, output::OPS, legacy::OPS];
    areas.into_iter().flatten()
}

/// The names of the operations.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    rows().map(|(name, _)| *name)
}

/// Does an operation.
pub(super) async fn operate(client: Client, op: &str, args: Args) -> Result<Value, Trouble> {
    match rows().find(|(name, _)| *name == op) {
        Some((_, run)) => run(client, args).await,
        None => Err(Trouble::Args(format!("the client has no operation {op}"))),
    }
}

/// Arguments as the operation takes them.
fn read<T: DeserializeOwned>(args: Args) -> Result<T, Trouble> {
    serde_path_to_error::deserialize(Value::Object(args)).map_err(|error| Trouble::Args(error.to_string()))
}

/// A status by its name. That there is no other is the client's type to see to: text that is none gets no
/// further than here.
fn parse_status(name: &str) -> Result<Status, Trouble> {
    name.parse().map_err(|_| Trouble::Client(Error::InvalidArgument(format!("{name:?} is no status"))))
}

/// The one argument of operations about a task.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Id {
    id: u64,
}

/// A list of objects as JSON.
fn objects(rows: Vec<Args>) -> Value {
    rows.into_iter().map(Value::Object).collect()
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
