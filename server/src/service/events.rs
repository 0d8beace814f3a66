//! The event stream of first-generation apps (`sly.AppService`): it stays open and empty. Such an
//! app requests it with its agent's token, waits up to 30 s for the next bytes, and stops after
//! several streams that ended cleanly.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Method, Response};
use slymock_engine::Moment;
use slymock_engine::journal::{Outcome, Record};

use crate::clock;
use crate::door::Door;
use crate::http::head;
use crate::http::outcome::{Departure, Endless};
use crate::http::pieces::Pieces;
use crate::http::rejection::Rejection;
use crate::http::render;
use crate::http::request::Request;
use crate::refuse::{Attempt, refuse};

/// Path of the event stream.
pub(super) const PATH: &str = "/agent/GetGeneralEventsStream";
/// Interval of the empty messages, below the app's read timeout of 30 s. It is real time, as the
/// app's clock is.
const BEAT: Duration = Duration::from_secs(20);
/// A message of length 0, which the SDK skips.
const EMPTY_MESSAGE: [u8; 4] = [0; 4];

/// Opens a stream without events.
pub(super) async fn answer(request: &Request, door: &Arc<Door>) -> Departure {
    let head = request.head();
    if head.method != Method::POST {
        let (verb, path) = (head.method.to_string(), PATH.to_owned());
        return Departure::Whole(
            refuse(door, Attempt::other(PATH), Rejection::UnknownVerb { verb, path }).await,
        );
    }
    let token = match head::token(head) {
        Ok(token) => token,
        Err(refusal) => return Departure::Whole(refuse(door, Attempt::other(PATH), refusal).await),
    };
    let now = note(request, token, door).await;
    let context = Arc::clone(&door.context);
    let body = silence(BEAT, move || {
        let context = Arc::clone(&context);
        async move { context.ended().await }
    });
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    Departure::Endless(render::dated(response, now))
}

/// Adds a journal entry: in the world of the token if there is one, otherwise in that of the
/// listener or in the server's own journal. Returns the time of that journal.
async fn note(request: &Request, token: Option<&str>, door: &Door) -> Moment {
    let worlds = &door.context.worlds;
    let task = head::task_header(request.head());
    let world = match token.and_then(|token| worlds.of_known_token(token)) {
        Some(world) => Some(world),
        None => door.pinned().await,
    };
    let body = worlds.secrets.body(&request.body);
    let Some(world) = world else {
        let now = clock::now();
        worlds.record(now, Record::of(PATH, task, Outcome::Done(None), body));
        return now;
    };
    let noted = world.quick(move |world| {
        world.record(Record::of(PATH, task, Outcome::Done(None), body));
        world.state().now()
    });
    noted.await
}

/// Sends an empty message every `beat`. It fails when `ended` completes: a clean end would count
/// against the app's limit of ended streams.
fn silence<F>(beat: Duration, ended: impl Fn() -> F + Send + 'static) -> Endless
where
    F: Future<Output = ()> + Send + 'static,
{
    let messages = stream::unfold(ended, move |ended| async move {
        let message = tokio::select! {
            biased;
            () = ended() => Err(io::ErrorKind::ConnectionAborted.into()),
            () = tokio::time::sleep(beat) => Ok(Frame::data(Pieces::from(Bytes::from_static(&EMPTY_MESSAGE)))),
        };
        Some((message, ended))
    });
    StreamBody::new(messages).boxed_unsync()
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[tokio::test]
    async fn it_says_nothing_again_and_again_and_breaks_off_at_the_end() {
        let mut goes_on = silence(Duration::ZERO, pending::<()>);
        for _ in 0..3 {
            let frame = goes_on.frame().await.and_then(Result::ok).and_then(|frame| frame.into_data().ok());
            assert_eq!(frame.as_ref().map(bytes::Buf::chunk), Some(&EMPTY_MESSAGE[..]));
        }
        let mut ends = silence(BEAT, || ready(()));
        assert!(ends.frame().await.is_some_and(|frame| frame.is_err()), "not a clean end");
    }
}
