//! The events of one call: its requests with their responses, its pauses, its log, and its result.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::event::{Event, Record, Request, Way, What};
use crate::protocol::Exception;
use crate::scenario::{Case, Scenario};

/// The refusal after which a request may be sent again (docs/wire/transport.md#retry-set).
const AGENT_IS_AWAY: &str =
    "Agent should call AgentConnected or AgentPing before attempting any other request";
/// Faults that change a page.
const ON_PAGES: [&str; 4] = ["total_off_by", "duplicate_row", "drop_row", "cursor_loops"];
/// Faults that leave a response which may be taken in several ways.
const UNCLEAR: [&str; 4] = ["not_json", "truncate_at", "dribble_bytes_per_s", "hang"];

/// The result of a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reply<'a> {
    /// A 200 with this body.
    Answer(&'a Value),
    /// Another status.
    Status(u16),
    /// The connection broke before the response was complete.
    Broken,
    /// A response that may be taken in several ways: cut, slow, not JSON, or a 2xx or 3xx other than 200.
    Unclear,
    /// No response until the call ended.
    Never,
}

/// A request of a call.
#[derive(Clone, Debug)]
pub(super) struct Attempt<'a> {
    pub(super) at_ms: u64,
    /// Time of the response; that of the request if there is none.
    pub(super) end_ms: u64,
    pub(super) lane: &'a str,
    /// Places of the request and of its response among the events of the call; only those of one lane are in order.
    pub(super) sent: usize,
    pub(super) replied: Option<usize>,
    pub(super) request: &'a Request,
    pub(super) reply: Reply<'a>,
    /// Whole seconds that the response asks the client to wait.
    pub(super) retry_after: Option<u64>,
    /// True if a fault has changed the page.
    pub(super) is_page_changed: bool,
    /// True if the request may have taken effect although the client got no success.
    pub(super) may_have_worked: bool,
    /// True if it was refused because an agent has not yet reported to the server.
    pub(super) is_agent_away: bool,
}

/// Result of a call.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ending<'a> {
    Returned(&'a Value),
    Raised(&'a Exception),
    /// The case ended first.
    Open,
}

/// A line of the log.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogLine<'a> {
    pub(super) level: &'a str,
    pub(super) text: &'a str,
}

/// Everything about one call.
pub(super) struct Trace<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) step: usize,
    pub(super) op: &'a str,
    /// The arguments of the call, in which results of earlier calls have been filled in.
    pub(super) args: &'a Map<String, Value>,
    /// The requests that are counted, in order.
    pub(super) attempts: Vec<Attempt<'a>>,
    pub(super) logs: Vec<LogLine<'a>>,
    pub(super) ending: Ending<'a>,
    /// Time and lane of the result.
    pub(super) end_ms: Option<u64>,
    end_lane: &'a str,
    /// Number of requests after the result.
    pub(super) late: usize,
}

impl<'a> Trace<'a> {
    /// The traces of all calls that were begun.
    pub(super) fn all(case: &'a Case, record: &'a Record) -> Vec<Self> {
        let scenario = &case.scenario;
        let mut by_step: BTreeMap<usize, Vec<&Event>> = BTreeMap::new();
        for event in &record.events {
            if let Some(step) = event.step {
                by_step.entry(step).or_default().push(event);
            }
        }
        by_step.into_iter().filter_map(|(step, events)| Self::of(scenario, step, &events)).collect()
    }

    fn of(scenario: &'a Scenario, step: usize, events: &[&'a Event]) -> Option<Self> {
        let called = &scenario.steps[step];
        let mut trace = Self {
            scenario,
            step,
            op: called.call.as_deref()?,
            args: &called.args,
            attempts: Vec::new(),
            logs: Vec::new(),
            ending: Ending::Open,
            end_ms: None,
            end_lane: "",
            late: 0,
        };
        for (place, event) in events.iter().enumerate() {
            trace.note(place, event);
        }
        Some(trace)
    }

    fn note(&mut self, place: usize, event: &'a Event) {
        match &event.what {
            What::Call { args, .. } => self.args = args.as_object().unwrap_or(self.args),
            What::Request(request) if !request.ambient => {
                // Events of one millisecond are in the order of their lanes, not of time.
                if self.end_ms.is_some_and(|end_ms| event.at_ms > end_ms || event.lane == self.end_lane) {
                    self.late += 1;
                }
                self.attempts.push(Attempt::of(place, event, request));
            }
            What::Fault { request, rule } => self.note_fault(&event.lane, *request, *rule),
            What::Reply { request, status, way, body } => {
                if let Some(attempt) = self.attempt(&event.lane, *request) {
                    (attempt.end_ms, attempt.replied) = (event.at_ms, Some(place));
                    attempt.note_reply(*status, *way, body);
                }
            }
            What::Log { level, text } => self.logs.push(LogLine { level, text }),
            What::Return { value } => self.note_end(event, Ending::Returned(value)),
            What::Raise(raised) => self.note_end(event, Ending::Raised(raised)),
            What::Request(_) | What::Held { .. } | What::Sleep { .. } => {}
        }
    }

    fn note_end(&mut self, event: &'a Event, ending: Ending<'a>) {
        (self.ending, self.end_ms, self.end_lane) = (ending, Some(event.at_ms), &event.lane);
    }

    fn attempt(&mut self, lane: &str, request: u64) -> Option<&mut Attempt<'a>> {
        let is = |attempt: &&mut Attempt<'_>| attempt.lane == lane && attempt.request.request == request;
        self.attempts.iter_mut().rev().find(is)
    }

    fn note_fault(&mut self, lane: &str, request: u64, rule: u64) {
        let rules = &self.scenario.faults;
        let place = usize::try_from(rule).ok().and_then(|rule| rule.checked_sub(1));
        let Some(action) = place.and_then(|place| rules.get(place)?.get("do")?.as_object()) else { return };
        if let Some(attempt) = self.attempt(lane, request) {
            let has = |key: &str| action.contains_key(key);
            let mut headers = action.get("headers").and_then(Value::as_object).into_iter().flatten();
            let after = headers.find(|(name, _)| name.eq_ignore_ascii_case("retry-after"));
            attempt.retry_after = after.and_then(|(_, seconds)| seconds.as_str()?.parse().ok());
            attempt.is_page_changed = ON_PAGES.into_iter().any(has);
            attempt.may_have_worked = !has("status");
            if UNCLEAR.into_iter().any(has) {
                attempt.reply = Reply::Unclear;
            }
        }
    }

    /// The result as a text.
    pub(super) fn result_text(&self) -> String {
        match self.ending {
            Ending::Returned(value) => {
                let text = value.to_string();
                text.char_indices().nth(120).map_or(text.clone(), |(end, _)| format!("{}…", &text[..end]))
            }
            Ending::Raised(raised) => format!("{:?} ({}: {})", raised.kind, raised.native, raised.message),
            Ending::Open => "nothing".to_owned(),
        }
    }

    /// True if the call has come to an end without a success.
    pub(super) fn has_failed(&self) -> bool {
        matches!(self.ending, Ending::Raised(_))
    }
}

impl<'a> Attempt<'a> {
    fn of(place: usize, event: &'a Event, request: &'a Request) -> Self {
        Self {
            at_ms: event.at_ms,
            end_ms: event.at_ms,
            lane: &event.lane,
            sent: place,
            replied: None,
            request,
            reply: Reply::Never,
            retry_after: None,
            is_page_changed: false,
            may_have_worked: true,
            is_agent_away: false,
        }
    }

    fn note_reply(&mut self, status: Option<u16>, way: Way, body: &'a Value) {
        // A fault has already made it unclear.
        if self.reply == Reply::Unclear && way != Way::Reset {
            return;
        }
        self.reply = match (way, status) {
            (Way::Never, _) => Reply::Never,
            (Way::Reset | Way::Closed, _) | (_, None) => Reply::Broken,
            (Way::Spoiled, _) => Reply::Unclear,
            // A text may be a body that the record has cut, or one that is not JSON.
            (Way::Whole, Some(200)) if body.is_string() => Reply::Unclear,
            (Way::Whole, Some(200)) => Reply::Answer(body),
            (Way::Whole, Some(201..=399)) => Reply::Unclear,
            (Way::Whole, Some(status)) => Reply::Status(status),
        };
        if let Reply::Status(400..=499) = self.reply {
            self.may_have_worked = false;
        }
        self.is_agent_away = body.get("error").is_some_and(|error| error == AGENT_IS_AWAY);
    }

    pub(super) fn method(&self) -> &'a str {
        &self.request.method
    }
}
