//! Asks a world in this process, without a server around it.

use std::time::Duration;

use slymock_engine::entropy::Draw;
use slymock_engine::request::Input;
use slymock_engine::{Call, Moment, World, methods};

use super::cpu;
use super::error::BenchError;
use super::spread::Spread;

/// How many requests are timed together.
const ASKED: u64 = 1_000;
/// How many times so many are: what the machine does beside it may show in one of them.
const BATCHES: u64 = 5;
/// How many rows a page has.
const PAGE: u64 = 100;
/// How many rows a page has of those that see that all are rendered.
const SWEEP: u64 = 500;

/// A world, and a method of its own.
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

    /// Microseconds of CPU that a request takes, in the median batch, of `count` different ones which `body` words: each of those that are timed
    /// is drawn from all of them.
    fn timed(&mut self, count: u64, body: impl Fn(u64) -> String) -> Result<f64, BenchError> {
        let number = |event| Draw { seed: 7, stream: self.method, entity: count, event }.below(count);
        let mut batch = |batch: u64| {
            // Words are not what is timed.
            let bodies: Vec<String> = (0..ASKED).map(|one| body(number(batch * ASKED + one))).collect();
            let before = now()?;
            bodies.into_iter().try_for_each(|body| self.ask(body))?;
            Ok((now()? - before).as_secs_f64() * 1e6 / ASKED as f64)
        };
        let batches: Result<Vec<f64>, BenchError> = (0..BATCHES).map(&mut batch).collect();
        Ok(Spread::of(batches?).ok_or(BenchError::Ended)?.median)
    }

    /// Has each of so many rows rendered.
    pub(super) fn each(&mut self, first: u64, rows: u64) -> Result<(), BenchError> {
        (first..first + rows).try_for_each(|id| self.ask(by_id(id)))
    }

    /// What a request for one of so many rows takes.
    pub(super) fn info(&mut self, first: u64, rows: u64) -> Result<f64, BenchError> {
        self.timed(rows, |number| by_id(first + number))
    }

    /// Has each page rendered.
    pub(super) fn sweep(&mut self, what: &str, rows: u64) -> Result<(), BenchError> {
        let body = |page: u64| format!(r#"{{{what}"page": {page}, "per_page": {SWEEP}}}"#);
        (1..=rows.div_ceil(SWEEP)).try_for_each(|page| self.ask(body(page)))
    }

    /// What a request for one of the pages of so many rows takes, once each has been asked for.
    pub(super) fn page(&mut self, what: &str, rows: u64) -> Result<f64, BenchError> {
        self.sweep(what, rows)?;
        let body = |page: u64| format!(r#"{{{what}"page": {}, "per_page": {PAGE}}}"#, page + 1);
        self.timed(rows.div_ceil(PAGE), body)
    }
}

fn by_id(id: u64) -> String {
    format!(r#"{{"id": {id}}}"#)
}

/// What this thread's CPU clock shows.
pub(super) fn now() -> Result<Duration, BenchError> {
    cpu::of_this_thread().ok_or(BenchError::NoClock)
}
