//! Sends requests to a world in this process, without a server.

use std::time::Duration;

use slymock_engine::entropy::Draw;
use slymock_engine::request::Input;
use slymock_engine::{Call, Moment, World, methods};

use super::cpu;
use super::error::BenchError;
use super::spread::Spread;

/// Requests of one batch, which is timed as a whole.
const ASKED: u64 = 1_000;
/// Number of batches; the median hides what else the machine does.
const BATCHES: u64 = 5;
/// Rows of a measured page.
const PAGE: u64 = 100;
/// Rows of a page in a sweep, which only renders all rows.
const SWEEP: u64 = 500;

/// A world, and the method that is measured.
pub(super) struct Questions<'a> {
    pub(super) world: &'a mut World,
    pub(super) method: &'static str,
}

impl Questions<'_> {
    fn ask(&mut self, body: String) -> Result<(), BenchError> {
        let row = methods::find(self.method).ok_or(BenchError::Ended)?;
        let input = Input::Json(body.into(), Vec::new());
        let done = self.world.apply(row, &Call::at(Moment::VIRTUAL_START), input);
        done.map(drop).map_err(|refusal| BenchError::World(refusal.into()))
    }

    /// Microseconds of CPU per request, in the median batch. Each request is drawn from `count`
    /// different ones; `body` writes the one of a number.
    fn timed(&mut self, count: u64, body: impl Fn(u64) -> String) -> Result<f64, BenchError> {
        let number = |event| Draw { seed: 7, stream: self.method, entity: count, event }.below(count);
        let mut batch = |batch: u64| {
            // The bodies are written before the timing starts.
            let bodies: Vec<String> = (0..ASKED).map(|one| body(number(batch * ASKED + one))).collect();
            let before = now()?;
            bodies.into_iter().try_for_each(|body| self.ask(body))?;
            Ok((now()? - before).as_secs_f64() * 1e6 / ASKED as f64)
        };
        let batches: Result<Vec<f64>, BenchError> = (0..BATCHES).map(&mut batch).collect();
        Ok(Spread::of(batches?).ok_or(BenchError::Ended)?.median)
    }

    /// Requests each of the `rows` rows, so that it is rendered.
    pub(super) fn each(&mut self, first: u64, rows: u64) -> Result<(), BenchError> {
        (first..first + rows).try_for_each(|id| self.ask(by_id(id)))
    }

    /// Microseconds of CPU to request one of `rows` rows.
    pub(super) fn info(&mut self, first: u64, rows: u64) -> Result<f64, BenchError> {
        self.timed(rows, |number| by_id(first + number))
    }

    /// Requests all pages, so that each row is rendered.
    pub(super) fn sweep(&mut self, what: &str, rows: u64) -> Result<(), BenchError> {
        let body = |page: u64| format!(r#"{{{what}"page": {page}, "per_page": {SWEEP}}}"#);
        (1..=rows.div_ceil(SWEEP)).try_for_each(|page| self.ask(body(page)))
    }

    /// Microseconds of CPU to request one page of `rows` rows, after all have been rendered.
    pub(super) fn page(&mut self, what: &str, rows: u64) -> Result<f64, BenchError> {
        self.sweep(what, rows)?;
        let body = |page: u64| format!(r#"{{{what}"page": {}, "per_page": {PAGE}}}"#, page + 1);
        self.timed(rows.div_ceil(PAGE), body)
    }
}

fn by_id(id: u64) -> String {
    format!(r#"{{"id": {id}}}"#)
}

/// The CPU time of this thread.
pub(super) fn now() -> Result<Duration, BenchError> {
    cpu::of_this_thread().ok_or(BenchError::NoClock)
}
