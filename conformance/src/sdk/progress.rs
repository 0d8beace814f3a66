//! How far the preparing of the SDK is, live on stderr.

use std::fmt;

use crate::terminal::{Live, tell};

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preparation<'a> {
    /// Another process prepares one in the same place.
    Waits,
    /// This version is to be made. Never said where one is there.
    Begins(&'a str),
    /// This version is there, and gets further packages.
    Adds(&'a str),
    /// It does this now, in a few words.
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

/// Shows it: to people who watch as a line that changes, in a log as one line that stays.
#[derive(Debug)]
pub struct Watch {
    spinner: Option<Live>,
}

impl Watch {
    /// Nothing is shown before there is something to tell.
    #[must_use]
    pub fn new(visible: bool) -> Self {
        Self { spinner: visible.then(Live::spinner) }
    }

    /// Takes note of it.
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
