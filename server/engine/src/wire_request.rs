//! A wire request that has been read and checked, before any world is looked at.

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

/// What a request is for.
#[derive(Debug)]
pub(crate) enum Wish {
    /// Its method, with a payload that has the method's shape.
    Method(&'static Row, Order),
    /// The app of a session.
    Visit(Box<VisitWish>),
    /// It is refused unless a canned reply or a fault answers it.
    Refused(Refusal),
}

/// What the app of a session is asked.
#[derive(Debug)]
pub(crate) struct VisitWish {
    /// The session's token.
    pub(crate) token: String,
    /// The path behind the token.
    pub(crate) command: String,
    /// Its body, whole: two that differ behind what the journal keeps are two calls.
    pub(crate) body: Bytes,
}

/// What a method is asked, read as far as it can be without a world.
#[derive(Debug)]
pub(crate) struct Order {
    /// What those see who look at a request before its method runs; nothing where nobody does, and it is read already.
    pub(crate) payload: Option<Payload>,
    /// What the method does, once it is read.
    ready: Option<Ready>,
}

impl Order {
    /// An order of `size` bytes. What is small and looked at is read when its method runs.
    fn of(row: &'static Row, payload: Payload, size: usize) -> Result<Self, Refusal> {
        if !row.is_looked_at() {
            return Ok(Self { payload: None, ready: Some(row.read(payload)?) });
        }
        let ready = (size > LARGE).then(|| row.read(payload.clone())).transpose()?;
        Ok(Self { payload: Some(payload), ready })
    }

    /// What the method does.
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
    /// What is known of the method; nothing of one that is not modelled.
    pub(crate) row: Option<&'static Row>,
    pub(crate) call: Call,
    pub(crate) task: Option<TaskId>,
    /// The address of a visit.
    pub(crate) visit: Option<Box<VisitAddress>>,
    pub(crate) wish: Wish,
    pub(crate) body: Body,
    pub(crate) warnings: Vec<String>,
}

impl WireRequest {
    /// A request of `row`'s method.
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
            // What is wrong elsewhere in a request need not hide which task it is about.
            Err(refusal) => (row.task.in_body(&raw, &call), Wish::Refused(refusal), Excerpt::default()),
        };
        let (method, warnings) = (Cow::Borrowed(row.name), warnings.into_texts());
        Self { method, row: Some(row), call, task, visit: None, wish, body, warnings }
    }

    /// A request of the method with this name, whether it is modelled or not.
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

    /// A request that is refused for its form, before its method is asked, which has that row where it is modelled.
    #[must_use]
    pub fn unread(method: &str, row: Option<&'static Row>, call: Call, body: Body, refusal: Refusal) -> Self {
        let method = row.map_or_else(|| Cow::Owned(method.to_owned()), |row| Cow::Borrowed(row.name));
        let wish = Wish::Refused(refusal);
        let task = call.task.filter(|_| row.is_some_and(|row| row.task == TaskRef::Header));
        Self { method, row, call, task, visit: None, wish, body, warnings: Vec::new() }
    }

    /// A request to a session's web address: the session's token, what is behind it, and the body.
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

    /// The same request, of whose body the journal says this.
    #[must_use]
    pub fn telling(self, body: Option<Body>) -> Self {
        let size = self.body.size;
        Self { body: body.map_or(self.body, |body| Body { size, ..body }), ..self }
    }

    /// It as fault rules see it.
    pub(crate) fn subject(&self) -> Subject<'_> {
        // What is not modelled has no place for a task.
        let task = self.task.filter(|_| self.row.is_some() || matches!(self.wish, Wish::Visit(_)));
        // Old SDKs call themselves without an end when `instance.version` fails, and hang when an upload does.
        let breaks = |row: &Row| row.open || matches!(row.shape, Shape::Parts | Shape::Form(..));
        Subject {
            method: &self.method,
            task,
            spared: self.method == VISITS || self.row.is_some_and(breaks),
            lists: self.row.is_some_and(Row::lists),
        }
    }

    /// The task whose status it asks for, when it is answered.
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
