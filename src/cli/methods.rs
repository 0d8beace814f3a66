//! `slymock methods`: the wire methods, as a table, as JSON or as Markdown.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use slymock_conformance::terminal;
use slymock_server::engine::methods::{METHODS, Row, markdown};

use super::evidence::{Section, section};
use super::fake::read_world;
use super::output::{hand_on, say};

/// Description of a method that only has a canned reply.
const STUB: &str = "(stub) A canned reply; not implemented.";

#[derive(Args)]
pub(crate) struct Methods {
    /// Output format
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Fixture whose canned replies are listed too, marked as stubs
    #[arg(long, value_name = "FILE")]
    world: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Table,
    Json,
    Md,
}

impl Methods {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        let world = self.world.as_deref().map(read_world).transpose()?.unwrap_or_default();
        let stubs: Vec<&str> = world.stubs().collect();
        match self.format {
            Format::Table => say(&table(&stubs)),
            Format::Json => {
                hand_on(&format!("{}\n", terminal::json(&serde_json::to_string_pretty(&json(&stubs))?)))
            }
            Format::Md => say(&(markdown() + &chapter(&stubs))),
        }
    }
}

fn table(stubs: &[&str]) -> String {
    let modelled = METHODS.iter().map(|row| (row.name, &*row.about));
    let rows: Vec<(&str, &str)> = modelled.chain(stubs.iter().map(|name| (*name, STUB))).collect();
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut table = String::new();
    for (name, about) in rows {
        let _ = writeln!(table, "{name:width$}  {about}");
    }
    table
}

fn chapter(stubs: &[&str]) -> String {
    let mut chapter = String::new();
    if !stubs.is_empty() {
        chapter.push_str("\n## Stubs\n\n");
    }
    for name in stubs {
        let _ = writeln!(chapter, "- `{name}`: {STUB}");
    }
    chapter
}

fn json(stubs: &[&str]) -> Vec<serde_json::Value> {
    let view = |row: &Row| {
        serde_json::json!({
            "method": row.name, "about": row.about, "answer": row.answer, "writes": row.writes(), "stub": false,
            "evidence": section(row.name).iter().flat_map(Section::claims).map(|claim| {
                serde_json::json!({"claim": claim.text, "source": claim.mark})
            }).collect::<Vec<_>>(),
        })
    };
    let stub = |name: &&str| serde_json::json!({"method": name, "about": STUB, "stub": true});
    METHODS.iter().map(view).chain(stubs.iter().map(stub)).collect()
}
