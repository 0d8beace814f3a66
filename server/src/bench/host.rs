//! A server in this process on a thread of its own, so that its CPU time is that thread's.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot};

use super::bare::{self, CannedAnswer};
use super::cpu;
use super::error::BenchError;
use crate::server::{Config, Server};

/// Somebody who wants to know what the server thread's CPU clock shows.
type Question = oneshot::Sender<Option<Duration>>;
/// Answers questions on the server's thread; done when nobody can ask any more, which ends the server.
type Interview = Pin<Box<dyn Future<Output = ()>>>;

/// A server that runs until this is dropped.
pub(super) struct Host {
    pub(super) address: SocketAddr,
    questions: Option<mpsc::UnboundedSender<Question>>,
    thread: Option<JoinHandle<()>>,
}

impl Host {
    /// The fake, as `slymock serve` runs it but for its one thread.
    pub(super) fn fake(config: Config) -> Result<Self, BenchError> {
        let runtime = runtime()?;
        let server = runtime.block_on(Server::bind(config)).map_err(BenchError::Fake)?;
        let address = server.address();
        Self::start("fake", runtime, address, |answering| async {
            server.run(answering).await;
        })
    }

    /// A bare hyper server.
    pub(super) fn bare(canned: CannedAnswer) -> Result<Self, BenchError> {
        let runtime = runtime()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)));
        let listener = listener.map_err(BenchError::Start)?;
        let address = listener.local_addr().map_err(BenchError::Start)?;
        Self::start("bare", runtime, address, |answering| bare::run(listener, Arc::new(canned), answering))
    }

    /// The name is the thread's, for profilers.
    fn start<Running: Future<Output = ()>>(
        name: &str,
        runtime: Runtime,
        address: SocketAddr,
        run: impl FnOnce(Interview) -> Running + Send + 'static,
    ) -> Result<Self, BenchError> {
        let (questions, mut asked) = mpsc::unbounded_channel::<Question>();
        let answering = async move {
            while let Some(question) = asked.recv().await {
                let _ = question.send(cpu::of_this_thread());
            }
        };
        let thread = std::thread::Builder::new().name(name.to_owned());
        let thread = thread.spawn(move || runtime.block_on(run(Box::pin(answering))));
        let thread = Some(thread.map_err(BenchError::Start)?);
        Ok(Self { address, questions: Some(questions), thread })
    }

    /// How long the server has been computing so far.
    pub(super) fn cpu(&self) -> Result<Duration, BenchError> {
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
            // A server that panicked has said so; `cpu` told that it ended.
            let _ = thread.join();
        }
    }
}

fn runtime() -> Result<Runtime, BenchError> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(BenchError::Start)
}
