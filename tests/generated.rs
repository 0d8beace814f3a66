//! `slymock fuzz` as a process: its output, the files of failures, and exit codes.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::common::{could_not_run, slymock, stderr, stdout};
use serde_json::Value;
use tempfile::TempDir;

/// An adapter in Python without a client: `raise_for_status` never raises. From its second process on it ends before
/// call number `ends`.
const ADAPTER: &str = r#"
import json, os, sys
ends, marker = int(sys.argv[1]), sys.argv[0] + ".started"
if not os.path.exists(marker): ends = 0
open(marker, "w").close()
def say(**line): print(json.dumps(line), flush=True)
say(t="hello", proto=[1], client={"name": "mine", "version": "1.0.0", "language": "python"},
    ops=["task.raise_for_status"], clock=["virtual"])
calls = 0
for line in sys.stdin:
    line = json.loads(line)
    if line["t"] == "probe": say(t="unsupported", id=line["id"])
    if line["t"] == "bye": break
    if line["t"] == "call":
        calls += 1
        if calls == ends: sys.exit(3)
        say(**{"t": "result", "id": line["id"], "lane": line["lane"], "return": None})
"#;

struct Workplace {
    folder: TempDir,
}

impl Workplace {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("adapter.py"), ADAPTER).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// The command of the adapter.
    fn adapter(&self, ends: u32) -> String {
        format!("python3 {} {ends}", self.path("adapter.py"))
    }

    /// Runs `slymock fuzz` on the adapter.
    fn fuzz(&self, ends: u32, more: &[&str]) -> Output {
        let (adapter, save) = (self.adapter(ends), self.path("found"));
        let mut arguments =
            vec!["fuzz", "--adapter", &adapter, "--save", &save, "--jobs", "1", "--seed", "1"];
        arguments.extend(more);
        slymock(&arguments)
    }
}

fn json_of(file: &str) -> Value {
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

#[test]
fn our_client_fails_nothing_and_the_run_says_what_it_drew() {
    let place = Workplace::new();
    let (json, save) = (place.path("out.json"), place.path("found"));
    let output = slymock(&["fuzz", "--cases", "400", "--seed", "1", "--json", &json, "--save", &save]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("400 cases in ") && text.ends_with("nothing found\n"), "{text}");
    // Each operation, action and setting is drawn.
    assert!(!text.contains("not drawn: "), "{text}");
    assert_eq!(json_of(&json)["fuzz"]["means"]["drawn"]["cases"], 400);
    assert_eq!(fs::read_dir(&save).unwrap().count(), 0);
}

#[test]
fn a_failure_is_saved_and_check_repeats_it() {
    let place = Workplace::new();
    let json = place.path("out.json");
    let output = place.fuzz(0, &["--cases", "60", "--json", &json]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{text}{}", stderr(&output));
    assert!(text.contains("slymock's own client passes it, this client fails it"), "{text}");
    let file = place.path("found/raise-for-status-error-swallowed.json");
    let failure = &json_of(&json)["fuzz"]["failures"][0];
    assert_eq!((&failure["file"], &failure["scenario"]), (&Value::from(file.as_str()), &json_of(&file)));
    assert_eq!(json_of(&file)["steps"].as_array().unwrap().len(), 1);
    assert_eq!(slymock(&["check", &file]).status.code(), Some(0));
    for _ in 0..3 {
        let checked = slymock(&["check", &file, "--adapter", &place.adapter(0)]);
        assert_eq!(checked.status.code(), Some(1), "{}", stdout(&checked));
    }
    assert_eq!(slymock(&["scenarios", "lint", &file]).status.code(), Some(0));
}

#[test]
fn an_adapter_that_dies_while_a_case_is_shrunk_keeps_what_was_found() {
    let place = Workplace::new();
    let whole = place.path("whole.json");
    // The first process runs the cases, the second one the search for a smaller case.
    let output = place.fuzz(9, &["--cases", "3", "--json", &whole]);
    let errors = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{}{errors}", stdout(&output));
    assert_eq!(errors.lines().count(), 1, "{errors}");
    assert!(errors.contains("exit code 3"), "{errors}");
    assert_eq!(json_of(&whole)["fuzz"]["failures"].as_array().unwrap().len(), 1, "{}", stdout(&output));
}

#[test]
fn an_adapter_that_dies_in_each_case_ends_the_run() {
    let place = Workplace::new();
    // The mark of a first process.
    fs::write(place.path("adapter.py.started"), "").unwrap();
    let output = place.fuzz(2, &["--cases", "30"]);
    assert_eq!(output.status.code(), Some(2), "{}", stdout(&output));
    assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
}

#[test]
fn parts_are_merged_to_the_whole() {
    let place = Workplace::new();
    let run = |name: &str, more: &[&str]| {
        let json = place.path(name);
        let mut arguments = vec!["--cases", "60", "--json", &json];
        arguments.extend(more);
        place.fuzz(0, &arguments);
        json
    };
    let (one, two) = (run("1.json", &["--partition", "1/2"]), run("2.json", &["--partition", "2/2"]));
    let (whole, merged) = (run("whole.json", &[]), place.path("merged.json"));
    let output = slymock(&["report", "merge", &one, &two, "--json", &merged]);
    assert_eq!(output.status.code(), Some(1), "{}{}", stdout(&output), stderr(&output));
    let without_time = |file: &str| {
        let mut report = json_of(file);
        report["fuzz"].as_object_mut().unwrap().remove("wall_ms");
        report
    };
    assert_eq!(without_time(&merged), without_time(&whole));
    could_not_run(&["report", "merge", &one], "part 2/2 is missing");
    assert_eq!(slymock(&["report", "merge", &one, "--partial"]).status.code(), Some(1));
    could_not_run(&["report", "merge", &one, &one], "part 1/2 is also in");
    could_not_run(&["report", "merge", &one, &whole], "part 1/2 of a run, but");
    let other = run("other.json", &["--partition", "2/2", "--ops", "task.raise*"]);
    could_not_run(&["report", "merge", &one, &other], "its operations is");
    could_not_run(&["report", "merge", &one, &two, "--junit", &merged], "can only be merged as JSON");
}

#[test]
fn bad_arguments_are_one_line_and_code_2() {
    let place = Workplace::new();
    let file = place.path("adapter.py");
    for (arguments, word) in [
        (["--cases", "0"], "--cases"),
        (["--cases", "many"], "--cases"),
        (["--seconds", "0"], "--seconds"),
        (["--seed", "x"], "--seed"),
        (["--seed", "-1"], "-1"),
        (["--partition", "3/2"], "K is 1 to N"),
        (["--partition", "2"], "K/N"),
        (["--jobs", "0"], "--jobs"),
    ] {
        let output = slymock(&["fuzz", arguments[0], arguments[1]]);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(word) && output.stdout.is_empty(), "{}", stderr(&output));
    }
    let save = place.path("found");
    could_not_run(
        &["fuzz", "--save", &save, "--ops", "task.wiat"],
        "task.wiat: the client has no such operation",
    );
    // The folder would have to be inside a file.
    could_not_run(&["fuzz", "--save", &format!("{file}/found")], "cannot create");
    could_not_run(&["fuzz", "--save", &save, "--json", &format!("{file}/out.json")], "cannot write");
    could_not_run(&["fuzz", "--save", &save, "--known-failures", &file], "adapter.py");
    could_not_run(&["fuzz", "--save", &save, "--adapter", "false"], "exit code 1");
    assert!(!Path::new("fuzz-failures").exists());
}
