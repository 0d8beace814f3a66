//! Regular expressions for strings, used in JSON schemas.

/// Base64 with padding and without stray bits.
pub(crate) const BASE64: &str =
    "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$";
