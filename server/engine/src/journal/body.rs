//! The body of a request as the journal keeps it.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::json;

use crate::reply::render;
use crate::request::{Input, Part};

/// Maximum number of bytes of a request's body that an entry keeps.
pub const BODY_MAX: usize = 16 * 1024;
/// Number of bytes after the cut that are also searched for secrets. A secret that begins before the
/// cut ends within them, in any encoding.
const BODY_MARGIN: usize = 16 * 1024;

/// The body of a request as the journal keeps it: up to [`BODY_MAX`] bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// The first bytes of the body, or all of them.
    pub bytes: Bytes,
    /// True if the body had more bytes, or bytes that are not shown.
    pub cut: bool,
    /// Size of the whole body in bytes.
    pub size: usize,
}

impl Body {
    /// Copies the bytes, even if there are few. The body of a request is a slice of the read buffer of
    /// its connection, and an entry with such a slice would keep the whole buffer, some kilobytes, in
    /// memory.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let kept = &bytes[..bytes.len().min(BODY_MAX)];
        Self { bytes: Bytes::copy_from_slice(kept), cut: bytes.len() > BODY_MAX, size: bytes.len() }
    }

    /// The journal's form of a request's input: a query as JSON pairs, multipart parts as JSON, with
    /// their contents if those are short.
    #[must_use]
    pub fn of_input(input: &Input) -> Self {
        Self { size: input.bytes(), ..Self::of_told(told(input), Self::of) }
    }

    /// Like [`of`](Self::of), but `hide` removes secrets from a body before it is cut. A body that is
    /// kept whole is kept unchanged: its secrets can be found each time it is shown.
    #[must_use]
    pub fn of_hiding(bytes: &[u8], hide: &dyn Fn(&[u8]) -> Vec<u8>) -> Self {
        if bytes.len() <= BODY_MAX {
            return Self::of(bytes);
        }
        let hidden = hide(&bytes[..bytes.len().min(BODY_MAX + BODY_MARGIN)]);
        Self { cut: true, ..Self::of(&hidden) }
    }

    /// Like [`of_input`](Self::of_input), with the secrets hidden if the body is cut; `None` if it is
    /// kept whole.
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

/// The journal's form of an input, up to the bytes that are searched for secrets, and true if there was
/// more.
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

/// True if an input is certainly kept whole; decided without rendering it.
fn is_short(input: &Input) -> bool {
    /// Maximum JSON bytes per byte of a string, and JSON bytes around a pair.
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
