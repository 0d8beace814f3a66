//! What somebody may have meant who wrote a name that there is not.

pub(crate) use slymock_server::engine::likeness::closest as nearest;

/// What to say behind what is wrong.
pub(crate) fn hint(nearest: Option<&str>) -> String {
    nearest.map(|near| format!("; did you mean {near}?")).unwrap_or_default()
}
