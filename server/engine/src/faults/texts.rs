//! Values of rule keys that can be abbreviated to `true`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};

/// The time at which a connection is reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", from = "ResetText")]
pub enum Reset {
    /// Before the method runs.
    BeforeReply,
    /// After half of the response body.
    MidReply,
}

/// The accepted forms of a reset.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected true, \"before_reply\" or \"mid_reply\"")]
enum ResetText {
    Flag(True),
    Point(ResetPoint),
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum ResetPoint {
    BeforeReply,
    MidReply,
}

impl From<ResetText> for Reset {
    fn from(text: ResetText) -> Self {
        match text {
            ResetText::Flag(True) | ResetText::Point(ResetPoint::BeforeReply) => Self::BeforeReply,
            ResetText::Point(ResetPoint::MidReply) => Self::MidReply,
        }
    }
}

/// The number of a row in its page, from 0; `true` is the first row. A row number beyond the page is
/// ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "RowText")]
pub struct RowAt(pub u64);

#[derive(Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected true or the number of a row in its page, from 0")]
enum RowText {
    Flag(True),
    At(u64),
}

impl From<RowText> for RowAt {
    fn from(text: RowText) -> Self {
        match text {
            RowText::Flag(True) => Self(0),
            RowText::At(index) => Self(index),
        }
    }
}

/// The JSON value `true`.
struct True;

impl<'de> Deserialize<'de> for True {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if bool::deserialize(deserializer)? { Ok(Self) } else { Err(serde::de::Error::custom("not true")) }
    }
}

impl JsonSchema for True {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "True".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"const": true})
    }
}
