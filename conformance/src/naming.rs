//! Names of enum variants as in JSON, for messages.

use serde::Serialize;
use serde_json::Value;

/// Returns the JSON name of a unit variant.
pub(crate) fn name_of(variant: impl Serialize) -> String {
    match serde_json::to_value(variant) {
        Ok(Value::String(name)) => name,
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::name_of;
    use crate::operations::ErrorKind;

    #[test]
    fn a_variant_is_named_as_in_json() {
        assert_eq!(name_of(ErrorKind::WaitTimeout), "wait_timeout");
    }
}
