//! Verbs: what methods of many entities do alike, once. Each makes the whole row of a method, of which an area says the
//! name, the fields that are its own, and the evidence.

mod make;
mod read;
mod row;
mod write;

pub(crate) use read::{info, list, list_within};
pub(crate) use write::{add, archive, edit};
