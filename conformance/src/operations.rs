//! The operations, by neutral names: `table.rs` has the list, `args.rs` the arguments. `OPERATIONS.md` is
//! printed from both.

mod args;
mod operation;
mod table;

use std::fmt::Write as _;

use serde_json::{Map, Value};

pub use args::{Arg, Kind};
pub use operation::{ErrorKind, Operation};
pub use table::OPERATIONS;

use crate::naming::name_of;

/// Returns the operation with this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Operation> {
    OPERATIONS.binary_search_by(|operation| operation.name.cmp(name)).ok().map(|index| &OPERATIONS[index])
}

/// Returns example values of the required arguments that suit a call in the default world.
#[must_use]
pub fn example_args(operation: &Operation) -> Map<String, Value> {
    let required = operation.args.iter().filter(|arg| arg.required);
    required.map(|arg| (arg.name.to_owned(), arg.kind.example())).collect()
}

/// Returns the text of `OPERATIONS.md`.
#[must_use]
pub fn page() -> String {
    let mut page = format!(
        "# Operations\n\n\
         Operations that scenarios call and adapters implement, by neutral names; printed from the kit's \
         table (`SLYMOCK_BLESS=1 cargo test -p slymock-conformance --test it operations::`). If a call leaves \
         out an argument, the client's own default applies. `*` under \"sends\" stands for the argument \
         `method`.\n\n\
         Every operation that sends requests may raise {}. Further kinds are listed with the operation.\n",
        kinds(table::WIRE.iter().copied())
    );
    for operation in OPERATIONS {
        add(&mut page, operation);
    }
    page
}

fn add(page: &mut String, operation: &Operation) {
    let _ = writeln!(page, "\n## `{}`\n\n{}\n", operation.name, operation.about);
    let _ = writeln!(page, "| argument | | type |\n|---|---|---|");
    for arg in operation.args {
        let required = if arg.required { "required" } else { "" };
        let _ = writeln!(page, "| `{}` | {required} | {} |", arg.name, arg.kind.words());
    }
    let _ = writeln!(page, "\n- returns: {}", operation.returns);
    if !operation.sends.is_empty() {
        let sends: Vec<_> = operation.sends.iter().map(|method| format!("`{method}`")).collect();
        let _ = writeln!(page, "- sends: {}", sends.join(", "));
    }
    let more: Vec<_> = operation
        .may_raise
        .iter()
        .copied()
        .filter(|kind| operation.sends.is_empty() || !table::WIRE.contains(kind))
        .collect();
    if !more.is_empty() {
        let _ = writeln!(page, "- may raise: {}", kinds(more));
    }
}

fn kinds(kinds: impl IntoIterator<Item = ErrorKind>) -> String {
    let kinds: Vec<_> = kinds.into_iter().map(|kind| format!("`{}`", name_of(kind))).collect();
    kinds.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_sorted_and_each_is_found() {
        assert!(OPERATIONS.windows(2).all(|pair| pair[0].name < pair[1].name));
        assert!(OPERATIONS.iter().all(|operation| find(operation.name).is_some()));
        assert!(find("task.wiat").is_none());
    }

    #[test]
    fn what_they_do_is_a_sentence() {
        for operation in OPERATIONS {
            assert!(operation.about.ends_with('.'), "{}", operation.name);
        }
    }

    #[test]
    fn what_sends_a_request_may_fail_as_requests_do() {
        for operation in OPERATIONS {
            let raises = |kind| operation.may_raise.contains(kind);
            assert_eq!(table::WIRE.iter().all(raises), !operation.sends.is_empty(), "{}", operation.name);
        }
    }

    #[test]
    fn an_example_has_what_a_call_must_have_and_no_more() {
        let wait = example_args(find("task.wait").unwrap());
        assert_eq!(Value::Object(wait), serde_json::json!({"id": 121_230, "target": "finished"}));
    }
}
