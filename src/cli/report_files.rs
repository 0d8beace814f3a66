//! The reports that `slymock check` and `slymock report merge` write to files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;
use slymock_conformance::outcome::Outcome;
use slymock_conformance::report::{Spool, junit, markdown};

use super::output;

#[derive(Args)]
pub(crate) struct ReportFiles {
    /// Write the verdicts and all events to this file, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write a JUnit report to this file
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write a summary to this file as Markdown, for example to $GITHUB_STEP_SUMMARY
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

impl ReportFiles {
    pub(crate) fn files(&self) -> impl Iterator<Item = &Path> {
        [&self.json, &self.junit, &self.markdown].into_iter().flatten().map(PathBuf::as_path)
    }

    /// Checks that the files can be written, and that each report has a file of its own: the later one would
    /// overwrite the other.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        self.files().try_for_each(output::check)?;
        let mut places = BTreeSet::new();
        for file in self.files() {
            if !places.insert(output::place(file)?) {
                anyhow::bail!("{}: two reports cannot be in one file", file.display());
            }
        }
        Ok(())
    }

    /// The JSON report, if it is the only one that was asked for: a campaign of generated cases has no other.
    pub(crate) fn only_json(&self) -> anyhow::Result<Option<&Path>> {
        if let Some(other) = self.junit.as_ref().or(self.markdown.as_ref()) {
            anyhow::bail!("{}: reports of `slymock fuzz` can only be merged as JSON", other.display());
        }
        Ok(self.json.as_deref())
    }

    /// Temporary storage for events, if a report needs them.
    pub(crate) fn spool(&self) -> anyhow::Result<Option<Spool>> {
        self.json.as_deref().map(output::spool).transpose()
    }

    pub(crate) fn write(&self, outcome: &Outcome, events: Option<&Spool>) -> anyhow::Result<()> {
        if let (Some(file), Some(events)) = (&self.json, events) {
            output::write_json(file, outcome, events)?;
        }
        if let Some(file) = &self.junit {
            let mut bytes = Vec::new();
            junit(outcome, &mut bytes)?;
            output::write_whole(file, &bytes)?;
        }
        if let Some(file) = &self.markdown {
            output::write_whole(file, markdown(outcome).as_bytes())?;
        }
        Ok(())
    }
}
