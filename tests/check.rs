//! `slymock check` and `slymock scenarios lint` as processes: their output, files and exit codes.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{could_not_run, slymock, stderr, stdout};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A sound scenario that the client passes, with one change.
fn scenario(change: impl Fn(&mut Value)) -> String {
    let mut scenario = json!({
        "about": "Ask for a task.", "why": "TaskApi.get_info_by_id", "anchor": "asks",
        "steps": [{"call": "task.info", "args": {"id": 121_230}, "as": "i"}],
        "expect": [
            {"id": "asks", "level": "must", "requests": {"tasks.info": {"at_ms": [0]}}, "and_no_others": true},
            {"id": "tells", "level": "must", "of": "i", "returns": {"like": {"status": "finished"}}}]});
    change(&mut scenario);
    scenario.to_string()
}

/// A folder with one area and one scenario, `mine/one.json`.
fn folder(text: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("mine")).unwrap();
    let file = folder.path().join("mine/one.json");
    fs::write(&file, text).unwrap();
    (folder, file.to_str().unwrap().to_owned())
}

fn path(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

#[test]
fn the_rust_client_passes_all_scenarios_and_the_reports_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let files = ["run.json", "run.xml", "run.md"].map(|name| path(&folder, name));
    let output = slymock(&["check", "--json", &files[0], "--junit", &files[1], "--markdown", &files[2]]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert!(stdout(&output).contains("(rust): as expected"), "{}", stdout(&output));
    let run: Value = serde_json::from_slice(&fs::read(&files[0]).unwrap()).unwrap();
    let scenarios = run["scenarios"].as_array().unwrap();
    assert!(scenarios.len() >= 150 && run["summary"]["scenarios"] == scenarios.len());
    let checks = &run["summary"]["checks"];
    assert_eq!([&checks["fail"], &checks["vacuous"], &checks["unobserved"]], [&json!(0); 3]);
    let all: usize = scenarios.iter().map(|scenario| scenario["checks"].as_array().unwrap().len()).sum();
    let sum: u64 = checks.as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(all as u64, sum);
    assert!(scenarios.iter().all(|scenario| !scenario["events"].as_array().unwrap().is_empty()));
    assert!(fs::read_to_string(&files[1]).unwrap().contains("failures=\"0\""));
    assert!(fs::read_to_string(&files[2]).unwrap().starts_with('#'));
}

#[test]
fn the_report_is_the_same_to_the_last_byte_however_many_run_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = path(&folder, "run.json");
    let report = |jobs: &str| {
        let output = slymock(&["check", "wait", "pagination", "--jobs", jobs, "--json", &file]);
        assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
        let text = fs::read_to_string(&file).unwrap();
        let lines: Vec<_> = text.lines().filter(|line| !line.starts_with("    \"wall_ms\": ")).collect();
        lines.join("\n")
    };
    let alone = report("1");
    let run: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(serde_json::to_string_pretty(&run).unwrap() + "\n", fs::read_to_string(&file).unwrap());
    for jobs in ["2", "4"] {
        assert!(report(jobs) == alone, "{jobs} jobs");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left in the folder");
}

#[test]
fn a_run_has_bounds_that_can_be_told() {
    for (option, why) in [
        ("--max-seconds", "the run takes more than 0 s"),
        ("--max-bytes", "the events of the run take more than 0 bytes"),
    ] {
        let output = slymock(&["check", "--jobs", "1", option, "0", "wait/already-there*"]);
        assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
        let text = stdout(&output);
        assert!(text.contains(&format!("why: {why}\n")), "{text}");
        let repeat = format!("repeat: slymock check {option} 0 'wait/already-there*'");
        assert_eq!(text.lines().last(), Some(&*repeat));
    }
}

#[test]
fn a_failure_tells_what_was_expected_what_came_and_how_to_repeat_it() {
    let wrong = scenario(|scenario| {
        scenario["expect"][1]["returns"] = json!({"like": {"status": "queued"}});
        scenario["client"] = json!({"token": "no-such-token"});
    });
    let (_folder, file) = folder(&wrong);
    let output = slymock(&["check", &file]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    for part in [
        "fail  mine/one",
        "expected  returns something like {\"status\":\"queued\"}",
        "actual  raised auth: Status",
        "-> tasks.info {\"id\":121230}",
        "<- 401",
        "== raises auth",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let repeat = format!("repeat: slymock check {file}");
    assert_eq!(text.lines().last(), Some(&*repeat));
}

#[test]
fn a_folder_takes_the_place_of_slymocks_own_scenarios() {
    let (folder, _file) = folder(&scenario(|_| {}));
    let root = folder.path().to_str().unwrap();
    let output = slymock(&["check", "--scenarios", root, "--list"]);
    assert_eq!(stdout(&output), "mine/one  Ask for a task.\n");
    assert_eq!(slymock(&["check", "--scenarios", root, "mine"]).status.code(), Some(0));
    could_not_run(&["check", "--scenarios", root, "wait"], "wait: no scenario has such an id");
}

#[test]
fn ids_areas_and_patterns_choose() {
    let chosen = |names: &[&str]| {
        let output = slymock(&[&["check", "--list"], names].concat());
        stdout(&output).lines().map(|line| line.split("  ").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(chosen(&["wait/polls-until-finished"]), ["wait/polls-until-finished"]);
    assert!(chosen(&["wait"]).iter().all(|id| id.starts_with("wait/")));
    assert!(chosen(&["pagination/limits[one]"]) == ["pagination/limits[one]"]);
    assert!(chosen(&["wait/", "*limits[*"]).len() > chosen(&["wait"]).len());
}

#[test]
fn what_cannot_be_run_says_why_in_one_line() {
    let bad = |text: &str, word: &str| {
        let (_folder, file) = folder(text);
        could_not_run(&["check", &file], &format!("{file}: scenario mine/one: {word}"));
        could_not_run(&["scenarios", "lint", &file], &format!("{file}: scenario mine/one: {word}"));
    };
    bad("{\"about\": ", "EOF while parsing");
    bad("{\"about\": 1, \"about\": 2}", "the key \"about\" is used twice");
    bad(&scenario(|scenario| scenario["expcet"] = json!([])), "expcet: unknown field");
    bad(&scenario(|scenario| scenario["steps"][0]["cal"] = json!(1)), "steps[0].cal: unknown field");
    bad(
        &scenario(|scenario| scenario["steps"][0]["call"] = json!("task.inof")),
        "steps[0]: unknown operation",
    );
    bad(&scenario(|scenario| scenario["world"] = json!({"taks": []})), "world.taks: unknown field");
    let lost = json!({"tasks": [{"id": 7, "workspaceId": 1}]});
    bad(&scenario(|scenario| scenario["world"] = lost.clone()), "world: ");
    bad(&scenario(|scenario| scenario["faults"] = json!([{"do": {"staus": 1}}])), "faults[0].do.staus");
    could_not_run(&["check", "wiat/polls"], "wiat/polls: no scenario has such an id; did you mean wait/");
    let missing = "slymock: nowhere/none.json: No such file or directory (os error 2)\n";
    assert_eq!(stderr(&slymock(&["check", "nowhere/none.json"])), missing);
    could_not_run(&["check", "--scenarios", "nowhere"], "nowhere: No such file");
    let (folder, file) = folder(&scenario(|_| {}));
    could_not_run(&["check", &file, &file], &format!("{file}: given twice"));
    let (other, same_id) = self::folder(&scenario(|_| {}));
    could_not_run(&["check", &file, &same_id], "or has the id of another file: mine/one");
    drop(other);
    could_not_run(&["check", &file, "--json", "nowhere/run.json"], "cannot write nowhere/run.json");
    could_not_run(&["check", "--scenarios", &path(&folder, "mine")], "no scenarios; they must be in it");
}

#[test]
fn two_reports_are_not_written_to_one_file() {
    let (folder, file) = folder(&scenario(|_| {}));
    let (report, again) = (path(&folder, "mine/run"), path(&folder, "mine/../mine/run"));
    could_not_run(
        &["check", &file, "--json", &report, "--junit", &again],
        "two reports cannot be in one file",
    );
    assert!(!Path::new(&report).exists());
}

#[cfg(unix)]
#[test]
fn a_report_leaves_a_link_to_its_file_as_it_is() {
    let (folder, file) = folder(&scenario(|_| {}));
    let (there, link) = (path(&folder, "there"), path(&folder, "link"));
    fs::write(&there, "old").unwrap();
    std::os::unix::fs::symlink("there", &link).unwrap();
    assert_eq!(slymock(&["check", &file, "--json", &link]).status.code(), Some(0));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(&there).unwrap().starts_with('{'));
    // The name of a stream is such a link, too, and its target is open already.
    could_not_run(&["check", &file, "--json", "/dev/stdout"], "cannot write /dev/stdout: not a file");
}

#[test]
fn lint_finds_what_makes_no_sense() {
    let fault = json!([{"on": {"method": "tasks.stop"}, "do": {"status": 503}}]);
    let (_folder, file) = folder(&scenario(|scenario| scenario["faults"] = fault.clone()));
    let output = slymock(&["scenarios", "lint", &file]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stdout(&output), format!("{file}: faults[0]: no step sends tasks.stop\n"));
    let output = slymock(&["scenarios", "lint"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).ends_with(" scenarios, nothing found\n"), "{}", stdout(&output));
}

#[test]
fn the_readme_of_the_scenarios_has_a_scenario_that_passes() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/README.md")).unwrap();
    let first = page.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    let (_folder, file) = folder(first);
    let file = PathBuf::from(file);
    assert_eq!(slymock(&["check", file.to_str().unwrap()]).status.code(), Some(0));
}
