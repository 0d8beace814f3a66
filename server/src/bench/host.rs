//! A server in this process with its own thread, whose CPU time is the server's.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use slymock_engine::DEFAULT_NAME;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot};

use super::bare::{self, CannedAnswers};
use super::cpu;
use super::error::BenchError;
use crate::door::Context;
use crate::server::{Config, Server};
use crate::worlds::NewWorld;

/// Name of the measured world.
const WORLD: &str = "bench";

/// A request for the CPU time of the server's thread, with the channel for the answer.
type Question = oneshot::Sender<Option<Duration>>;
/// Answers such requests on the server's thread. It completes when the sender is dropped, which
/// ends the server.
type Interview = Pin<Box<dyn Future<Output = ()>>>;

/// A server that runs until this is dropped.
pub(super) struct Host {
    pub(super) address: SocketAddr,
    /// Context of the fake; absent for the bare server.
    context: Option<Arc<Context>>,
    /// Clock of the thread, if the system lets other threads read it.
    clock: Option<cpu::Clock>,
    questions: Option<mpsc::UnboundedSender<Question>>,
    thread: Option<JoinHandle<()>>,
}

impl Host {
    /// Starts the fake, as `slymock serve` does, but with a single thread.
    pub(super) fn fake(config: Config) -> Result<Self, BenchError> {
        let runtime = runtime()?;
        let server = runtime.block_on(Server::bind(config)).map_err(BenchError::Fake)?;
        let (address, context) = (server.address(), server.context());
        let mut host = Self::start("fake", runtime, address, |answering| async {
            server.run(answering).await;
        })?;
        host.context = Some(context);
        Ok(host)
    }

    /// Makes a new world in the initial state of the default world, replacing the previous one.
    /// Returns its token.
    pub(super) fn fresh_world(&self) -> Result<Arc<str>, BenchError> {
        let Some(context) = &self.context else { return Ok("".into()) };
        let worlds = &context.worlds;
        // The first call finds nothing to delete.
        let _ = worlds.delete(WORLD);
        let new = NewWorld { name: Some(WORLD.to_owned()), ..NewWorld::default() };
        let fork = runtime()?.block_on(worlds.fork(DEFAULT_NAME, new)).map_err(BenchError::World)?;
        Ok(Arc::clone(&fork.token))
    }

    /// Starts a bare hyper server.
    pub(super) fn bare(canned: CannedAnswers) -> Result<Self, BenchError> {
        let runtime = runtime()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)));
        let listener = listener.map_err(BenchError::Start)?;
        let address = listener.local_addr().map_err(BenchError::Start)?;
        Self::start("bare", runtime, address, |answering| bare::run(listener, Arc::new(canned), answering))
    }

    /// The name of the thread is for profilers.
    fn start<Running: Future<Output = ()>>(
        name: &str,
        runtime: Runtime,
        address: SocketAddr,
        run: impl FnOnce(Interview) -> Running + Send + 'static,
    ) -> Result<Self, BenchError> {
        let (questions, mut asked) = mpsc::unbounded_channel::<Question>();
        let (show, shown) = std::sync::mpsc::channel();
        let answering = async move {
            while let Some(question) = asked.recv().await {
                let _ = question.send(cpu::of_this_thread());
            }
        };
        let thread = std::thread::Builder::new().name(name.to_owned());
        let thread = thread.spawn(move || {
            let _ = show.send(cpu::Clock::of_this_thread());
            runtime.block_on(run(Box::pin(answering)));
        });
        let thread = Some(thread.map_err(BenchError::Start)?);
        let clock = shown.recv().map_err(|_| BenchError::Ended)?;
        Ok(Self { address, context: None, clock, questions: Some(questions), thread })
    }

    /// CPU time of the server so far.
    pub(super) fn cpu(&self) -> Result<Duration, BenchError> {
        if let Some(clock) = &self.clock {
            return clock.read().ok_or(BenchError::Ended);
        }
        // Asking costs the thread some microseconds itself, so this is the second choice.
        let (question, answer) = oneshot::channel();
        let asked = self.questions.as_ref().is_some_and(|questions| questions.send(question).is_ok());
        if !asked {
            return Err(BenchError::Ended);
        }
        answer.blocking_recv().map_err(|_| BenchError::Ended)?.ok_or(BenchError::NoClock)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        drop(self.questions.take());
        if let Some(thread) = self.thread.take() {
            // A panic has been printed, and `cpu` has reported that the server ended.
            let _ = thread.join();
        }
    }
}

fn runtime() -> Result<Runtime, BenchError> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(BenchError::Start)
}
