//! A request's body as the journal keeps it.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::json;

use crate::reply::render;
use crate::request::{Input, Part};

/// The most bytes of a request's body an entry keeps.
pub const BODY_MAX: usize = 16 * 1024;
/// How much more of a body is looked at for secrets than is kept: one that begins before the cut ends there, however it
/// is encoded.
const BODY_MARGIN: usize = 16 * 1024;

/// A request's body as the journal keeps it: at most [`BODY_MAX`] bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// The bytes, or the first of them.
    pub bytes: Bytes,
    /// Whether there were more, or others.
    pub cut: bool,
    /// How many bytes there were.
    pub size: usize,
}

impl Body {
    /// A copy, even of a short body: a request's body is a slice of its connection's read buffer, and an
    /// entry that kept it would keep the buffer, some kilobytes that nobody counts.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let kept = &bytes[..bytes.len().min(BODY_MAX)];
        Self { bytes: Bytes::copy_from_slice(kept), cut: bytes.len() > BODY_MAX, size: bytes.len() }
    }

    /// What the journal says of a request's input: a query as JSON pairs, multipart parts as JSON, their
    /// contents among it while they are short.
    #[must_use]
    pub fn of_input(input: &Input) -> Self {
        Self { size: input.bytes(), ..Self::of_told(told(input), Self::of) }
    }

    /// As [`of`](Self::of), but `hide` takes secrets out of a body before it is cut. One that is kept whole is kept as
    /// it is: its secrets can be found whenever it is shown.
    #[must_use]
    pub fn of_hiding(bytes: &[u8], hide: &dyn Fn(&[u8]) -> Vec<u8>) -> Self {
        if bytes.len() <= BODY_MAX {
            return Self::of(bytes);
        }
        let hidden = hide(&bytes[..bytes.len().min(BODY_MAX + BODY_MARGIN)]);
        Self { cut: true, ..Self::of(&hidden) }
    }

    /// As [`of_input`](Self::of_input), with the secrets hidden of what is cut; `None` of what is kept whole.
    #[must_use]
    pub fn cut_input(input: &Input, hide: &dyn Fn(&[u8]) -> Vec<u8>) -> Option<Self> {
        if is_short(input) {
            return None;
        }
        Some(Self::of_told(told(input), |text| Self::of_hiding(text, hide))).filter(|body| body.cut)
    }

    fn of_told((text, others): (Cow<'_, [u8]>, bool), of: impl Fn(&[u8]) -> Self) -> Self {
        let body = of(&text);
        Self { cut: body.cut || others, ..body }
    }
}

/// What the journal says of an input, and whether there was more: as much of it as is looked at.
fn told(input: &Input) -> (Cow<'_, [u8]>, bool) {
    match input {
        Input::Json(body, query) if query.is_empty() => (Cow::Borrowed(body), false),
        Input::Json(body, query) => {
            let body = &body[..body.len().min(BODY_MAX + BODY_MARGIN)];
            (Cow::Owned([body, &render(query)[..]].concat()), true)
        }
        Input::Query(pairs) => (Cow::Owned(render(pairs).into()), false),
        Input::Parts(parts) => told_parts(parts),
    }
}

/// Whether an input is kept whole for sure.
fn is_short(input: &Input) -> bool {
    /// The most bytes of JSON for one of text, and of what is around a pair.
    const ESCAPED: (usize, usize) = (6, 8);
    let of_pair = |(name, value): &(String, String)| ESCAPED.0 * (name.len() + value.len()) + ESCAPED.1;
    match input {
        Input::Json(body, query) => query.is_empty() && body.len() <= BODY_MAX,
        Input::Query(pairs) => pairs.iter().map(of_pair).sum::<usize>() <= BODY_MAX,
        Input::Parts(_) => false,
    }
}

fn told_parts(parts: &[Part]) -> (Cow<'static, [u8]>, bool) {
    let bytes: usize = parts.iter().map(|part| part.content.len()).sum();
    let whole = bytes <= BODY_MAX / 2;
    let view = |part: &Part| {
        let mut view = json!({"name": part.name, "filename": part.file_name, "size": part.content.len()});
        if whole {
            view["base64"] = STANDARD.encode(&part.content).into();
        }
        view
    };
    (Cow::Owned(render(&parts.iter().map(view).collect::<Vec<_>>()).into()), !whole)
}
