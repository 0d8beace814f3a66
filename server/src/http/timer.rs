//! The timer of a connection. It waits for a head, then for a body, then for the next head, each for some time; hardly
//! one of these waits ever comes to its end, and to set a timer of tokio for each costs more than to read a head. So
//! there is one for all: it rings when the first of the waits would have been over, and only then is looked how long the
//! present one goes on.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use futures_util::task::AtomicWaker;
use tokio::time::Sleep;

/// Makes waits, of which one goes on at a time.
#[derive(Clone, Default)]
pub(crate) struct Timer(Arc<Alarm>);

#[derive(Default)]
struct Alarm {
    sleep: Mutex<Option<Pin<Box<Sleep>>>>,
    has_rung: AtomicBool,
    /// The connection's task.
    task: AtomicWaker,
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.has_rung.store(true, Ordering::Release);
        self.task.wake();
    }
}

impl Timer {
    /// A wait that is over after some time.
    pub(crate) fn wait(&self, time: Duration) -> Until {
        Until { alarm: Arc::clone(&self.0), deadline: Instant::now() + time }
    }
}

/// Waits until a moment.
pub(crate) struct Until {
    alarm: Arc<Alarm>,
    deadline: Instant,
}

impl Future for Until {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut sleep = self.alarm.sleep.lock().unwrap_or_else(PoisonError::into_inner);
        let is_set = sleep.as_ref().is_some_and(|sleep| sleep.deadline().into_std() <= self.deadline);
        if is_set && !self.alarm.has_rung.swap(false, Ordering::AcqRel) {
            return Poll::Pending;
        }
        if Instant::now() >= self.deadline {
            // Whoever waits next sets it anew.
            *sleep = None;
            return Poll::Ready(());
        }
        self.alarm.task.register(cx.waker());
        let deadline = self.deadline.into();
        let set = sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        set.as_mut().reset(deadline);
        let waker = Waker::from(Arc::clone(&self.alarm));
        let over = set.as_mut().poll(&mut Context::from_waker(&waker));
        if over.is_ready() {
            // It rings no more.
            *sleep = None;
        }
        over
    }
}

impl hyper::rt::Sleep for Until {}

impl hyper::rt::Timer for Timer {
    fn sleep(&self, time: Duration) -> Pin<Box<dyn hyper::rt::Sleep>> {
        Box::pin(self.wait(time))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn hyper::rt::Sleep>> {
        Box::pin(Until { alarm: Arc::clone(&self.0), deadline })
    }

    fn now(&self) -> Instant {
        Instant::now()
    }
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Timer")
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    const LONG: Duration = Duration::from_secs(3_600);

    /// The waits' own clock is the wall's, which these tests do not wait for: a wait of no time is over at once.
    #[tokio::test]
    async fn one_timer_does_for_each_wait_in_turn() {
        let timer = Timer::default();
        let set_for = || timer.0.sleep.lock().unwrap().as_ref().map(|sleep| sleep.deadline());
        let mut first = timer.wait(LONG);
        assert_eq!((&mut first).now_or_never(), None);
        let set = set_for();
        let mut second = timer.wait(LONG * 2);
        assert_eq!(((&mut second).now_or_never(), set_for()), (None, set), "it rings for the first one");
        timer.0.has_rung.store(true, Ordering::Release);
        assert_eq!((&mut second).now_or_never(), None);
        assert!(set_for() > set, "it has rung, and the second one goes on");
        let mut sooner = timer.wait(LONG);
        assert_eq!((&mut sooner).now_or_never(), None);
        assert!(set_for() < Some((second.deadline).into()), "a shorter one sets it anew");
        assert_eq!(timer.wait(Duration::ZERO).now_or_never(), Some(()));
        assert_eq!(set_for(), None);
    }

    #[tokio::test]
    async fn what_rings_wakes_the_task_that_waits() {
        #[derive(Default)]
        struct Woken(AtomicBool);
        impl Wake for Woken {
            fn wake(self: Arc<Self>) {
                self.0.store(true, Ordering::Relaxed);
            }
        }
        let (timer, woken) = (Timer::default(), Arc::<Woken>::default());
        let waker = Waker::from(Arc::clone(&woken));
        let mut waiting = timer.wait(LONG);
        assert!(Pin::new(&mut waiting).poll(&mut Context::from_waker(&waker)).is_pending());
        Waker::from(Arc::clone(&timer.0)).wake();
        assert!(woken.0.load(Ordering::Relaxed) && timer.0.has_rung.load(Ordering::Relaxed));
    }
}
