//! What reads foreign bytes and nobody else may call: for the tests that feed it with mutated input.

use bytes::Bytes;
use slymock_engine::Refusal;
use slymock_engine::request::Part;

use crate::http::multipart::read;

/// The parts of a multipart body.
///
/// # Errors
///
/// The refusal of a request with this body.
///
/// # Panics
///
/// When no runtime can be had.
pub fn multipart(content_type: &str, body: Bytes) -> Result<Vec<Part>, Refusal> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("it needs nothing");
    runtime.block_on(read(content_type, body))
}
