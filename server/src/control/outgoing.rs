//! A world as text, written piece by piece as the client reads it. Only one piece is in memory at a
//! time, and writing stops when the client has left.

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

/// The reply with a world as a fixture. A text of one piece is sent as any other reply, with its
/// length.
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
        // One blocking job per piece: a client that reads slowly holds no thread.
        aside(move || Some((text.next()?, text))).await
    });
    let pieces = futures_util::StreamExt::chain(begin, rest);
    let frames = futures_util::StreamExt::map(pieces, |piece| Ok(Frame::data(Pieces::from(piece))));
    let mut reply = Response::new(StreamBody::new(frames).boxed_unsync());
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(render::JSON));
    ControlReply::Streamed(reply)
}

/// A text in progress.
struct Writing(Option<FixtureText>);

impl Writing {
    fn next(&mut self) -> Option<Bytes> {
        self.0.as_mut()?.next().map(Bytes::from)
    }
}

/// Freeing a world with many tasks takes long, and this may be its last owner.
impl Drop for Writing {
    fn drop(&mut self) {
        let text = self.0.take();
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn_blocking(move || drop(text));
        }
    }
}
