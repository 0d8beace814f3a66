//! The bare hyper server: reads each request whole and answers the same bytes. It is the floor that
//! the fake is held against, so it has nothing that a hyper server can do without.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use super::answer::Answer;

/// What it answers.
pub(super) struct CannedAnswers {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// Its connections take these in turn, and begin again at the end.
    bodies: Vec<Sequence>,
}

/// Bodies, one after the other.
struct Sequence {
    bodies: Vec<Bytes>,
    next: AtomicUsize,
}

impl Sequence {
    fn next(&self) -> Bytes {
        self.bodies[self.next.fetch_add(1, Ordering::Relaxed) % self.bodies.len()].clone()
    }
}

impl CannedAnswers {
    /// Answers like `answer` but for their bodies, of which each connection has a sequence of its own; `None` when hyper
    /// could not send them. Date and length are hyper's own work, as in any server on it.
    pub(super) fn new(answer: &Answer, bodies: Vec<Vec<Bytes>>) -> Option<Self> {
        let sequence = |bodies: Vec<Bytes>| Sequence { bodies, next: AtomicUsize::new(0) };
        let by_hyper = |name: &str| name == "date" || name == "content-length";
        let given = answer.headers.iter().filter(|(name, _)| !by_hyper(name));
        let headers = given.map(|(name, value)| Some((name.parse().ok()?, value.parse().ok()?)));
        Some(Self {
            status: StatusCode::from_u16(answer.status).ok()?,
            headers: headers.collect::<Option<_>>()?,
            bodies: bodies.into_iter().map(sequence).collect(),
        })
    }

    fn response(&self, connection: usize) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(self.bodies[connection % self.bodies.len()].next()));
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers.iter().cloned());
        response
    }
}

/// Answers until `shutdown` is done.
pub(super) async fn run(
    listener: TcpListener,
    canned: Arc<CannedAnswers>,
    shutdown: impl Future<Output = ()>,
) {
    tokio::pin!(shutdown);
    for number in 0.. {
        tokio::select! {
            accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                tokio::spawn(connection(stream, number, Arc::clone(&canned)));
            },
            () = &mut shutdown => return,
        }
    }
}

async fn connection(stream: TcpStream, number: usize, canned: Arc<CannedAnswers>) {
    let _ = stream.set_nodelay(true);
    let answer = service_fn(move |request: Request<Incoming>| {
        let canned = Arc::clone(&canned);
        async move {
            // A body that breaks off ends the connection anyway.
            let _ = request.into_body().collect().await;
            Ok::<_, Infallible>(canned.response(number))
        }
    });
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
}
