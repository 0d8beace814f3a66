//! The events of a scenario as lines of text in virtual time.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::text::{cut, head, one_line};
use crate::event::{Event, Request, Way, What};
use crate::naming::name_of;
use crate::probe::probes;
use crate::protocol::Exception;

/// Maximum width of a line in characters, without the indentation of a report.
const COLUMNS: usize = 116;
/// Lines kept at either end of a long trace: the start shows the calls, the end the outcome.
const LINES_AT_AN_END: usize = 30;
/// Maximum width of the name of a lane.
const LANE_COLUMNS: usize = 40;

/// Formats events as lines: time in virtual milliseconds, lane if there are several, and the event. A fault
/// is shown with the reply that it caused. The middle of a long trace is replaced by one line.
#[must_use]
pub fn trace(events: &[Event]) -> Vec<String> {
    let mut so_far = Account::new(events);
    let told: Vec<_> = events.iter().filter_map(|event| Some((event, so_far.tell(event)?))).collect();
    let left_out = told.len().saturating_sub(2 * LINES_AT_AN_END);
    // Replacing a single line by the note would save nothing.
    if left_out < 2 {
        return lines(&told, events);
    }
    let mut all = lines(&told[..LINES_AT_AN_END], events);
    all.push(format!("{:>7}  .. {left_out} more, left out here ..", ""));
    all.extend(lines(&told[told.len() - LINES_AT_AN_END..], events));
    all
}

fn lines(told: &[(&Event, String)], events: &[Event]) -> Vec<String> {
    let lanes: BTreeSet<_> = events.iter().map(|event| event.lane.as_str()).collect();
    let lane = |event: &Event| cut(&one_line(&event.lane), LANE_COLUMNS).into_owned();
    let width = events.iter().map(|event| lane(event).chars().count()).max().unwrap_or(0);
    let line = |(event, what): &(&Event, String)| {
        let lane = if lanes.len() > 1 { format!("{:width$}  ", lane(event)) } else { String::new() };
        head(&one_line(&format!("{:>7}  {lane}{what}", event.at_ms)), COLUMNS).trim_end().to_owned()
    };
    told.iter().map(line).collect()
}

/// Lane and number of a request.
type Key<'a> = (&'a str, u64);

/// State of the trace that later lines depend on.
struct Account<'a> {
    /// Requests that get a reply, so that their faults are shown there.
    replied: BTreeSet<Key<'a>>,
    /// Rules that fired on requests and are not shown yet.
    fired: BTreeMap<Key<'a>, Vec<u64>>,
    /// The last request of each lane: a reply to another one shows its number.
    last: BTreeMap<&'a str, u64>,
    /// Requests that are not counted because they only learn the size of a listing.
    probes: BTreeSet<Key<'a>>,
}

impl<'a> Account<'a> {
    fn new(events: &'a [Event]) -> Self {
        let replied = events.iter().filter_map(|event| match event.what {
            What::Reply { request, .. } => Some((event.lane.as_str(), request)),
            _ => None,
        });
        Self {
            replied: replied.collect(),
            fired: BTreeMap::new(),
            last: BTreeMap::new(),
            probes: probes(events),
        }
    }

    fn tell(&mut self, event: &'a Event) -> Option<String> {
        let lane = event.lane.as_str();
        let line = match &event.what {
            What::Call { op, args } => format!(">> {op}{}", body(args)),
            What::Request(request) => {
                self.last.insert(lane, request.request);
                let counted = !request.ambient && !self.probes.contains(&(lane, request.request));
                format!("-> {}{}", asked(request), if counted { "" } else { "  (not counted)" })
            }
            What::Fault { request, rule } if self.replied.contains(&(lane, *request)) => {
                self.fired.entry((lane, *request)).or_default().push(*rule);
                return None;
            }
            What::Fault { request, rule } => format!("!! fault {rule}{}", self.to(lane, *request)),
            What::Held { request, until_ms } => {
                format!(".. held until {until_ms} ms{}", self.to(lane, *request))
            }
            What::Reply { request, status, way, body: said } => {
                let faults = self.fired.remove(&(lane, *request)).unwrap_or_default();
                format!("<- {}{}{}{}", reply(*status, *way), self.to(lane, *request), by(&faults), body(said))
            }
            What::Sleep { ms } => format!(".. sleeps {ms} ms"),
            What::Log { level, text } => format!(":: {level}: {text}"),
            What::Return { value } => format!("== returns {value}"),
            What::Raise(raised) => format!("== raises {}", self::raised(raised)),
        };
        Some(line)
    }

    /// Names the request, unless it is the last one of its lane.
    fn to(&self, lane: &str, request: u64) -> String {
        if self.last.get(lane) == Some(&request) { String::new() } else { format!(" to request {request}") }
    }
}

/// Formats an error: kind, native type, and the native message as a JSON string.
pub(super) fn raised(raised: &Exception) -> String {
    format!("{}: {} {}", name_of(raised.kind), raised.native, Value::from(raised.message.as_str()))
}

/// Formats a request. The verb POST is omitted, because nearly all of the API uses it.
fn asked(request: &Request) -> String {
    let verb = if request.verb == "POST" { String::new() } else { format!("{} ", request.verb) };
    format!("{verb}{}{}", request.method, body(&request.body))
}

fn body(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        // The body is not JSON, or was cut.
        Value::String(text) => format!(" {text}"),
        value => format!(" {value}"),
    }
}

fn reply(status: Option<u16>, way: Way) -> String {
    let status = status.map(|status| status.to_string());
    let way = match way {
        Way::Whole => None,
        Way::Spoiled => Some("spoiled"),
        Way::Closed => Some("connection closed"),
        Way::Reset => Some("connection reset"),
        Way::Never => Some("never"),
    };
    let parts: Vec<_> = status.as_deref().into_iter().chain(way).collect();
    if parts.is_empty() { "no status".to_owned() } else { parts.join(", ") }
}

fn by(faults: &[u64]) -> String {
    let rules: Vec<_> = faults.iter().map(u64::to_string).collect();
    if rules.is_empty() { String::new() } else { format!("  (fault {})", rules.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{self, at};

    #[test]
    fn every_kind_of_event_has_its_line() {
        let lines = trace(&sample::every_event()).join("\n");
        insta::assert_snapshot!(lines);
    }

    #[test]
    fn a_lane_is_named_only_where_there_are_several() {
        let mut events = vec![at(0, What::Sleep { ms: 1000 }), at(1000, What::Sleep { ms: 5 })];
        assert_eq!(trace(&events), ["      0  .. sleeps 1000 ms", "   1000  .. sleeps 5 ms"]);
        events[1].lane = "worker".to_owned();
        assert_eq!(trace(&events), ["      0  main    .. sleeps 1000 ms", "   1000  worker  .. sleeps 5 ms"]);
    }

    #[test]
    fn the_middle_of_a_long_trace_is_left_out_and_counted() {
        let events = |count| (0..count).map(|ms| at(ms, What::Sleep { ms })).collect::<Vec<_>>();
        assert_eq!(trace(&events(61)).len(), 61);
        let cut = trace(&events(1000));
        assert_eq!(cut.len(), 61);
        assert_eq!(cut[29], "     29  .. sleeps 29 ms");
        assert_eq!(cut[30], "         .. 940 more, left out here ..");
        assert_eq!(cut[31], "    970  .. sleeps 970 ms");
    }

    #[test]
    fn a_long_body_is_cut_to_the_width_of_a_line() {
        let value = Value::from("x".repeat(5000));
        let lines = trace(&[at(0, What::Return { value })]);
        assert!(lines[0].chars().count() <= COLUMNS, "{lines:?}");
        assert!(lines[0].ends_with('…'), "{lines:?}");
    }

    #[test]
    fn a_line_stays_a_line_whatever_the_client_says() {
        for line in trace(&sample::hostile().scenarios[0].events) {
            assert!(!line.chars().any(char::is_control) && line.chars().count() <= COLUMNS, "{line:?}");
        }
    }
}
