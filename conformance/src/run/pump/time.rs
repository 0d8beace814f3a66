//! The passing of time: moved by the kit, or by the world's own clock if the client cannot report its pauses.

use std::time::{Duration, Instant};

use slymock_server::engine::Moment;

use super::{LEAK_TICKS, PATIENCE, Pump, TICK};
use crate::event::Stop;
use crate::protocol::ClockMode;
use crate::run::lane::Lane;

/// Limit of the virtual budget in milliseconds when it is spent in real time.
const REAL_MS_MAX: u64 = 60_000;

impl Pump<'_, '_> {
    /// Milliseconds between the start and a time of the world's clock.
    pub(super) fn millis(&self, moment: Moment) -> u64 {
        u64::try_from(moment.millis() - self.start.millis()).unwrap_or(0)
    }

    /// Reads the world's clock at the start.
    pub(super) async fn start_clock(&mut self) {
        self.start = self.world.clock().view().await.now;
    }

    /// Reads the world's clock, unless only the kit moves it.
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
            return Err(Stop::Runaway(format!("it runs for more than {limit} virtual ms")));
        }
        Ok(())
    }

    /// Limit of the idle time in real milliseconds.
    pub(super) fn real_ms(&self) -> u64 {
        let budget = &self.case.scenario.budget;
        match self.bench.clock {
            ClockMode::Virtual | ClockMode::Count => budget.real_ms,
            ClockMode::Real => budget.real_ms.max(budget.virtual_ms.min(REAL_MS_MAX)),
        }
    }

    /// Lets virtual milliseconds pass.
    pub(super) async fn pass(&mut self, ms: u64) -> Result<(), Stop> {
        let end = self.now.saturating_add(ms);
        self.passed = self.passed.saturating_add(ms);
        // Threads that a call has left running reach their pauses before time moves.
        self.bench.settle().await;
        self.pump(Some(end)).await?;
        self.move_to(end).await
    }

    /// Waits until the time at which a pause or a held request of a lane is due.
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

    /// Waits for the next happening and processes it.
    pub(super) async fn listen(&mut self) -> Result<(), Stop> {
        let mut quiet = 0;
        loop {
            if Instant::now() > self.end {
                let ms = u64::from(PATIENCE).saturating_mul(self.real_ms());
                return Err(Stop::Runaway(format!("it runs for more than {ms} ms of real time")));
            }
            match tokio::time::timeout(TICK, self.bench.inbox.recv()).await {
                Ok(Some(happening)) => {
                    self.look_at_clock().await?;
                    return self.note(happening);
                }
                Ok(None) => {
                    return Err(Stop::Broken("the channel to the adapter and the fake is closed".to_owned()));
                }
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
                return Err(Stop::Runaway(format!(
                    "nothing happened for more than {real_ms} ms of real time in total"
                )));
            }
        }
    }

    /// Decides what to do when nothing happened for `quiet` ticks although something should have.
    fn out_of_patience(&mut self, quiet: u64) -> Result<(), Stop> {
        let left: Vec<_> = self.lanes.iter_mut().filter(|lane| !lane.released.is_empty()).collect();
        if !left.is_empty() {
            // The server answers a released request at once. A request without a response has lost its
            // client.
            left.into_iter().for_each(Lane::leave);
            return Ok(());
        }
        if self.lanes.iter().all(|lane| lane.busy.is_none()) {
            // Threads left by a call have woken up and ended.
            self.lanes.iter_mut().for_each(Lane::rest);
            return Ok(());
        }
        if self.bench.clock != ClockMode::Virtual {
            // The client may be pausing, which it cannot report.
            return Ok(());
        }
        let ms = u128::from(quiet) * TICK.as_millis();
        if self.hangs {
            let why = format!(
                "it ignores its timeout: it has waited {ms} ms of real time for a response that never comes"
            );
            return Err(Stop::Runaway(why));
        }
        let waits = || {
            format!(
                "the client was silent for {ms} ms of real time: it probably sleeps without \
                 reporting it; send `sleep`, or claim the clock `count`"
            )
        };
        Err(Stop::Broken(self.bench.adapter.ended().unwrap_or_else(waits)))
    }
}
