//! Progress of preparing the SDK, live on stderr.

use std::fmt;

use crate::terminal::{Live, tell};

/// A step of the preparation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preparation<'a> {
    /// Another process is preparing an environment in the same folder.
    Waits,
    /// This version is being made; not sent if it exists.
    Begins(&'a str),
    /// This version exists and gets further packages.
    Adds(&'a str),
    /// The current action, in a few words.
    Does(&'a str),
}

impl fmt::Display for Preparation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waits => f.write_str("waiting for another slymock that prepares the SDK"),
            Self::Begins(version) => {
                write!(f, "preparing the SDK {version}; this takes about half a minute, once")
            }
            Self::Adds(version) => write!(f, "adding packages to the SDK {version}, once"),
            Self::Does(what) => f.write_str(what),
        }
    }
}

/// Shows progress: on a terminal as a line that changes, in a log as one line that stays.
#[derive(Debug)]
pub struct Watch {
    spinner: Option<Live>,
}

impl Watch {
    /// Shows nothing until the first step.
    #[must_use]
    pub fn new(visible: bool) -> Self {
        Self { spinner: visible.then(Live::spinner) }
    }

    /// Shows a step.
    pub fn tell(&self, progress: Preparation<'_>) {
        match (&self.spinner, progress) {
            (Some(spinner), Preparation::Does(what)) => spinner.says(what),
            (Some(spinner), progress) => spinner.begins(&progress.to_string()),
            (None, Preparation::Does(_)) => {}
            (None, progress) => tell(&progress.to_string()),
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(spinner) = &self.spinner {
            spinner.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_see_what_is_done_and_for_which_version() {
        let watch = Watch::new(true);
        watch.tell(Preparation::Begins("6.74.51"));
        watch.tell(Preparation::Does("Collecting numpy"));
        let spinner = watch.spinner.as_ref().unwrap();
        assert_eq!(spinner.prefix(), "preparing the SDK 6.74.51; this takes about half a minute, once");
        assert_eq!(spinner.message(), "Collecting numpy");
        let spinner = spinner.clone();
        drop(watch);
        assert!(spinner.is_finished());
    }
}
