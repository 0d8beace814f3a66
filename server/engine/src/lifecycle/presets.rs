//! The lifecycles that come in the binary. The stages themselves are data: `presets.json`.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use super::stages::{Lifecycle, Stage};

/// A lifecycle that comes in the binary.
#[derive(Debug)]
pub struct Preset {
    /// Its name on the command line and in worlds.
    pub name: &'static str,
    /// What it is for, as a sentence.
    pub about: &'static str,
    /// The stages.
    pub lifecycle: Arc<Lifecycle>,
}

const ABOUTS: &[(&str, &str)] = &[
    ("instant", "Is finished at once."),
    ("quick", "Passes queued and consumed, runs briefly and finishes; what `serve` gives a task."),
    ("realistic", "Takes minutes, with jitter, logs and progress, and always finishes."),
    ("fails", "Goes as quick, but ends in error."),
    ("stuck-queued", "No agent ever takes it."),
    ("never-ends", "Reaches started and stays there."),
    ("deploys", "Goes as quick, but ends in deployed and stays there."),
    ("slow-stop", "Reaches started and stays there; takes half a minute to stop."),
    ("flaky", "Goes as quick, but one in five ends in error."),
];

/// All presets, in the order documents list them.
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

/// The preset of that name.
#[must_use]
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

/// All presets as a Markdown table: statuses, times, end and stop delay.
#[must_use]
pub fn table() -> String {
    let mut table =
        String::from("| preset | stages | ends in | stop takes | what it is for |\n|---|---|---|---|---|\n");
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
