//! A wire request that has been read and checked, before it reaches a world.

use std::borrow::Cow;

use bytes::Bytes;

use crate::call::Call;
use crate::excerpt::Excerpt;
use crate::faults::Subject;
use crate::ids::TaskId;
use crate::journal::{Body, VISITS, VisitAddress};
use crate::method::{Ready, Row, TaskRef};
use crate::methods;
use crate::refusal::Refusal;
use crate::request::{Input, LARGE, Payload, Shape, shape_input};

/// The target of a request.
#[derive(Debug)]
pub(crate) enum Wish {
    /// A method, with a payload that has the shape of the method.
    Method(&'static Row, Order),
    /// The app of a session.
    Visit(Box<VisitWish>),
    /// The request is refused unless a canned reply or a fault answers it.
    Refused(Refusal),
}

/// A request to the app of a session.
#[derive(Debug)]
pub(crate) struct VisitWish {
    pub(crate) token: String,
    /// The path after the token.
    pub(crate) command: String,
    /// The whole body: two bodies that differ beyond the part that the journal keeps are two calls.
    pub(crate) body: Bytes,
}

/// The input of a method, read as far as possible without a world.
#[derive(Debug)]
pub(crate) struct Order {
    /// The payload for checks that come before the method, such as those of the auto clock; `None` if
    /// the method has no such checks and the payload is already read.
    pub(crate) payload: Option<Payload>,
    /// The method's own input, once it is read.
    ready: Option<Ready>,
}

impl Order {
    /// An order of `size` bytes. A small payload that is also checked is read only when the method
    /// runs.
    fn of(row: &'static Row, payload: Payload, size: usize) -> Result<Self, Refusal> {
        if !row.is_looked_at() {
            return Ok(Self { payload: None, ready: Some(row.read(payload)?) });
        }
        let ready = (size > LARGE).then(|| row.read(payload.clone())).transpose()?;
        Ok(Self { payload: Some(payload), ready })
    }

    /// The method's own input, read now if it is not read already.
    pub(crate) fn ready(self, row: &'static Row) -> Result<Ready, Refusal> {
        match (self.ready, self.payload) {
            (Some(ready), _) => Ok(ready),
            (None, payload) => row.read(payload.expect("it is kept until it is read")),
        }
    }
}

/// A request on its way to a world.
#[derive(Debug)]
pub struct WireRequest {
    pub(crate) method: Cow<'static, str>,
    /// The row of the method; `None` if it is not modelled.
    pub(crate) row: Option<&'static Row>,
    pub(crate) call: Call,
    pub(crate) task: Option<TaskId>,
    /// The address of a visit; `None` for a call of a method.
    pub(crate) visit: Option<Box<VisitAddress>>,
    pub(crate) wish: Wish,
    pub(crate) body: Body,
    pub(crate) warnings: Vec<String>,
}

impl WireRequest {
    /// A request of the method of `row`.
    #[must_use]
    pub fn of(row: &'static Row, call: Call, input: Input) -> Self {
        let body = Body::of_input(&input);
        let raw = if let Input::Json(bytes, _) = &input { bytes.clone() } else { Bytes::new() };
        let read = shape_input(input, row.shape, call.strict).and_then(|(payload, warnings)| {
            let task = row.task.of(&payload, &call);
            Ok((task, Order::of(row, payload, body.size)?, warnings))
        });
        let (task, wish, warnings) = match read {
            Ok((task, order, warnings)) => (task, Wish::Method(row, order), warnings),
            // The body may be invalid elsewhere and still name its task.
            Err(refusal) => (row.task.in_body(&raw, &call), Wish::Refused(refusal), Excerpt::default()),
        };
        let (method, warnings) = (Cow::Borrowed(row.name), warnings.into_texts());
        Self { method, row: Some(row), call, task, visit: None, wish, body, warnings }
    }

    /// A request of the method `method`, modelled or not.
    #[must_use]
    pub fn named(method: &str, call: Call, input: Input) -> Self {
        match methods::find(method) {
            Some(row) => Self::of(row, call, input),
            None => Self::unknown(method, call, input),
        }
    }

    /// A request of a method that is not modelled.
    #[must_use]
    pub fn unknown(method: &str, call: Call, input: Input) -> Self {
        Self::unread(method, None, call, Body::of_input(&input), unknown(method))
    }

    /// A request that is refused for its form before its method sees it. `row` is that of the method;
    /// `None` if it is not modelled.
    #[must_use]
    pub fn unread(method: &str, row: Option<&'static Row>, call: Call, body: Body, refusal: Refusal) -> Self {
        let method = row.map_or_else(|| Cow::Owned(method.to_owned()), |row| Cow::Borrowed(row.name));
        let wish = Wish::Refused(refusal);
        let task = call.task.filter(|_| row.is_some_and(|row| row.task == TaskRef::Header));
        Self { method, row, call, task, visit: None, wish, body, warnings: Vec::new() }
    }

    /// A request to the web address of a session: its token, the rest of the address, and the body.
    #[must_use]
    pub fn visit(token: &str, address: VisitAddress, body: &Bytes, call: Call) -> Self {
        Self {
            method: Cow::Borrowed(VISITS),
            row: None,
            call,
            task: None,
            wish: Wish::Visit(Box::new(VisitWish {
                token: token.to_owned(),
                command: address.command().to_owned(),
                body: body.clone(),
            })),
            visit: Some(Box::new(address)),
            body: Body::of(body),
            warnings: Vec::new(),
        }
    }

    /// The same request with another body for the journal. The size stays that of the request.
    #[must_use]
    pub fn telling(self, body: Option<Body>) -> Self {
        let size = self.body.size;
        Self { body: body.map_or(self.body, |body| Body { size, ..body }), ..self }
    }

    /// The request as fault rules see it.
    pub(crate) fn subject(&self) -> Subject<'_> {
        // It is unknown where the arguments of an unmodelled method name a task.
        let task = self.task.filter(|_| self.row.is_some() || matches!(self.wish, Wish::Visit(_)));
        // Old SDKs recurse endlessly if `instance.version` fails, and hang if an upload fails.
        let breaks = |row: &Row| row.open || matches!(row.shape, Shape::Parts | Shape::Form(..));
        Subject {
            method: &self.method,
            task,
            spared: self.method == VISITS || self.row.is_some_and(breaks),
            lists: self.row.is_some_and(Row::lists),
        }
    }

    /// The task whose status the request polls, if it is answered.
    pub(crate) fn polled(&self) -> Option<TaskId> {
        self.task.filter(|_| self.row.is_some_and(|row| row.polls))
    }
}

fn unknown(method: &str) -> Refusal {
    Refusal::UnknownMethod { method: method.to_owned(), closest: methods::nearest(method).map(str::to_owned) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Moment;

    fn subject_of(method: &str) -> (bool, bool) {
        let input = Input::Json(Bytes::from_static(b"{}"), Vec::new());
        let asked = WireRequest::named(method, Call::at(Moment::VIRTUAL_START), input);
        let subject = asked.subject();
        (subject.spared, subject.lists)
    }

    #[test]
    fn faults_spare_what_old_sdks_do_not_survive_and_know_a_list() {
        for spared in ["instance.version", "tasks.files.bulk.upload", "tasks.upload.dtl_archive"] {
            assert_eq!(subject_of(spared), (true, false), "{spared}");
        }
        for plain in ["tasks.info", "projects.editInfo", "images.list"] {
            assert_eq!(subject_of(plain), (false, false), "{plain}");
        }
        assert_eq!(subject_of("tasks.list"), (false, true));
        let address = VisitAddress { verb: "GET".into(), path: "/".into(), query: String::new() };
        let visit = WireRequest::visit("token", address, &Bytes::new(), Call::at(Moment::VIRTUAL_START));
        assert!(visit.subject().spared);
    }
}
