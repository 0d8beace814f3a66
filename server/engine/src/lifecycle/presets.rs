//! The built-in lifecycles. Their stages are data: `presets.json`.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use super::stages::{Lifecycle, Stage};

/// A built-in lifecycle.
#[derive(Debug)]
pub struct Preset {
    /// Name on the command line and in worlds.
    pub name: &'static str,
    /// Purpose of the preset, as a sentence.
    pub about: &'static str,
    /// Lifecycle with the preset's name.
    pub lifecycle: Arc<Lifecycle>,
}

const ABOUTS: &[(&str, &str)] = &[
    ("instant", "Finishes at once."),
    ("quick", "Passes through queued and consumed, runs briefly and finishes; the default of `serve`."),
    ("realistic", "Takes minutes, with jitter, logs and progress, and always finishes."),
    ("fails", "Like quick, but ends in error."),
    ("stuck-queued", "Stays queued, because no agent takes the task."),
    ("never-ends", "Reaches started and stays there."),
    ("deploys", "Like quick, but ends in deployed and stays there."),
    ("slow-stop", "Reaches started and stays there; takes 30 s to stop."),
    ("flaky", "Like quick, but one task in five ends in error."),
];

/// All presets, in the order of the documentation.
pub static PRESETS: LazyLock<Vec<Preset>> = LazyLock::new(|| {
    let mut stages: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(include_str!("presets.json")).expect("a test reads presets.json");
    let presets = ABOUTS.iter().map(|(name, about)| {
        let value = stages.remove(*name).expect("a test compares the names");
        let mut lifecycle = serde_json::from_value::<Lifecycle>(value).expect("a test reads every preset");
        lifecycle.name = Some((*name).to_owned());
        Preset { name, about, lifecycle: Arc::new(lifecycle) }
    });
    presets.collect()
});

/// Returns the preset with that name.
#[must_use]
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

/// Returns all presets as a Markdown table: statuses, times, end and stop delay.
#[must_use]
pub fn table() -> String {
    let mut table =
        String::from("| preset | stages | ends in | stop takes | purpose |\n|---|---|---|---|---|\n");
    for preset in PRESETS.iter() {
        let stages: Vec<String> = preset.lifecycle.stages.iter().map(stage_cell).collect();
        let _ = writeln!(
            table,
            "| `{}` | {} | {} | {} ms | {} |",
            preset.name,
            stages.join(" → "),
            ends(&preset.lifecycle),
            preset.lifecycle.stop_ms,
            preset.about
        );
    }
    table
}

fn stage_cell(stage: &Stage) -> String {
    let mut cell = stage.status.to_string();
    if let Some(ms) = stage.for_ms {
        let _ = write!(cell, " {ms} ms");
    }
    if let Some(ms) = stage.jitter_ms {
        let _ = write!(cell, " ± {ms} ms");
    }
    if stage.hold {
        cell.push_str(" (held)");
    }
    let weights: Vec<String> =
        stage.one_of.iter().map(|branch| format!("{} {}", branch.weight, branch.stage)).collect();
    if !weights.is_empty() {
        let _ = write!(cell, " (then {})", weights.join(" : "));
    }
    cell
}

fn ends(lifecycle: &Lifecycle) -> String {
    let ends = (0..lifecycle.stages.len()).filter(|index| {
        let stage = &lifecycle.stages[*index];
        stage.hold || lifecycle.successors(*index).is_empty()
    });
    ends.map(|index| lifecycle.stages[index].status.as_str()).collect::<Vec<_>>().join(" or ")
}
