//! The table of what each operation sends and returns, written from the pages of `docs/wire` and from the
//! meaning of the operations in `conformance/OPERATIONS.md`. It shares nothing with the engine, the clients and
//! the scenarios, so that it can judge any client.
//!
//! A form never demands more than a sane client does. Two rules follow from it:
//! - an optional argument that the call leaves out is demanded only if the documentation has its default and
//!   every client must send it, as the core checks of `scenarios/tasks` do, because the server's default differs
//!   or is not known;
//! - an argument whose value is also the server's default may be left out of the request.

mod form;
mod legacy;
mod outputs;
mod reading;
mod replies;
mod starting;
mod writing;

pub(super) use form::Form;

/// Operations whose forms are elsewhere, because a call of them sends several requests or none.
#[cfg(test)]
pub(super) const ELSEWHERE: &[&str] =
    &["task.list", "task.list_all", "task.list_pages", "task.raise_for_status", "task.wait"];

/// Returns the form of an operation; none if it is in [`ELSEWHERE`] or unknown.
pub(super) fn find(op: &str) -> Option<&'static Form> {
    forms().find(|form| form.op == op)
}

/// The forms of all areas.
fn forms() -> impl Iterator<Item = &'static Form> {
    let areas = [reading::FORMS, writing::FORMS, starting::FORMS, outputs::FORMS, legacy::FORMS];
    areas.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::operations::OPERATIONS;

    #[test]
    fn each_operation_has_one_form_or_is_elsewhere() {
        let all: BTreeSet<_> = OPERATIONS.iter().map(|operation| operation.name).collect();
        let ours: Vec<_> = forms().map(|form| form.op).chain(ELSEWHERE.iter().copied()).collect();
        assert_eq!(ours.len(), all.len(), "an operation has two forms, or has none");
        assert_eq!(ours.into_iter().collect::<BTreeSet<_>>(), all);
    }

    #[test]
    fn a_form_is_found_by_its_operation() {
        assert_eq!(find("task.stop").map(|form| form.method), Some("tasks.stop"));
        assert!(find("task.wait").is_none() && find("task.unknown").is_none());
    }

    #[test]
    fn no_form_lists_its_own_method_twice() {
        for form in forms() {
            assert!(!form.also.contains(&form.method), "{}", form.op);
        }
    }

    /// A 404 becomes null in the SDK for these two of the methods (`docs/wire/transport.md#not-found`); the
    /// status is read from the row, so that `task.status` fails.
    #[test]
    fn two_operations_may_return_null_for_a_404() {
        let null: Vec<_> = forms().filter(|form| form.null_at_404).map(|form| form.op).collect();
        assert_eq!(null, ["task.info", "task.training_metrics"]);
    }
}
