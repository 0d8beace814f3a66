//! The HTTP shell around the engine: sockets, limits, status codes. It makes no decision about the
//! API: it turns a request into a plain call, applies it to a world at the present time, and writes
//! the reply.

mod added;
mod app;
mod aside;
pub mod bench;
pub mod clock;
mod control;
mod door;
mod forwards;
#[doc(hidden)]
pub mod fuzz;
mod homes;
mod http;
mod limits;
mod listen;
pub mod load;
mod mock;
mod refuse;
pub mod save;
mod secrets;
mod server;
mod service;
mod spool;
pub mod tap;
mod worlds;

pub use control::{endpoint_fields, endpoints};
pub use http::rejection::Rejection;
pub use limits::Limits;
pub use mock::{ClockHandle, FaultsHandle, JournalView, MockServer, MockWorld, PinnedListener, TasksHandle};
pub use server::{Config, Server, StartError, bounds};
pub use slymock_engine as engine;
pub use worlds::{DEFAULT_TOKEN, WorldsMode};
