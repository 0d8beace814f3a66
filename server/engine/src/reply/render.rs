//! Rendering of JSON text.

use bytes::Bytes;
use serde::Serialize;

pub(crate) fn render(value: &impl Serialize) -> Bytes {
    serde_json::to_vec(value).expect("rows have text keys and no failing serializer").into()
}

pub(crate) fn render_to(value: &impl Serialize, bytes: &mut Vec<u8>) {
    serde_json::to_writer(bytes, value).expect("rows have text keys, and memory takes all bytes");
}
