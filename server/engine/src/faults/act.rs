//! The action of a fault rule as an enum with one case, made from the set of keys in which a rule is
//! written.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use super::form::ActForm;
use super::texts::{Reset, RowAt};
use crate::reply::Page;

/// The action of a fault rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(into = "ActForm")]
pub struct Act {
    /// Delay before anything else, in milliseconds on the world's clock.
    pub delay_ms: Option<u64>,
    /// The action after the delay.
    pub then: Then,
}

/// The outcome of a request after its delay.
#[derive(Clone, Debug, PartialEq)]
pub enum Then {
    /// The method does not run, and the connection stays open without an answer until the client
    /// leaves.
    Hang,
    /// The method does not run, and the connection is reset.
    Reset,
    /// The method runs, and the connection is closed without an answer.
    Drop,
    /// A reply is sent.
    Send(Source, Delivery),
}

/// The source of a reply.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// The method, whose page may be distorted.
    Method(Distortion),
    /// The rule; the method does not run.
    Rule(Answer),
    /// The rule, with a web page and the status 200; the method does not run.
    WebPage,
}

/// The answer of a rule, sent instead of the method's.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// HTTP status, 200 to 599.
    pub status: u16,
    /// Body of the answer.
    pub content: Content,
    /// Headers: valid, and without those that the server sets itself.
    pub headers: BTreeMap<String, String>,
}

/// The body of a rule's answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// The rule has no body: with a status of 400 or more the answer gets an error body in
    /// Supervisely's dialect.
    Absent,
    /// JSON.
    Json(Value),
    /// Text.
    Text(String),
    /// Any bytes.
    Bytes(Bytes),
}

/// The changes that a rule makes to the page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Distortion {
    pub(super) total_off_by: Option<i64>,
    pub(super) duplicate_row: Option<RowAt>,
    pub(super) drop_row: Option<RowAt>,
    pub(super) cursor_loops: bool,
}

/// The way in which the body of a reply is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Premature end of the body; `None` if it is sent whole.
    pub cut: Option<Cut>,
    /// Speed in bytes per second of real time, at least 1; `None` if it is not limited.
    pub bytes_per_s: Option<u64>,
}

/// The premature end of a body, whose `Content-Length` announces the full size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The connection is closed after N bytes.
    CloseAfter(u64),
    /// The connection is reset after half of the body.
    ResetHalfway,
}

impl Act {
    /// The action of a form without violations.
    pub(super) fn of(form: ActForm) -> Self {
        Self { delay_ms: form.delay_ms, then: Then::of(form) }
    }

    /// True if the method runs, even if its reply is not sent as it is.
    pub(crate) fn runs_method(&self) -> bool {
        matches!(self.then, Then::Drop | Then::Send(Source::Method(_), _))
    }

    /// The changes to the page of a list; `None` if there are none.
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
        // Invalid base64 was refused before.
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
    /// The keys of a form that change the page of a list.
    pub(super) fn of(form: &ActForm) -> Self {
        let ActForm { total_off_by, duplicate_row, drop_row, cursor_loops, .. } = *form;
        Self { total_off_by, duplicate_row, drop_row, cursor_loops }
    }

    /// True if it changes anything.
    pub(super) fn is_any(&self) -> bool {
        *self != Self::default()
    }

    /// Changes a page. A row number beyond the page is ignored.
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
