//! How time passes: moved by the kit, or with the world's own clock where the client's pauses cannot be caught.

use std::time::{Duration, Instant};

use slymock_server::engine::Moment;

use super::{LEAK_TICKS, PATIENCE, Pump, TICK};
use crate::event::Stop;
use crate::protocol::ClockMode;
use crate::run::lane::Lane;

/// How much of the virtual budget may be real time, in milliseconds, where a client pauses for real.
const REAL_MS_MAX: u64 = 60_000;

impl Pump<'_, '_> {
    /// A moment of the world's clock, in milliseconds from the start.
    pub(super) fn millis(&self, moment: Moment) -> u64 {
        u64::try_from(moment.millis() - self.start.millis()).unwrap_or(0)
    }

    /// Notes where the clock stands at the start.
    pub(super) async fn start_clock(&mut self) {
        self.start = self.world.clock().view().await.now;
    }

    /// Notes where the world's clock stands, unless it is moved by nobody but the kit.
    pub(super) async fn look_at_clock(&mut self) -> Result<(), Stop> {
        if self.bench.clock == ClockMode::Virtual {
            return Ok(());
        }
        let now = self.world.clock().view().await.now;
        self.now = self.now.max(self.millis(now));
        self.is_within_budget(self.now)
    }

    fn is_within_budget(&self, moment: u64) -> Result<(), Stop> {
        let limit = self.case.scenario.budget.virtual_ms;
        if moment > limit.saturating_add(self.passed) {
            return Err(Stop::Runaway(format!("it goes on past {limit} virtual ms")));
        }
        Ok(())
    }

    /// For how long nothing may happen, in real milliseconds.
    pub(super) fn real_ms(&self) -> u64 {
        let budget = &self.case.scenario.budget;
        match self.bench.clock {
            ClockMode::Virtual | ClockMode::Count => budget.real_ms,
            ClockMode::Real => budget.real_ms.max(budget.virtual_ms.min(REAL_MS_MAX)),
        }
    }

    /// So many virtual milliseconds pass.
    pub(super) async fn pass(&mut self, ms: u64) -> Result<(), Stop> {
        let end = self.now.saturating_add(ms);
        self.passed = self.passed.saturating_add(ms);
        // What a call left running comes to its pauses.
        self.bench.settle().await;
        self.pump(Some(end)).await?;
        self.move_to(end).await
    }

    /// The moment comes at which something of a lane is due.
    pub(super) async fn come_to(&mut self, moment: u64) -> Result<(), Stop> {
        match self.bench.clock {
            ClockMode::Virtual | ClockMode::Count => self.move_to(moment).await,
            ClockMode::Real => self.listen().await,
        }
    }

    async fn move_to(&mut self, moment: u64) -> Result<(), Stop> {
        self.is_within_budget(moment)?;
        self.world.clock().advance(Duration::from_millis(moment.saturating_sub(self.now))).await;
        self.now = moment.max(self.now);
        for lane in &mut self.lanes {
            if lane.release(moment) {
                self.patience = Some(LEAK_TICKS);
            }
        }
        Ok(())
    }

    /// Waits for something to happen and notes it.
    pub(super) async fn listen(&mut self) -> Result<(), Stop> {
        let mut quiet = 0;
        loop {
            if Instant::now() > self.end {
                let ms = u64::from(PATIENCE).saturating_mul(self.real_ms());
                return Err(Stop::Runaway(format!("it goes on for more than {ms} ms of real time")));
            }
            match tokio::time::timeout(TICK, self.bench.inbox.recv()).await {
                Ok(Some(happening)) => {
                    self.look_at_clock().await?;
                    return self.note(happening);
                }
                Ok(None) => return Err(Stop::Broken("nobody speaks any more".to_owned())),
                Err(_) => {
                    self.idle += 1;
                    quiet += u64::from(!self.bench.adapter.is_busy());
                }
            }
            if self.patience.is_some_and(|ticks| quiet >= ticks) {
                return self.out_of_patience(quiet);
            }
            let real_ms = self.real_ms();
            if u128::from(self.idle) * TICK.as_millis() > u128::from(real_ms) {
                return Err(Stop::Runaway(format!("it takes more than {real_ms} ms of real time")));
            }
        }
    }

    /// So many ticks nothing came of anybody, and something should have.
    fn out_of_patience(&mut self, quiet: u64) -> Result<(), Stop> {
        let left: Vec<_> = self.lanes.iter_mut().filter(|lane| !lane.released.is_empty()).collect();
        if !left.is_empty() {
            // The server answers at once what is not held up any more, unless its client has left.
            left.into_iter().for_each(Lane::leave);
            return Ok(());
        }
        if self.lanes.iter().all(|lane| lane.busy.is_none()) {
            // What was left of a call after its end woke up and is over.
            self.lanes.iter_mut().for_each(Lane::rest);
            return Ok(());
        }
        if self.bench.clock != ClockMode::Virtual {
            // It may pause, of which nothing is known.
            return Ok(());
        }
        let ms = u128::from(quiet) * TICK.as_millis();
        if self.hangs {
            let why = format!("it waits for an answer that never comes, past its time-out: {ms} ms");
            return Err(Stop::Runaway(why));
        }
        let waits = || format!("nothing came of the client for {ms} ms of real time: it waits elsewhere");
        Err(Stop::Broken(self.bench.adapter.ended().unwrap_or_else(waits)))
    }
}
