//! The arguments of operations: names, types and examples.

use serde_json::{Value, json};

/// An argument of an operation.
#[derive(Clone, Copy, Debug)]
pub struct Arg {
    /// Name of the argument, as in a scenario.
    pub name: &'static str,
    /// Type of the value.
    pub kind: Kind,
    /// True if a call must have this argument.
    pub required: bool,
}

pub(super) const fn need(name: &'static str, kind: Kind) -> Arg {
    Arg { name, kind, required: true }
}

pub(super) const fn may(name: &'static str, kind: Kind) -> Arg {
    Arg { name, kind, required: false }
}

/// Type of an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Id of a task.
    Task,
    /// Id of a workspace.
    Workspace,
    /// Id of an agent, or `null`.
    Agent,
    /// Id of anything else.
    Id,
    /// Ids of anything.
    Ids,
    /// A count, such as a limit of rows.
    Count,
    /// Milliseconds of the client's clock.
    Milliseconds,
    /// Seconds.
    Seconds,
    /// A time.
    Time,
    /// A boolean.
    Flag,
    /// A text.
    Text,
    /// A list of texts.
    Texts,
    /// Status of a task.
    Status,
    /// A wire method that lists.
    Method,
    /// Body of the requests of such a method.
    Query,
    /// Filters of a listing.
    Filters,
    /// Lines of a log.
    Lines,
    /// Files to upload.
    Files,
    /// New values of fields.
    Updates,
    /// Any object.
    Object,
    /// Any value.
    Any,
}

impl Kind {
    /// JSON type and meaning, as in `OPERATIONS.md`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Task => "integer: the id of a task",
            Self::Workspace => "integer: the id of a workspace",
            Self::Agent => "integer: the id of an agent; `null` for any",
            Self::Id => "integer: an id",
            Self::Ids => "array of integers: ids",
            Self::Count => "integer: a count",
            Self::Milliseconds => "integer: milliseconds",
            Self::Seconds => "integer: seconds",
            Self::Time => "string: a time in ISO 8601",
            Self::Flag => "boolean",
            Self::Text => "string",
            Self::Texts => "array of strings",
            Self::Status => "string: a status",
            Self::Method => "string: a listing method",
            Self::Query => "object: the body of its requests, without paging",
            Self::Filters => "array of `{\"field\", \"operator\", \"value\"}`",
            Self::Lines => "array of objects",
            Self::Files => "array of `{\"name\", \"text\"}`: files with this content",
            Self::Updates => "array of `{\"field\", \"payload\"}`, optionally with `append` and `recursive`",
            Self::Object => "object",
            Self::Any => "any JSON",
        }
    }

    /// An example value that is valid in the default world.
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
