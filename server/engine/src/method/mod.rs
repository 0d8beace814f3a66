//! What a method is: its row in the list of methods, what is known of it, and the two ways to make one. A verb
//! (`verbs/`) does what methods of many entities do alike; a block (`block.rs`) is a method of its own. The methods
//! themselves are in `methods/`, area by area.

mod args;
mod block;
mod evidence;
mod row;
mod verbs;
mod wire;

pub(crate) use block::{ById, ListCall, Method, Read, Write, read, write};
pub use evidence::{Evidence, Origin};
pub(crate) use evidence::{choice, code, digest, official, seen};
pub(crate) use row::Ready;
pub use row::{Row, TaskRef, Verb};
pub(crate) use verbs::{add, archive, edit, info, list, list_within};
pub(crate) use wire::{Area, Form, Wire, write as write_row};
