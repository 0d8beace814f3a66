//! The schemas in the repository match the types.

use crate::common::printed::is_kept;
use serde_json::Value;
use slymock_conformance::{protocol, scenario};

fn text(schema: &Value) -> String {
    serde_json::to_string_pretty(schema).unwrap() + "\n"
}

#[test]
fn that_of_scenarios() {
    is_kept("scenarios/schema.json", &text(&scenario::schema()));
}

#[test]
fn that_of_the_lines_of_adapters() {
    is_kept("conformance/protocol.schema.json", &text(&protocol::schema()));
}
