//! The bare hyper server: reads each request whole and answers the same bytes. It is the floor that
//! the fake is held against, so it has nothing that a hyper server can do without.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;

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

/// What it answers to everything.
pub(super) struct CannedAnswer {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

impl CannedAnswer {
    /// The answer `answer`; `None` when hyper could not send it. Date and length are hyper's own work,
    /// as in any server on it.
    pub(super) fn new(answer: &Answer) -> Option<Self> {
        let by_hyper = |name: &str| name == "date" || name == "content-length";
        let given = answer.headers.iter().filter(|(name, _)| !by_hyper(name));
        let headers = given.map(|(name, value)| Some((name.parse().ok()?, value.parse().ok()?)));
        Some(Self {
            status: StatusCode::from_u16(answer.status).ok()?,
            headers: headers.collect::<Option<_>>()?,
            body: answer.body.clone().into(),
        })
    }

    fn response(&self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(self.body.clone()));
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers.iter().cloned());
        response
    }
}

/// Answers until `shutdown` is done.
pub(super) async fn run(
    listener: TcpListener,
    canned: Arc<CannedAnswer>,
    shutdown: impl Future<Output = ()>,
) {
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                tokio::spawn(connection(stream, Arc::clone(&canned)));
            },
            () = &mut shutdown => return,
        }
    }
}

async fn connection(stream: TcpStream, canned: Arc<CannedAnswer>) {
    let _ = stream.set_nodelay(true);
    let answer = service_fn(move |request: Request<Incoming>| {
        let canned = Arc::clone(&canned);
        async move {
            // A body that breaks off ends the connection anyway.
            let _ = request.into_body().collect().await;
            Ok::<_, Infallible>(canned.response())
        }
    });
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
}
