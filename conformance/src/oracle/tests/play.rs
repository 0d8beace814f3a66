//! A case and its record, made in the order in which things happen.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::event::{Event, Record, Request, Stop, Way, What};
use crate::operations::ErrorKind;
use crate::protocol::Exception;
use crate::scenario::{Case, Step, read};

/// A case with its record so far. Each method adds an event now, or changes the last one.
pub(crate) struct Play {
    pub(crate) case: Case,
    pub(crate) record: Record,
    now_ms: u64,
    requests: u64,
    lane: &'static str,
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().expect("an object").clone()
}

/// The body of a page.
pub(super) fn page_of(total: u64, per_page: u64, ids: &[u64], after: Value) -> Value {
    let pages = total.div_ceil(per_page);
    json!({
        "total": total, "perPage": per_page, "pagesCount": pages, "after": after, "entities": rows_of(ids),
    })
}

/// Rows with these ids.
pub(super) fn rows_of(ids: &[u64]) -> Value {
    ids.iter().map(|id| json!({"id": id})).collect()
}

impl Play {
    /// A case whose first step is this call.
    pub(crate) fn call(op: &str, args: Value) -> Self {
        let file = json!({
            "about": "A.", "why": "B", "anchor": "quiet", "steps": [{"call": op, "args": args, "as": "c1"}],
            "expect": [{"id": "quiet", "level": "must", "quiet_after_result_ms": 10_000}],
        });
        let case = read("oracle/play", &file.to_string()).expect("a sound case").remove(0);
        let record = Record { id: case.id.clone(), events: Vec::new(), fired: Vec::new(), stop: Stop::Done };
        Self { case, record, now_ms: 0, requests: 0, lane: "main" }
            .event(What::Call { op: op.to_owned(), args })
    }

    /// A further step, which is called now.
    pub(crate) fn then(mut self, op: &str, args: Value) -> Self {
        let label = Some(format!("c{}", self.case.scenario.steps.len() + 1));
        let step = Step {
            call: Some(op.to_owned()),
            args: object(args.clone()),
            label,
            lane: None,
            advance_ms: None,
        };
        self.case.scenario.steps.push(step);
        self.event(What::Call { op: op.to_owned(), args })
    }

    /// Replaces the arguments of the last step in the case; the call keeps those of the record.
    pub(crate) fn written_as(mut self, args: Value) -> Self {
        let step = self.case.scenario.steps.last_mut().expect("a step");
        step.args = object(args);
        self
    }

    /// Settings of the client.
    pub(crate) fn client(mut self, settings: Value) -> Self {
        self.case.scenario.client = serde_json::from_value(settings).expect("settings");
        self
    }

    /// Events from here on are those of another thread.
    pub(crate) fn lane(self, lane: &'static str) -> Self {
        Self { lane, ..self }
    }

    /// Time passes.
    pub(crate) fn later(mut self, ms: u64) -> Self {
        self.now_ms += ms;
        self
    }

    /// The client pauses.
    pub(crate) fn pause(self, ms: u64) -> Self {
        self.event(What::Sleep { ms }).later(ms)
    }

    /// The client sends a request with the token.
    pub(crate) fn asks(mut self, method: &str, body: Value) -> Self {
        self.requests += 1;
        let headers = BTreeMap::from([("x-api-key".to_owned(), "<token>".to_owned())]);
        let request = Request {
            request: self.requests,
            method: method.to_owned(),
            verb: "POST".to_owned(),
            url: format!("/public/api/v3/{method}"),
            headers,
            body,
            ambient: false,
        };
        self.event(What::Request(request))
    }

    /// Sets a header of the last request, or removes it.
    pub(crate) fn header(mut self, name: &str, value: Option<&str>) -> Self {
        let headers = &mut self.request().headers;
        match value {
            Some(value) => headers.insert(name.to_owned(), value.to_owned()),
            None => headers.remove(name),
        };
        self
    }

    /// Adds a query to the URL of the last request.
    pub(crate) fn query(mut self, query: &str) -> Self {
        let url = &mut self.request().url;
        *url = format!("{url}?{query}");
        self
    }

    /// Makes the last request one that is not counted.
    pub(crate) fn ambient(mut self) -> Self {
        self.request().ambient = true;
        self
    }

    /// The last request of the record.
    fn request(&mut self) -> &mut Request {
        let mut requests = self.record.events.iter_mut().filter_map(|event| match &mut event.what {
            What::Request(request) if request.request == self.requests => Some(request),
            _ => None,
        });
        requests.next().expect("a request")
    }

    /// A fault with this action fires on the last request.
    pub(crate) fn fault(mut self, action: Value) -> Self {
        let (request, rules) = (self.requests, &mut self.case.scenario.faults);
        rules.push(object(json!({"on": {}, "do": action})));
        let rule = rules.len() as u64;
        self.record.fired.push(1);
        self.event(What::Fault { request, rule })
    }

    /// The last request is answered.
    pub(crate) fn reply(self, status: Option<u16>, way: Way, body: Value) -> Self {
        let request = self.requests;
        self.reply_to(request, status, way, body)
    }

    /// The request with this number is answered.
    pub(crate) fn reply_to(self, request: u64, status: Option<u16>, way: Way, body: Value) -> Self {
        self.event(What::Reply { request, status, way, body })
    }

    /// The last request succeeds.
    pub(crate) fn answers(self, body: Value) -> Self {
        self.reply(Some(200), Way::Whole, body)
    }

    /// The last request gets another status.
    pub(crate) fn status(self, status: u16) -> Self {
        self.reply(Some(status), Way::Whole, json!({"error": "no", "details": null}))
    }

    /// A fault makes the server refuse the last request with this status.
    pub(crate) fn faulty(self, status: u16) -> Self {
        self.fault(json!({"status": status})).status(status)
    }

    /// The connection breaks before the last request is answered.
    pub(crate) fn breaks(self) -> Self {
        self.reply(None, Way::Closed, Value::Null)
    }

    /// A poll for task 7 shows this status.
    pub(crate) fn poll(self, status: &str) -> Self {
        self.asks("tasks.info", json!({"id": 7})).answers(json!({"id": 7, "status": status}))
    }

    /// A page of up to two rows of a workspace is requested with further fields, and has these ids.
    pub(crate) fn page(self, more: Value, total: u64, ids: &[u64]) -> Self {
        let mut body = json!({"workspaceId": 1});
        body.as_object_mut().expect("an object").extend(object(more));
        self.asks("tasks.list", body).answers(page_of(total, 2, ids, Value::Null))
    }

    /// The client writes a line to its log.
    pub(crate) fn log(self, level: &str, text: &str) -> Self {
        self.event(What::Log { level: level.to_owned(), text: text.to_owned() })
    }

    /// The call returns.
    pub(crate) fn returns(self, value: Value) -> Self {
        self.event(What::Return { value })
    }

    /// The call fails.
    pub(crate) fn raises(self, kind: ErrorKind) -> Self {
        self.event(What::Raise(Exception { kind, native: "E".to_owned(), message: "no".to_owned() }))
    }

    /// The client exceeds its budget.
    pub(crate) fn runs_away(mut self) -> Self {
        self.record.stop = Stop::Runaway("400 requests were sent".to_owned());
        self
    }

    /// The adapter fails.
    pub(super) fn broken(mut self) -> Self {
        self.record.stop = Stop::Broken("the adapter has ended".to_owned());
        self
    }

    fn event(mut self, what: What) -> Self {
        let event = Event {
            at_ms: self.now_ms,
            lane: self.lane.to_owned(),
            number: self.record.events.len() as u64,
            step: Some(self.case.scenario.steps.len() - 1),
            what,
        };
        self.record.events.push(event);
        // The order of a record: at one time, by lanes.
        self.record.events.sort_by_key(|event| (event.at_ms, event.lane.clone(), event.number));
        self
    }
}
