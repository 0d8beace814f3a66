//! HTTP: from bytes to a plain request, and from a reply back to bytes.

pub(crate) mod head;
pub(crate) mod intake;
pub(crate) mod line;
pub(crate) mod multipart;
pub(crate) mod outcome;
pub(crate) mod pieces;
pub(crate) mod rejection;
pub(crate) mod render;
pub(crate) mod request;
pub(crate) mod timer;
