//! What becomes of a request that a rule has fired on: one case, read from the bag of keys that a rule is written with.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use super::form::ActForm;
use super::texts::{Reset, RowAt};
use crate::reply::Page;

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(into = "ActForm")]
pub struct Act {
    /// How many milliseconds it waits first, on the world's clock.
    pub delay_ms: Option<u64>,
    /// What becomes of it then.
    pub then: Then,
}

/// The end of a request, behind its delay.
#[derive(Clone, Debug, PartialEq)]
pub enum Then {
    /// Nothing is done, and the connection stays open without an answer until the client leaves.
    Hang,
    /// Nothing is done, and the connection is reset.
    Reset,
    /// The method runs, and the connection is closed without an answer.
    Drop,
    /// A reply goes out.
    Send(Source, Delivery),
}

/// Where a reply comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// The method, whose page may be distorted.
    Method(Distortion),
    /// The rule; nothing is done.
    Rule(Answer),
    /// The rule, as a 200 that is a web page; nothing is done.
    WebPage,
}

/// The answer that a rule gives in a method's place.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Its status, 200 to 599.
    pub status: u16,
    /// Its body.
    pub content: Content,
    /// Its headers, sound and none of those that the server sets.
    pub headers: BTreeMap<String, String>,
}

/// The body of a rule's answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// None was given: from 400 on it is one in the service's dialect.
    Absent,
    /// JSON.
    Json(Value),
    /// Text.
    Text(String),
    /// Any bytes.
    Bytes(Bytes),
}

/// What a rule does to the page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Distortion {
    pub(super) total_off_by: Option<i64>,
    pub(super) duplicate_row: Option<RowAt>,
    pub(super) drop_row: Option<RowAt>,
    pub(super) cursor_loops: bool,
}

/// How a reply's body travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Where it ends too early.
    pub cut: Option<Cut>,
    /// How many of its bytes go out in a second of real time, at least 1.
    pub bytes_per_s: Option<u64>,
}

/// Where a reply's body ends too early, under its full Content-Length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// After so many bytes, with the connection closed.
    CloseAfter(u64),
    /// After half of it, with the connection reset.
    ResetHalfway,
}

impl Act {
    /// Reads a form in which nothing is wrong.
    pub(super) fn of(form: ActForm) -> Self {
        Self { delay_ms: form.delay_ms, then: Then::of(form) }
    }

    /// The method runs, and its reply goes out in whatever form.
    pub(crate) fn runs_method(&self) -> bool {
        matches!(self.then, Then::Drop | Then::Send(Source::Method(_), _))
    }

    /// What it does to the page of a list, if it does anything.
    pub(crate) fn distortion(&self) -> Option<&Distortion> {
        match &self.then {
            Then::Send(Source::Method(distortion), _) if distortion.is_any() => Some(distortion),
            _ => None,
        }
    }
}

impl Then {
    fn of(form: ActForm) -> Self {
        if form.hang {
            return Self::Hang;
        }
        if form.commit_then_drop {
            return Self::Drop;
        }
        let cut = match form.reset {
            Some(Reset::BeforeReply) => return Self::Reset,
            Some(Reset::MidReply) => Some(Cut::ResetHalfway),
            None => form.truncate_at.map(Cut::CloseAfter),
        };
        let delivery = Delivery { cut, bytes_per_s: form.dribble_bytes_per_s };
        Self::Send(Source::of(form), delivery)
    }
}

impl Source {
    fn of(form: ActForm) -> Self {
        match form.status {
            Some(status) => {
                let content = Content::of(form.body, form.body_text, form.body_base64);
                Self::Rule(Answer { status, content, headers: form.headers })
            }
            None if form.not_json => Self::WebPage,
            None => Self::Method(Distortion::of(&form)),
        }
    }

    fn write(self, form: ActForm) -> ActForm {
        match self {
            Self::WebPage => ActForm { not_json: true, ..form },
            Self::Rule(Answer { status, content, headers }) => {
                content.write(ActForm { status: Some(status), headers, ..form })
            }
            Self::Method(Distortion { total_off_by, duplicate_row, drop_row, cursor_loops }) => {
                ActForm { total_off_by, duplicate_row, drop_row, cursor_loops, ..form }
            }
        }
    }
}

impl Content {
    fn of(json: Option<Value>, text: Option<String>, base64: Option<String>) -> Self {
        // Base64 that cannot be read has been refused.
        let bytes = || base64.map(|text| Self::Bytes(STANDARD.decode(text).unwrap_or_default().into()));
        json.map(Self::Json).or_else(|| text.map(Self::Text)).or_else(bytes).unwrap_or(Self::Absent)
    }

    fn write(self, form: ActForm) -> ActForm {
        match self {
            Self::Absent => form,
            Self::Json(body) => ActForm { body: Some(body), ..form },
            Self::Text(text) => ActForm { body_text: Some(text), ..form },
            Self::Bytes(bytes) => ActForm { body_base64: Some(STANDARD.encode(bytes)), ..form },
        }
    }
}

impl Delivery {
    fn write(self, form: ActForm) -> ActForm {
        let form = ActForm { dribble_bytes_per_s: self.bytes_per_s, ..form };
        match self.cut {
            None => form,
            Some(Cut::CloseAfter(bytes)) => ActForm { truncate_at: Some(bytes), ..form },
            Some(Cut::ResetHalfway) => ActForm { reset: Some(Reset::MidReply), ..form },
        }
    }
}

impl From<Act> for ActForm {
    fn from(Act { delay_ms, then }: Act) -> Self {
        let form = Self { delay_ms, ..Self::default() };
        match then {
            Then::Hang => Self { hang: true, ..form },
            Then::Reset => Self { reset: Some(Reset::BeforeReply), ..form },
            Then::Drop => Self { commit_then_drop: true, ..form },
            Then::Send(source, delivery) => source.write(delivery.write(form)),
        }
    }
}

impl Distortion {
    /// The keys of a form that are about the page of a list.
    pub(super) fn of(form: &ActForm) -> Self {
        let ActForm { total_off_by, duplicate_row, drop_row, cursor_loops, .. } = *form;
        Self { total_off_by, duplicate_row, drop_row, cursor_loops }
    }

    /// It does anything at all.
    pub(super) fn is_any(&self) -> bool {
        *self != Self::default()
    }

    /// Distorts a page. The number of a row that the page does not have is ignored.
    pub(crate) fn distort(&self, page: &mut Page) {
        let place = |page: &mut Page, row: Option<RowAt>| {
            let index = usize::try_from(row?.0).ok()?;
            (index < page.split().len()).then_some(index)
        };
        if let Some(off) = self.total_off_by {
            let off_by = isize::try_from(off).unwrap_or(if off < 0 { isize::MIN } else { isize::MAX });
            page.total = page.total.saturating_add_signed(off_by);
        }
        if let Some(index) = place(page, self.duplicate_row) {
            page.rows.insert(index, page.rows[index].clone());
        }
        if let Some(index) = place(page, self.drop_row) {
            page.rows.remove(index);
        }
        if self.cursor_loops && page.asked.is_some() {
            page.after.clone_from(&page.asked);
        }
    }
}
