//! The arguments of operations: their names and what is in them.

use serde_json::{Value, json};

/// One argument.
#[derive(Clone, Copy, Debug)]
pub struct Arg {
    /// Its name.
    pub name: &'static str,
    /// What is in it.
    pub kind: Kind,
    /// Whether a call must have it.
    pub required: bool,
}

pub(super) const fn need(name: &'static str, kind: Kind) -> Arg {
    Arg { name, kind, required: true }
}

pub(super) const fn may(name: &'static str, kind: Kind) -> Arg {
    Arg { name, kind, required: false }
}

/// What is in an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The id of a task.
    Task,
    /// The id of a workspace.
    Workspace,
    /// The id of an agent.
    Agent,
    /// The id of something else.
    Id,
    /// Some of these.
    Ids,
    /// How many.
    Count,
    /// How long, in milliseconds of the client's clock.
    Milliseconds,
    /// How long, in seconds.
    Seconds,
    /// A moment.
    Time,
    /// Yes or no.
    Flag,
    /// Any text.
    Text,
    /// Some texts.
    Texts,
    /// A task's status.
    Status,
    /// A wire method that lists.
    Method,
    /// What such a method is asked.
    Query,
    /// Which rows are wanted.
    Filters,
    /// Lines of a log.
    Lines,
    /// Files.
    Files,
    /// New values of fields.
    Updates,
    /// Any object.
    Object,
    /// Anything.
    Any,
}

impl Kind {
    /// Its type in JSON, and what it stands for.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Task => "integer: the id of a task",
            Self::Workspace => "integer: the id of a workspace",
            Self::Agent => "integer: the id of an agent; `null` for any",
            Self::Id => "integer: an id",
            Self::Ids => "array of integers: ids",
            Self::Count => "integer: how many",
            Self::Milliseconds => "integer: milliseconds",
            Self::Seconds => "integer: seconds",
            Self::Time => "string: a time in ISO 8601",
            Self::Flag => "boolean",
            Self::Text => "string",
            Self::Texts => "array of strings",
            Self::Status => "string: a status",
            Self::Method => "string: a wire method that lists",
            Self::Query => "object: the body of its requests, without pages",
            Self::Filters => "array of `{\"field\", \"operator\", \"value\"}`",
            Self::Lines => "array of objects",
            Self::Files => "array of `{\"name\", \"text\"}`: files with that content",
            Self::Updates => "array of `{\"field\", \"payload\"}`, perhaps with `append` and `recursive`",
            Self::Object => "object",
            Self::Any => "any JSON",
        }
    }

    /// A value that makes sense in the default world.
    #[must_use]
    pub fn example(self) -> Value {
        match self {
            Self::Task => json!(121_230),
            Self::Workspace => json!(23_821),
            Self::Agent => Value::Null,
            Self::Id | Self::Count | Self::Seconds => json!(1),
            Self::Ids => json!([1]),
            Self::Milliseconds => json!(1000),
            Self::Time => json!("2026-01-01T00:00:00Z"),
            Self::Flag => json!(true),
            Self::Text => json!("first"),
            Self::Texts => json!(["first"]),
            Self::Status => json!("finished"),
            Self::Method => json!("tasks.list"),
            Self::Query => json!({"workspaceId": 23_821}),
            Self::Filters => json!([{"field": "id", "operator": "=", "value": 121_230}]),
            Self::Lines => json!([{"message": "first"}]),
            Self::Files => json!([{"name": "first.txt", "text": "first"}]),
            Self::Updates => json!([{"field": "first", "payload": 1}]),
            Self::Object => json!({}),
            Self::Any => json!(1),
        }
    }
}
