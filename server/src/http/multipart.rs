//! Multipart bodies, parsed by multer.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::FutureExt as _;
use slymock_engine::Refusal;
use slymock_engine::refusal::Violation;
use slymock_engine::request::Part;

/// The parts of a complete body.
pub(crate) fn read(content_type: &str, body: Bytes) -> Result<Vec<Part>, Refusal> {
    let boundary = multer::parse_boundary(content_type).map_err(|error| broken(&error))?;
    let parts = parts(boundary, body).now_or_never();
    parts.expect("multer waits only for its stream, which is complete")
}

async fn parts(boundary: String, body: Bytes) -> Result<Vec<Part>, Refusal> {
    let stream = futures_util::stream::once(std::future::ready(Ok::<_, Infallible>(body)));
    let mut multipart = multer::Multipart::new(stream, boundary);
    let mut parts = Vec::new();
    while let Some(field) = multipart.next_field().await.map_err(|error| broken(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(str::to_owned);
        let content = field.bytes().await.map_err(|error| broken(&error))?;
        // Copied, because a stored file must not keep the buffer of the whole request alive.
        let content = Bytes::copy_from_slice(&content);
        parts.push(Part { name, file_name, content });
    }
    Ok(parts)
}

fn broken(error: &multer::Error) -> Refusal {
    let rest = format!("is not multipart/form-data: {error}");
    Refusal::Validation(vec![Violation::new(&[], "any.invalid", &rest)].into())
}
