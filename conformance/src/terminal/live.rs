//! Progress lines on stderr, which are redrawn in place.

use std::ops::Deref;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::one_line;

/// Interval between two frames of the spinner.
const TICK: Duration = Duration::from_millis(100);

/// One or two progress lines. Their text is escaped for the terminal.
#[derive(Clone, Debug)]
pub(crate) struct Live(ProgressBar);

impl Live {
    /// A bar with `total` steps; nothing is drawn unless it is `visible`.
    pub(crate) fn bar(total: u64, visible: bool) -> Self {
        let target = if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self::new(Some(total), target, "{bar:30} {pos} of {len} scenarios{msg}")
    }

    /// A spinner for work of unknown length.
    pub(crate) fn spinner() -> Self {
        Self::new(None, ProgressDrawTarget::stderr(), "{spinner} {prefix}\n  {wide_msg:.dim}")
    }

    fn new(total: Option<u64>, target: ProgressDrawTarget, template: &str) -> Self {
        let style = ProgressStyle::with_template(template).expect("the tests parse this template");
        Self(ProgressBar::with_draw_target(total, target).with_style(style))
    }

    /// Sets the text of the current step.
    pub(crate) fn says(&self, text: &str) {
        self.0.set_message(one_line(text));
    }

    /// Sets the text of the whole job and starts the spinner.
    pub(crate) fn begins(&self, text: &str) {
        self.0.enable_steady_tick(TICK);
        self.0.set_prefix(one_line(text));
    }
}

impl Deref for Live {
    type Target = ProgressBar;

    fn deref(&self) -> &ProgressBar {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_says_is_fit_for_a_terminal() {
        let live = Live::spinner();
        live.begins("a\x1b[31m");
        live.says("b\r\x07");
        assert_eq!([live.prefix(), live.message()], ["a\\u{1b}[31m", "b\\r\\u{7}"]);
        live.finish_and_clear();
    }
}
