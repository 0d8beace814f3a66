//! Parsers of untrusted bytes, public only for the tests that feed them mutated input.

use bytes::Bytes;
use slymock_engine::Refusal;
use slymock_engine::request::Part;

/// The parts of a multipart body.
///
/// # Errors
///
/// The refusal of a request with this body.
pub fn multipart(content_type: &str, body: Bytes) -> Result<Vec<Part>, Refusal> {
    crate::http::multipart::read(content_type, body)
}
