//! Tests of the engine from outside, in one binary, because each further binary would have to be
//! linked.

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
