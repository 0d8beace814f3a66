//! The lines of a pipe: each is one JSON object whose kind stands in `t`. PROTOCOL.md tells when which is said;
//! `protocol.schema.json` is printed from these types.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};

use super::{Call, CallEnd, ClockMode, Exception, Hello, Statement};
use crate::scenario::{ErrorKind, Feature};

/// The version of the protocol.
pub const VERSION: u64 = 1;

/// What the kit says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum FromKit {
    /// An operation that there is none of: the honest answer is `unsupported`.
    Probe {
        /// Its number.
        id: u64,
        /// The operation.
        op: String,
    },
    /// Do this.
    Call(Box<Call>),
    /// A pause is over.
    Wake {
        /// In which lane.
        lane: String,
        /// Which, when the adapter has given it a ticket.
        #[serde(default)]
        ticket: u64,
        /// What the client's clocks show now, in milliseconds since 2026-01-01T00:00:00Z.
        now_ms: u64,
    },
    /// End within two seconds.
    Bye,
}

/// What an adapter says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "t", rename_all = "snake_case", deny_unknown_fields)]
pub enum FromAdapter {
    /// Who the client is; the first line.
    Hello {
        /// The versions of the protocol that it speaks.
        proto: Vec<u64>,
        /// The client.
        client: Client,
        /// The operations that it claims.
        ops: Vec<String>,
        /// The clocks that it can be run by.
        clock: Vec<ClockMode>,
        /// The features that it claims.
        #[serde(default)]
        features: Vec<Feature>,
        /// The kinds of errors that it tells apart.
        #[serde(default)]
        error_kinds: Vec<ErrorKind>,
    },
    /// There is no such operation.
    Unsupported {
        /// The number of the probe.
        id: u64,
    },
    /// A thread or task of the client's own begins or ends; said by its parent before it begins.
    #[schemars(extend("oneOf" = [{"required": ["open"]}, {"required": ["close"]}]))]
    Lane {
        /// The parent.
        lane: String,
        /// The name of what begins.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        open: Option<String>,
        /// The name of what is over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        close: Option<String>,
    },
    /// The client pauses until it is woken.
    Sleep {
        /// In which lane.
        lane: String,
        /// How long, in virtual milliseconds.
        ms: u64,
        /// What it is woken by, where a lane may have several pauses at once.
        #[serde(default)]
        ticket: u64,
    },
    /// The client has given up a pause before its end.
    Awake {
        /// In which lane.
        lane: String,
        /// What it would have been woken by.
        #[serde(default)]
        ticket: u64,
    },
    /// A line of the client's log.
    Log {
        /// In which lane.
        lane: String,
        /// How much it matters.
        level: LogLevel,
        /// The line.
        text: String,
        /// What stands beside it.
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        fields: Map<String, Value>,
    },
    /// A call is over: exactly one of `return`, `raise` and `error` is there.
    #[schemars(extend("oneOf" = [{"required": ["return"]}, {"required": ["raise"]}, {"required": ["error"]}]))]
    Result {
        /// The number of the call.
        id: u64,
        /// In which lane.
        lane: String,
        /// What it returned.
        #[serde(
            rename = "return",
            default,
            deserialize_with = "present",
            skip_serializing_if = "Option::is_none"
        )]
        returned: Option<Value>,
        /// How it failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        raise: Option<Exception>,
        /// The adapter has trouble of its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<Trouble>,
    },
}

/// Which client an adapter has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// Its name, such as `supervisely`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The language that it is written in.
    pub language: String,
}

/// Trouble of an adapter, and none of its client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trouble {
    /// What it is.
    pub why: String,
}

/// How much a line of a log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// For those who look for a mistake.
    Debug,
    /// All is well.
    Info,
    /// Something is odd.
    Warn,
    /// Something failed.
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
    /// Reads a line.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and where.
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

    /// What is said of a lane, as a line.
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
            // It has no line of its own: whoever is in trouble ends.
            Statement::Trouble(text) => Self::Log { lane, level: LogLevel::Error, text, fields: Map::new() },
        }
    }

    /// The lane that it is about, and what is said of it.
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

/// Tells `null` from nothing.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// The JSON Schema (draft 2020-12) of the lines: `from_adapter` and `from_kit` in `$defs`.
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
