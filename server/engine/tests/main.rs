//! The engine from outside, in one binary: each further one would be linked anew.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod auto;
mod docs;
mod entity;
mod kept;
mod logs;
mod machine;
mod orders;
mod rubbish;
mod sample;
mod stories;
mod verbs;
mod world;
