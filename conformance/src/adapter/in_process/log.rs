//! The client's log, line by line, as the kit is told of it.

use std::fmt::{self, Write as _};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::adapter::Say;
use crate::protocol::Statement;

/// Where the client's own lines come from; what its libraries trace is theirs.
const CLIENT: &str = "slymock_client";

/// Takes the lines of one lane.
pub(super) struct Log {
    say: Say,
    lane: String,
}

impl Log {
    pub(super) fn new(say: Say, lane: &str) -> Self {
        Self { say, lane: lane.to_owned() }
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && metadata.target().starts_with(CLIENT)
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        let level = event.metadata().level().as_str().to_lowercase();
        let text = format!("{}{}", line.message, line.fields);
        (self.say)(&self.lane, Statement::Log { level, text });
    }

    // Spans are switched off.
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}
