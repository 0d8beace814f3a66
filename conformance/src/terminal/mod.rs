//! The one way to a terminal. Much of what is told is text of strangers: names of files, what a client says,
//! arguments that somebody pasted. Whatever a terminal would take for more than text is shown as an escape here;
//! colours are ours alone. `live.rs` has the lines that change.

mod live;

use std::io::{self, IsTerminal as _, Write as _};
use std::{env, fmt};

pub(crate) use live::Live;

/// The text on one line, with all that a terminal or an XML reader might take for more than text shown as an
/// escape: control characters, marks that turn the direction of writing, characters that are none.
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

/// The text on its lines, each as [`one_line`] has it.
#[must_use]
pub fn lines(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(one_line).collect();
    lines.join("\n")
}

/// JSON as it is, but for control characters that JSON may have in its strings: they are escapes of JSON then.
#[must_use]
pub fn json(text: &str) -> String {
    let is_plain = |character: char| character == '\n' || !character.is_control();
    let shown = |character: char| {
        if is_plain(character) { character.to_string() } else { format!("\\u{:04x}", u32::from(character)) }
    };
    if text.chars().all(is_plain) { text.to_owned() } else { text.chars().map(shown).collect() }
}

/// A colour or weight: a code of SGR, as every terminal knows them.
#[derive(Clone, Copy)]
pub(crate) enum Paint {
    Bold = 1,
    Dim = 2,
    Red = 31,
    Green = 32,
    Yellow = 33,
}

/// What ends one.
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

/// The text on its lines, in colours of ours.
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

/// Says something on stdout.
///
/// # Errors
///
/// The system's; a reader that is gone is none.
pub fn say(text: &str) -> io::Result<()> {
    hand_on(&lines(text))
}

/// Says a report, whose parts are fit for a terminal already, in colours where it has some.
///
/// # Errors
///
/// As [`say`].
pub fn say_report(text: &str) -> io::Result<()> {
    hand_on(&in_colours(text))
}

/// Hands to a program what it reads on stdout, such as a shell its completions, as it is.
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

/// Tells a line on stderr. Where that fails there is nowhere left to say so.
pub fn tell(line: &str) {
    let _ = writeln!(io::stderr(), "{}", one_line(line));
}

/// Tells a line on stderr that the next one takes the place of, to somebody who watches.
pub fn tell_for_now(line: &str) {
    let _ = write!(io::stderr(), "\r\x1b[K{}", one_line(line));
}

/// Whether stdout shows colours.
#[must_use]
pub fn has_colours() -> bool {
    paints(io::stdout().is_terminal(), env::var_os("NO_COLOR").is_some())
}

/// Colours are for terminals, and not for people who set `NO_COLOR`.
fn paints(is_terminal: bool, no_colour: bool) -> bool {
    is_terminal && !no_colour
}

/// Whether somebody watches stderr, for whom it tells how far a run is.
#[must_use]
pub fn is_watched() -> bool {
    shows(io::stderr().is_terminal(), env::var_os("CI").is_some())
}

/// Whether progress is drawn: only for people who watch.
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
