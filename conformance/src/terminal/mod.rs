//! The only way to the terminal. Much of the output is untrusted text: file names, log lines of clients,
//! arguments. Characters that a terminal could interpret are printed as escapes; only the kit's own colours
//! pass. `live.rs` has the progress lines.

mod live;

use std::io::{self, IsTerminal as _, Write as _};
use std::{env, fmt};

pub(crate) use live::Live;

/// Returns `text` on one line. Characters that a terminal or an XML reader could interpret are escaped:
/// control characters, direction marks, unassigned code points.
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' | '\'' | '\\' => line.push(character),
            other => line.extend(other.escape_debug()),
        }
    }
    line
}

/// Returns `text` with each of its lines escaped as by [`one_line`].
#[must_use]
pub fn lines(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(one_line).collect();
    lines.join("\n")
}

/// Replaces the control characters that JSON allows in strings by JSON escapes. Other text is unchanged.
#[must_use]
pub fn json(text: &str) -> String {
    let is_plain = |character: char| character == '\n' || !character.is_control();
    let shown = |character: char| {
        if is_plain(character) { character.to_string() } else { format!("\\u{:04x}", u32::from(character)) }
    };
    if text.chars().all(is_plain) { text.to_owned() } else { text.chars().map(shown).collect() }
}

/// Colour or weight, as an SGR code.
#[derive(Clone, Copy)]
pub(crate) enum Paint {
    Bold = 1,
    Dim = 2,
    Red = 31,
    Green = 32,
    Yellow = 33,
}

/// Resets colour and weight.
const PLAIN: &str = "\x1b[0m";

impl Paint {
    const ALL: [Self; 5] = [Self::Bold, Self::Dim, Self::Red, Self::Green, Self::Yellow];

    pub(crate) fn on(self, text: &str) -> String {
        format!("{self}{text}{PLAIN}")
    }
}

impl fmt::Display for Paint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\x1b[{}m", *self as u8)
    }
}

/// Returns `text` escaped as by [`lines`], except for the codes of [`Paint`].
fn in_colours(text: &str) -> String {
    let codes: Vec<_> = Paint::ALL.iter().map(Paint::to_string).chain([PLAIN.to_owned()]).collect();
    let (mut shown, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('\x1b') {
        let (before, code) = rest.split_at(at);
        let ours = codes.iter().find(|ours| code.starts_with(ours.as_str()));
        let end = at + ours.map_or(1, String::len);
        shown += &lines(before);
        shown += &ours.cloned().unwrap_or_else(|| one_line("\x1b"));
        rest = &rest[end..];
    }
    shown + &lines(rest)
}

/// Prints text on stdout, escaped as by [`lines`].
///
/// # Errors
///
/// The system's error. A closed pipe is not an error.
pub fn say(text: &str) -> io::Result<()> {
    hand_on(&lines(text))
}

/// Prints a report on stdout and keeps its colours. The parts of a report are already escaped.
///
/// # Errors
///
/// As [`say`].
pub fn say_report(text: &str) -> io::Result<()> {
    hand_on(&in_colours(text))
}

/// Prints text on stdout unchanged, for another program to read, such as completions for a shell.
///
/// # Errors
///
/// As [`say`].
pub fn hand_on(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// Prints a line on stderr. A failure is ignored, because there is nowhere left to report it.
pub fn tell(line: &str) {
    let _ = writeln!(io::stderr(), "{}", one_line(line));
}

/// Prints a line on stderr that the next one overwrites. Only for terminals.
pub fn tell_for_now(line: &str) {
    let _ = write!(io::stderr(), "\r\x1b[K{}", one_line(line));
}

/// True if stdout is a terminal and `NO_COLOR` is not set.
#[must_use]
pub fn has_colours() -> bool {
    paints(io::stdout().is_terminal(), env::var_os("NO_COLOR").is_some())
}

fn paints(is_terminal: bool, no_colour: bool) -> bool {
    is_terminal && !no_colour
}

/// True if stderr is a terminal outside CI, so that progress is drawn.
#[must_use]
pub fn is_watched() -> bool {
    shows(io::stderr().is_terminal(), env::var_os("CI").is_some())
}

fn shows(is_terminal: bool, is_ci: bool) -> bool {
    is_terminal && !is_ci
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "a\t\u{1b}[31mb\u{7f}\u{9b}2J\u{85}\r\u{7}\u{202e}";

    fn is_text(shown: &str) -> bool {
        shown.chars().all(|character| character == '\n' || !character.is_control())
    }

    #[test]
    fn what_a_terminal_would_act_on_is_shown() {
        assert_eq!(lines("a\nb\n"), "a\nb\n");
        assert_eq!(one_line("a\nb"), "a\\nb");
        assert_eq!(lines(HOSTILE), r"a\t\u{1b}[31mb\u{7f}\u{9b}2J\u{85}\r\u{7}\u{202e}");
        assert!(is_text(&lines(HOSTILE)) && is_text(&one_line(HOSTILE)));
    }

    #[test]
    fn json_means_what_it_meant() {
        let text = serde_json::to_string_pretty(&serde_json::json!({HOSTILE: [HOSTILE]})).unwrap();
        let shown = json(&text);
        assert!(!is_text(&text) && is_text(&shown), "{shown}");
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(value(&shown), value(&text));
        assert_eq!(json("{\n  \"ä\": 1\n}"), "{\n  \"ä\": 1\n}");
    }

    #[test]
    fn of_colours_ours_alone_are_left() {
        let ours: String = Paint::ALL.iter().map(|paint| paint.on("x\ny")).collect();
        assert_eq!(in_colours(&ours), ours);
        for foreign in ["\x1b[32;5mx", "\x1b]0;title\x07", "\x1b[2J", "\x1b", "\x1b\x1b[", "\x1b[311m"] {
            assert_eq!(in_colours(foreign), lines(foreign));
            assert!(is_text(&in_colours(foreign)));
        }
        assert_eq!(in_colours("ä\x1b[31mö\x1b[0mü\x1b[3"), "ä\x1b[31mö\x1b[0mü\\u{1b}[3");
    }

    #[test]
    fn colours_are_for_terminals_whose_owner_wants_them() {
        assert!(paints(true, false));
        assert!(!paints(true, true) && !paints(false, false));
    }

    #[test]
    fn progress_is_for_people_who_watch() {
        assert!(shows(true, false));
        assert!(!shows(true, true) && !shows(false, false));
    }
}
