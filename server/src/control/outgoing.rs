//! A world's text on its way out: written piece by piece as the client takes it, so that no more than a piece of it is there,
//! and nothing more is written once the client has left.

use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::Response;
use hyper::body::Frame;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use slymock_engine::State;
use slymock_engine::snapshot::{FixtureText, Layout};
use tokio::runtime::Handle;

use super::reply::ControlReply;
use crate::aside::aside;
use crate::http::pieces::Pieces;
use crate::http::render;

/// The reply with a world as a fixture. One that fits into a piece goes out as any other reply.
pub(super) async fn world_text(state: State) -> ControlReply {
    let begun = move || {
        let mut text = Writing(Some(FixtureText::of(state, Layout::Compact)));
        (text.next(), text.next(), text)
    };
    let (first, second, text) = aside(begun).await;
    let (first, second) = (first.unwrap_or_default(), second);
    let Some(second) = second else { return render::json_bytes(first).into() };
    let begin = stream::iter([first, second]);
    let rest = stream::unfold(text, |mut text| async move {
        // Each piece in its turn: a client that takes its time holds no thread.
        aside(move || Some((text.next()?, text))).await
    });
    let pieces = futures_util::StreamExt::chain(begin, rest);
    let frames = futures_util::StreamExt::map(pieces, |piece| Ok(Frame::data(Pieces::from(piece))));
    let mut reply = Response::new(StreamBody::new(frames).boxed_unsync());
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(render::JSON));
    ControlReply::Streamed(reply)
}

/// A text that is being written.
struct Writing(Option<FixtureText>);

impl Writing {
    fn next(&mut self) -> Option<Bytes> {
        self.0.as_mut()?.next().map(Bytes::from)
    }
}

/// A world of many tasks takes its time to be freed, and this may be the last to have it.
impl Drop for Writing {
    fn drop(&mut self) {
        let text = self.0.take();
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn_blocking(move || drop(text));
        }
    }
}
