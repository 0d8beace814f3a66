//! The description of a method: its row in the list of methods, and the two ways to define it.
//! A verb (`verbs/`) is behaviour that many entities share; a block (`block.rs`) is a method of its own. The
//! methods themselves are in `methods/`, by area.

mod args;
mod block;
mod row;
mod verbs;
mod wire;

pub(crate) use block::{ById, ListCall, Method, Read, Write, read, write};
pub(crate) use row::Ready;
pub use row::{Row, TaskRef, Verb};
pub(crate) use verbs::{add, archive, edit, info, list, list_within};
pub(crate) use wire::{Area, Form, Wire, write as write_row};
