//! How far the preparing of the SDK is, live on stderr.

use std::fmt;
use std::io::{self, Write as _};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress<'a> {
    /// Another process prepares one in the same place.
    Waits,
    /// This version is to be made. Never said where one is there.
    Begins(&'a str),
    /// It does this now, in a few words.
    Does(&'a str),
}

impl fmt::Display for Progress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waits => f.write_str("waiting for another slymock that prepares the SDK"),
            Self::Begins(version) => {
                write!(f, "preparing the SDK {version}; this takes about half a minute, once")
            }
            Self::Does(what) => f.write_str(what),
        }
    }
}

/// Shows it: to people who watch as a line that changes, in a log as one line that stays.
#[derive(Debug)]
pub struct Watch {
    spinner: Option<ProgressBar>,
}

impl Watch {
    /// Nothing is shown before there is something to tell.
    #[must_use]
    pub fn new(visible: bool) -> Self {
        let style = ProgressStyle::with_template("{spinner} {prefix}\n  {wide_msg:.dim}");
        let style = style.expect("the tests parse this template");
        let spinner = || ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_style(style);
        Self { spinner: visible.then(spinner) }
    }

    /// Takes note of it.
    pub fn tell(&self, progress: Progress<'_>) {
        match (&self.spinner, progress) {
            (Some(spinner), Progress::Does(what)) => spinner.set_message(what.to_owned()),
            (Some(spinner), progress) => {
                spinner.enable_steady_tick(Duration::from_millis(100));
                spinner.set_prefix(progress.to_string());
            }
            (None, Progress::Does(_)) => {}
            // Where that fails there is nowhere left to say so.
            (None, progress) => drop(writeln!(io::stderr(), "{progress}")),
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
        watch.tell(Progress::Begins("6.74.51"));
        watch.tell(Progress::Does("Collecting numpy"));
        let spinner = watch.spinner.as_ref().unwrap();
        assert_eq!(spinner.prefix(), "preparing the SDK 6.74.51; this takes about half a minute, once");
        assert_eq!(spinner.message(), "Collecting numpy");
        let spinner = spinner.clone();
        drop(watch);
        assert!(spinner.is_finished());
    }
}
