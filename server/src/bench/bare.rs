//! The bare hyper server: reads each request and sends the same bytes as the fake. It is the
//! baseline for the fake, so it does only what any hyper server must do.

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

/// The responses of the bare server.
pub(super) struct CannedAnswers {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// One sequence for each connection, in turn.
    bodies: Vec<Sequence>,
}

/// Bodies that are sent in order, and again from the start.
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
    /// Responses like `answer`, with a separate sequence of bodies for each connection; `None` if
    /// hyper cannot send them. hyper sets date and length itself, as in any server that uses it.
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

/// Serves until `shutdown` completes.
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
            // An incomplete body ends the connection anyway.
            let _ = request.into_body().collect().await;
            Ok::<_, Infallible>(canned.response(number))
        }
    });
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
}
