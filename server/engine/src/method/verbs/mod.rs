//! Verbs: behaviour that methods of many entities share. Each verb makes the whole row of a method; the area
//! supplies its name and its own fields.

mod make;
mod read;
mod row;
mod write;

pub(crate) use read::{info, list, list_within};
pub(crate) use write::{add, archive, edit};
