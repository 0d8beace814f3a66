//! HTTP: from bytes to a plain request, and from a reply back to bytes.

pub(crate) mod accept;
mod events;
pub(crate) mod head;
pub(crate) mod intake;
pub(crate) mod line;
pub(crate) mod multipart;
pub(crate) mod outcome;
pub(crate) mod render;
pub(crate) mod request;
pub(crate) mod service;
mod trust;
pub(crate) mod visit;

pub(crate) use outcome::Sent;
