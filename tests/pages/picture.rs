//! The picture of a failed check in the README: the real report of a client with one mistake, as SVG.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::is_kept;
use crate::common::excuse::{skip, text_of};

/// The mistake: it stops at its target and at its last attempt, and at no other status.
const WAIT: &str = "    def wait(self, id, target):
        for attempt in range(6):
            if self.status(id) == target:
                return True
            time.sleep(1)
        raise TimeoutError(target)

";
const OPERATION: &str =
    "OPS = {\n    \"task.wait\": lambda client, args: client.wait(args[\"id\"], args[\"target\"]),\n";
const CASE: &str = "wait/stopped-while-waiting-for-finished";

/// Characters of a line that are shown; a trace can be wider than a page.
const WIDTH: usize = 100;
/// Width of the text of a full line, height of a line, and the margin, in pixels.
const TEXT: usize = 785;
const LINE: usize = 19;
const MARGIN: usize = 18;

/// The report of the client, up to the command that repeats it.
fn report(folder: &Path) -> String {
    let run = |arguments: &[&str]| {
        let mut slymock = Command::new(env!("CARGO_BIN_EXE_slymock"));
        text_of(&slymock.args(arguments).current_dir(folder).output().unwrap())
    };
    run(&["adapter", "new", "python", "."]);
    let edit = |file: &str, from: &str, to: &str| {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        fs::write(folder.join(file), text.replacen(from, to, 1)).unwrap();
    };
    edit("client.py", "    def post(", &format!("{WAIT}    def post("));
    edit("adapter.py", "OPS = {\n", OPERATION);
    let report = run(&["check", "--adapter", "python3 adapter.py", CASE]);
    let (shown, _) = report.split_once("\n  repeat: ").unwrap_or_else(|| panic!("no failure: {report}"));
    format!("$ slymock check --adapter 'python3 adapter.py' {CASE}\n{shown}")
}

/// The colour of a line, as a terminal has it.
fn colour(line: &str) -> &'static str {
    let word = line.split_whitespace().next().unwrap_or_default();
    match word {
        "$" => "#9da7b3",
        "fail" | "vacuous" | "actual" => "#ff8a80",
        "expected" => "#7ee2a8",
        "raised" => "#ffd580",
        _ if word.parse::<u64>().is_ok() => "#9da7b3",
        _ => "#e6edf3",
    }
}

/// A line in the width of the picture: of the trace its beginning, of others all, as a terminal wraps it.
fn fitted(line: &str) -> Vec<String> {
    let characters: Vec<char> = line.chars().collect();
    let is_trace = line.split_whitespace().next().is_some_and(|word| word.parse::<u64>().is_ok());
    if characters.len() > WIDTH && is_trace {
        return vec![characters[..WIDTH].iter().collect::<String>() + "…"];
    }
    if characters.is_empty() {
        vec![String::new()]
    } else {
        characters.chunks(WIDTH).map(String::from_iter).collect()
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn svg(report: &str) -> String {
    let lines: Vec<String> = report.lines().flat_map(fitted).collect();
    let width = TEXT + 2 * MARGIN;
    let height = lines.len() * LINE + 2 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\">\n<title>The report of slymock check</title>\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#0d1117\"/>\n\
         <g font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"13\" \
         xml:space=\"preserve\">\n"
    );
    for (number, line) in lines.iter().enumerate().filter(|(_, line)| !line.is_empty()) {
        let y = MARGIN + LINE * number + LINE * 3 / 4;
        let _ = writeln!(
            svg,
            "<text x=\"{MARGIN}\" y=\"{y}\" fill=\"{}\">{}</text>",
            colour(line),
            escaped(line)
        );
    }
    svg + "</g>\n</svg>\n"
}

#[test]
fn the_picture_shows_the_report_as_it_is() {
    if let Err(why) = Command::new("python3").args(["-c", "pass"]).output() {
        skip("the picture of a failed check", why);
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    is_kept("docs/failing-check.svg", &svg(&report(folder.path())));
}
