//! `slymock methods`: the wire methods, as a table, as JSON or as Markdown.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use slymock_server::engine::methods::{METHODS, Row, markdown};

use super::output::say;

#[derive(Args)]
pub(crate) struct Methods {
    /// How to print them
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Table,
    Json,
    Md,
}

impl Methods {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        match self.format {
            Format::Table => say(&table()),
            Format::Json => say(&format!("{}\n", serde_json::to_string_pretty(&json())?)),
            Format::Md => say(&markdown()),
        }
    }
}

fn table() -> String {
    let width = METHODS.iter().map(|row| row.name.len()).max().unwrap_or(0);
    let mut table = String::new();
    for row in METHODS {
        let _ = writeln!(table, "{:width$}  {}", row.name, row.about);
    }
    table
}

fn json() -> Vec<serde_json::Value> {
    let view = |row: &Row| {
        serde_json::json!({
            "method": row.name, "about": row.about, "answer": row.answer, "writes": row.writes(),
            "evidence": row.evidence.iter().map(|evidence| {
                serde_json::json!({"claim": evidence.claim, "source": evidence.source.to_string()})
            }).collect::<Vec<_>>(),
        })
    };
    METHODS.iter().map(view).collect()
}
