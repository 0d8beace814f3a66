//! The lines on a pipe between the kit and an adapter: each is a JSON object with its kind in `t`.
//! PROTOCOL.md defines when each is sent; `protocol.schema.json` is printed from these types.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};

use super::{Call, CallEnd, ClockMode, Exception, Hello, Statement};
use crate::scenario::{ErrorKind, Feature};

/// The version of the protocol.
pub const VERSION: u64 = 1;

/// Lines that the kit sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum FromKit {
    /// A call of an operation that does not exist; the correct response is `unsupported`.
    Probe {
        /// Number of the probe, returned in `unsupported`.
        id: u64,
        /// Name of the operation.
        op: String,
    },
    /// Call an operation.
    Call(Box<Call>),
    /// The end of a pause.
    Wake {
        /// Lane or thread that pauses.
        lane: String,
        /// Ticket of the pause; 0 if its `sleep` had none.
        #[serde(default)]
        ticket: u64,
        /// Time that the client's clocks now show, in milliseconds since 2026-01-01T00:00:00Z.
        now_ms: u64,
    },
    /// The run is over: end within two seconds.
    Bye,
}

/// Lines that an adapter sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "t", rename_all = "snake_case", deny_unknown_fields)]
pub enum FromAdapter {
    /// Description of the client; the first line.
    Hello {
        /// Versions of the protocol that the adapter supports.
        proto: Vec<u64>,
        /// The client that the adapter drives.
        client: Client,
        /// Operations that the client supports.
        ops: Vec<String>,
        /// Clocks that the client can be run with.
        clock: Vec<ClockMode>,
        /// Features that the client supports.
        #[serde(default)]
        features: Vec<Feature>,
        /// Kinds of errors that the client tells apart.
        #[serde(default)]
        error_kinds: Vec<ErrorKind>,
    },
    /// The operation is not supported.
    Unsupported {
        /// Number of the probe.
        id: u64,
    },
    /// A thread or task of the client begins or ends. Its parent sends this line before it begins.
    #[schemars(extend("oneOf" = [{"required": ["open"]}, {"required": ["close"]}]))]
    Lane {
        /// Lane of the parent.
        lane: String,
        /// Name of the thread that begins.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        open: Option<String>,
        /// Name of the thread that has ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        close: Option<String>,
    },
    /// The client pauses until `wake`.
    Sleep {
        /// Lane or thread that pauses.
        lane: String,
        /// Length of the pause in virtual milliseconds.
        ms: u64,
        /// Ticket that `wake` returns; needed if a lane can have several pauses at the same time.
        #[serde(default)]
        ticket: u64,
    },
    /// The client has ended a pause early.
    Awake {
        /// Lane or thread that paused.
        lane: String,
        /// Ticket of the pause; 0 if it had none.
        #[serde(default)]
        ticket: u64,
    },
    /// A line of the client's log.
    Log {
        /// Lane or thread that logs.
        lane: String,
        /// Severity of the line.
        level: LogLevel,
        /// Text of the line.
        text: String,
        /// Structured data of the line.
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        fields: Map<String, Value>,
    },
    /// The end of a call, with exactly one of `return`, `raise` and `error`.
    #[schemars(extend("oneOf" = [{"required": ["return"]}, {"required": ["raise"]}, {"required": ["error"]}]))]
    Result {
        /// Number of the call.
        id: u64,
        /// Lane of the call.
        lane: String,
        /// Value that the call returned.
        #[serde(
            rename = "return",
            default,
            deserialize_with = "present",
            skip_serializing_if = "Option::is_none"
        )]
        returned: Option<Value>,
        /// Error that the call raised.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        raise: Option<Exception>,
        /// Failure of the adapter itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<Trouble>,
    },
}

/// The client that an adapter drives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// Name of the client, such as `supervisely`.
    pub name: String,
    /// Version of the client.
    pub version: String,
    /// Language that the client is written in.
    pub language: String,
}

/// Failure of an adapter, not of its client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trouble {
    /// Description of the failure.
    pub why: String,
}

/// Severity of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// Details for debugging.
    Debug,
    /// Normal operation.
    Info,
    /// Something unusual.
    Warn,
    /// A failure.
    Error,
}

impl LogLevel {
    fn named(name: &str) -> Self {
        match name {
            "error" => Self::Error,
            "warn" => Self::Warn,
            "info" => Self::Info,
            _ => Self::Debug,
        }
    }
}

impl FromAdapter {
    /// Parses a line.
    ///
    /// # Errors
    ///
    /// The error, with the path of the wrong value.
    pub fn read(line: &str) -> Result<Self, String> {
        let mut json = serde_json::Deserializer::from_str(line);
        let message: Self = serde_path_to_error::deserialize(&mut json).map_err(|error| error.to_string())?;
        json.end().map_err(|error| error.to_string())?;
        match &message {
            Self::Result { id, returned, raise, error, .. } => {
                let all = [returned.is_some(), raise.is_some(), error.is_some()];
                if all.into_iter().filter(|is| *is).count() != 1 {
                    return Err(format!("the result of {id} needs one of `return`, `raise` and `error`"));
                }
            }
            Self::Lane { open, close, .. } if open.is_some() == close.is_some() => {
                return Err("a `lane` needs one of `open` and `close`".to_owned());
            }
            _ => {}
        }
        Ok(message)
    }

    /// Converts a statement about a lane to its line.
    #[must_use]
    pub fn of(lane: &str, said: Statement) -> Self {
        let lane = lane.to_owned();
        match said {
            Statement::Hello(Hello { name, version, language, ops, clock, features, error_kinds }) => {
                let client = Client { name, version, language };
                Self::Hello { proto: vec![VERSION], client, ops, clock, features, error_kinds }
            }
            Statement::Unsupported { id } => Self::Unsupported { id },
            Statement::Open { name } => Self::Lane { lane, open: Some(name), close: None },
            Statement::Close { name } => Self::Lane { lane, open: None, close: Some(name) },
            Statement::Sleep { ms, ticket } => Self::Sleep { lane, ms, ticket },
            Statement::Awake { ticket } => Self::Awake { lane, ticket },
            Statement::Log { level, text } => {
                Self::Log { lane, level: LogLevel::named(&level), text, fields: Map::new() }
            }
            Statement::Result { id, ended } => {
                let (mut returned, mut raise, mut error) = (None, None, None);
                match ended {
                    CallEnd::Return(value) => returned = Some(value),
                    CallEnd::Raise(raised) => raise = Some(raised),
                    CallEnd::Error(why) => error = Some(Trouble { why }),
                }
                Self::Result { id, lane, returned, raise, error }
            }
            // Trouble has no line of its own: an adapter in trouble ends.
            Statement::Trouble(text) => Self::Log { lane, level: LogLevel::Error, text, fields: Map::new() },
        }
    }

    /// Returns the lane that the line is about, and the statement.
    #[must_use]
    pub fn said(self) -> (String, Statement) {
        match self {
            Self::Hello {
                client: Client { name, version, language },
                ops,
                clock,
                features,
                error_kinds,
                ..
            } => {
                let hello = Hello { name, version, language, ops, clock, features, error_kinds };
                (String::new(), Statement::Hello(hello))
            }
            Self::Unsupported { id } => (String::new(), Statement::Unsupported { id }),
            Self::Lane { lane, open: Some(name), .. } => (lane, Statement::Open { name }),
            Self::Lane { lane, close, .. } => (lane, Statement::Close { name: close.unwrap_or_default() }),
            Self::Sleep { lane, ms, ticket } => (lane, Statement::Sleep { ms, ticket }),
            Self::Awake { lane, ticket } => (lane, Statement::Awake { ticket }),
            Self::Log { lane, level, text, fields } => {
                let fields = fields.iter().map(|(name, value)| format!(" {name}={value}"));
                let text = text + &fields.collect::<String>();
                (lane, Statement::Log { level: crate::naming::name_of(level), text })
            }
            Self::Result { id, lane, returned, raise, error } => {
                let ended = match (raise, error) {
                    (Some(raised), _) => CallEnd::Raise(raised),
                    (_, Some(Trouble { why })) => CallEnd::Error(why),
                    _ => CallEnd::Return(returned.unwrap_or_default()),
                };
                (lane, Statement::Result { id, ended })
            }
        }
    }
}

/// Distinguishes `null` from a missing value.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Returns the JSON Schema (draft 2020-12) of the lines, with `from_adapter` and `from_kit` in `$defs`.
#[must_use]
pub fn schema() -> Value {
    let mut generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
    let adapter = generator.subschema_for::<FromAdapter>();
    let kit = generator.subschema_for::<FromKit>();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The lines between the kit and an adapter",
        "anyOf": [adapter, kit],
        "$defs": generator.take_definitions(true),
    })
}
