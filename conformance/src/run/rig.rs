//! A client and a fake that run single cases, one after another, for generated cases and for property tests.

use std::sync::OnceLock;

use tokio::runtime::{Builder, Runtime};

use super::bench::{Bench, MakeAdapter};
use super::{NoClient, RunError, one};
use crate::event::{Record, Stop};
use crate::protocol::Hello;
use crate::scenario::Case;

/// Maximum number of bytes kept of a response's body: above any page of a generated world.
const REPLY_MAX: usize = 64 << 10;
/// Number of cases after which the rig forgets which requests and results would belong to them, so that its memory
/// does not grow.
const REMEMBERED: usize = 256;

/// A client with a fake of its own, on a runtime of its own: it can be used in any test that is not asynchronous
/// itself.
pub struct Rig<'a> {
    runtime: Runtime,
    bench: Bench<'a>,
    hello: OnceLock<Hello>,
    /// Number of cases since the rig last forgot.
    cases: usize,
    /// True if the client has to be started again, because a call of it may still be running.
    is_stale: bool,
}

impl<'a> Rig<'a> {
    /// Starts a fake, and the client that `make` makes.
    ///
    /// # Errors
    ///
    /// [`RunError`] if the fake or the client cannot be started.
    pub fn start(make: &'a MakeAdapter<'a>) -> Result<Self, RunError> {
        let fake = |error: &dyn std::fmt::Display| RunError::Fake(error.to_string());
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| fake(&error))?;
        let hello = OnceLock::new();
        let bench = runtime.block_on(async {
            let mut bench = Bench::new(make, REPLY_MAX).await.map_err(|error| fake(&error))?;
            bench.connect(&hello).await.map_err(|why| RunError::Client(NoClient::why(why)))?;
            Ok::<_, RunError>(bench)
        })?;
        Ok(Self { runtime, bench, hello, cases: 0, is_stale: false })
    }

    /// Description of the client.
    ///
    /// # Panics
    ///
    /// Never: the client has sent its `hello`, otherwise there is no rig.
    #[must_use]
    pub fn client(&self) -> &Hello {
        self.hello.get().expect("a connected client has sent its hello")
    }

    /// Runs a case, and records everything that the client did. After a runaway or a broken case, the client is
    /// started anew before the next one.
    ///
    /// # Errors
    ///
    /// [`RunError::Client`] if the client has to be started again and cannot.
    pub fn run(&mut self, case: &Case) -> Result<Record, RunError> {
        let Self { runtime, bench, hello, cases, is_stale } = self;
        runtime.block_on(async {
            if *is_stale {
                bench.connect(hello).await.map_err(|why| RunError::Client(NoClient::why(why)))?;
                *is_stale = false;
            }
            if *cases >= REMEMBERED {
                bench.forget_past();
                *cases = 0;
            }
            let record = one(bench, case, *cases).await.0;
            *cases += 1;
            *is_stale = record.stop != Stop::Done;
            Ok(record)
        })
    }

    /// Ends the client. Returns the reason if it does not end as it should.
    pub fn end(self) -> Option<String> {
        let Self { runtime, mut bench, .. } = self;
        runtime.block_on(bench.part())
    }
}
