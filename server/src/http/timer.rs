//! The timer of a connection. A connection waits for a head, then for a body, then for the next
//! head, each with its time limit. Hardly any of these limits is reached, and setting a tokio timer
//! for each costs more than reading a head. One timer therefore serves them all: it is set for the
//! first deadline, and only when it fires is it set again for the deadline of the wait in progress.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use futures_util::task::AtomicWaker;
use tokio::time::Sleep;

/// Makes waits, of which only one is in progress at a time.
#[derive(Clone, Default)]
pub(crate) struct Timer(Arc<Alarm>);

#[derive(Default)]
struct Alarm {
    sleep: Mutex<Option<Pin<Box<Sleep>>>>,
    has_rung: AtomicBool,
    /// The task of the connection.
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
    /// A wait that ends after `time`.
    pub(crate) fn wait(&self, time: Duration) -> Until {
        Until { alarm: Arc::clone(&self.0), deadline: Instant::now() + time }
    }
}

/// A wait until a deadline.
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
            // The next wait sets it again.
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
            // A fired sleep must not be polled again.
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

    /// The waits read the wall clock, so these tests use hours and zero: they never sleep.
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
