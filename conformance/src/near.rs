//! Suggestions for misspelt names.

pub(crate) use slymock_server::engine::likeness::closest as nearest;

/// Returns the "did you mean" part of a message; empty without a suggestion.
pub(crate) fn hint(nearest: Option<&str>) -> String {
    nearest.map(|near| format!("; did you mean {near}?")).unwrap_or_default()
}
