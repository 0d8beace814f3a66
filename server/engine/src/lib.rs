//! The pure state machine behind slymock.
//!
//! A [`World`] takes a [`Call`], with the time as a parameter, and returns a reply. This crate has no
//! clock, no socket and no runtime; the HTTP shell in `slymock-server` has them.
//!
//! A map: [`methods::METHODS`] is the only list of wire methods, `ids.rs` has the only list of
//! entities, `tables` has their rows, and `state` makes every change of a task. The shell makes a
//! [`WireRequest`] from the bytes it reads and passes it to [`World::take`], which answers at once or
//! delays the request. The control API goes through [`World::control`]. [`World::apply`] is `take`
//! without fault rules, for tests.

mod auto;
pub mod bounds;
mod call;
pub mod clock;
pub mod control;
pub mod entropy;
pub mod excerpt;
pub mod faults;
pub mod ids;
pub mod journal;
pub mod json;
mod keys;
pub mod lifecycle;
pub mod likeness;
pub mod limits;
mod listing;
pub mod looks;
mod method;
pub mod methods;
pub mod names;
pub mod noun;
mod patches;
mod paths;
mod patterns;
pub mod plain;
pub mod refusal;
mod repeats;
pub mod reply;
pub mod request;
mod settings;
pub mod snapshot;
pub mod state;
pub mod tables;
pub mod time;
mod timers;
pub mod weight;
mod wire_request;
mod world;

pub use call::Call;
pub use limits::WorldLimits;
pub use refusal::Refusal;
pub use settings::Settings;
pub use state::State;
pub use time::Moment;
pub use wire_request::WireRequest;
pub use world::{Completion, DEFAULT_NAME, Delay, Reaction, Wait, World};
