//! `slymock check --partition` and `slymock report merge` as processes: the parts of a run, and the run that they make.

use std::fs;
use std::path::Path;

use crate::common::{could_not_run, slymock, stderr, stdout};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder with twelve scenarios: most pass, three fail, one of them as known. The known failures also have an entry
/// that is stale and one that is misspelt.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("mine")).unwrap();
    fs::create_dir(folder.path().join("known-failures")).unwrap();
    for name in "abcdefghijkl".chars() {
        let status = if "bgk".contains(name) { "queued" } else { "finished" };
        let scenario = json!({
            "about": "Ask for a task.", "why": "TaskApi.get_info_by_id", "anchor": "asks",
            "steps": [{"call": "task.info", "args": {"id": 121_230}, "as": "i"}],
            "expect": [
                {"id": "asks", "level": "must", "requests": {"tasks.info": {"at_ms": [0]}}},
                {"id": "tells", "level": "must", "of": "i", "returns": {"like": {"status": status}}}]});
        fs::write(folder.path().join(format!("mine/scenario-{name}.json")), scenario.to_string()).unwrap();
    }
    let entry = |name: &str| {
        json!({"scenario": format!("mine/{name}"), "check": "tells", "versions": "*", "why": "Odd: `x.rs L1`",
               "message_starts": "returned"})
    };
    let entries = json!([entry("scenario-x"), entry("scenario-g"), entry("scenario-a"), entry("senario-l")]);
    fs::write(folder.path().join("known-failures/slymock-client.json"), entries.to_string()).unwrap();
    fs::write(folder.path().join("set.json"), r#"{"about": "A.", "ops": ["task.info"]}"#).unwrap();
    folder
}

/// The reports of a run in a folder: JSON, JUnit and Markdown.
fn reports(folder: &TempDir, name: &str) -> [String; 3] {
    ["json", "xml", "md"]
        .map(|kind| folder.path().join(format!("{name}.{kind}")).to_str().unwrap().to_owned())
}

/// Runs a command with those reports.
fn run(command: &[&str], [json, junit, markdown]: &[String; 3]) -> (Option<i32>, String) {
    let files = ["--json", json, "--junit", junit, "--markdown", markdown];
    let output = slymock(&[command, &files].concat());
    (output.status.code(), stdout(&output))
}

fn check<'a>(folder: &'a TempDir, more: &[&'a str]) -> Vec<&'a str> {
    [&["check", "--scenarios", folder.path().to_str().unwrap()], more].concat()
}

/// Writes the reports of all parts and returns the names of their JSON files.
fn parts(folder: &TempDir, parts: usize, more: &[&str]) -> Vec<String> {
    let part = |part: usize| {
        let (partition, files) = (format!("{part}/{parts}"), reports(folder, &format!("part-{part}")));
        run(&check(folder, &[&["--partition", &partition], more].concat()), &files);
        files[0].clone()
    };
    (1..=parts).map(part).collect()
}

fn merge<'a>(files: &'a [String], more: &[&'a str]) -> Vec<&'a str> {
    let files = files.iter().map(String::as_str);
    ["report", "merge"].into_iter().chain(files).chain(more.iter().copied()).collect()
}

/// A report without the duration of the run.
fn timeless(text: &str) -> String {
    let is_time =
        |line: &&str| !["\"wall_ms\"", "wall time", "Wall time", " time="].iter().any(|at| line.contains(at));
    text.lines().filter(is_time).collect::<Vec<_>>().join("\n")
}

fn json_of(file: &str) -> Value {
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

#[test]
fn the_parts_of_a_run_make_the_run_to_the_last_byte() {
    let folder = folder();
    let set = folder.path().join("set.json");
    let options = ["--requirements", set.to_str().unwrap(), "--max-seconds", "600"];
    let (whole, merged) = (reports(&folder, "whole"), reports(&folder, "merged"));
    let (code, said) = run(&check(&folder, &options), &whole);
    assert_eq!(code, Some(1), "{said}");
    for part in ["12 (9 pass, 2 fail, 1 known)", "the check passes now", "did you mean mine/scenario-l?"] {
        assert!(said.contains(part), "{part} is not in {said}");
    }
    for count in [1, 2, 5, 40] {
        let mut files = parts(&folder, count, &options);
        files.reverse();
        let (code, told) = run(&merge(&files, &[]), &merged);
        assert_eq!((code, timeless(&told)), (Some(1), timeless(&said)), "{count} parts");
        for (merged, whole) in merged.iter().zip(&whole) {
            let [merged, whole] = [merged, whole].map(|file| fs::read_to_string(file).unwrap());
            assert_eq!(timeless(&merged), timeless(&whole), "{count} parts");
        }
        let wall = |file: &String| json_of(file)["summary"]["wall_ms"].as_u64().unwrap();
        assert_eq!(wall(&merged[0]), files.iter().map(wall).sum::<u64>());
    }
    // A merged report is that of a whole run, and can be merged by itself.
    let (_, again) = run(&merge(&merged[..1], &[]), &reports(&folder, "again"));
    let without_command = |text: &str| {
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("repeat: "));
        lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(without_command(&timeless(&again)), without_command(&timeless(&said)));
    assert!(!again.contains("repeat: "), "{again}");
}

#[test]
fn a_whole_run_of_our_client_is_as_expected_in_parts() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let files = ["1/3", "2/3", "3/3"].map(|part| {
        let file = file(&part.replace('/', "-"));
        let output = slymock(&["check", "wait", "--partition", part, "--json", &file]);
        assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
        assert!(stdout(&output).contains(&format!("(rust), part {part}: as expected\n")));
        file
    });
    let (whole, merged) = (file("whole"), file("merged"));
    assert_eq!(slymock(&["check", "wait", "--json", &whole]).status.code(), Some(0));
    let output = slymock(&merge(&files, &["--json", &merged]));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let [whole, merged] = [whole, merged].map(|file| timeless(&fs::read_to_string(file).unwrap()));
    assert!(whole == merged);
}

#[test]
fn a_part_repeats_itself_and_lists_its_own() {
    let folder = folder();
    let root = folder.path().to_str().unwrap();
    let listed = |part: &str| {
        let output = slymock(&["check", "--scenarios", root, "--partition", part, "--list"]);
        assert_eq!(output.status.code(), Some(0));
        stdout(&output).lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let all = stdout(&slymock(&["check", "--scenarios", root, "--list"]));
    let mut parts = [listed("1/2"), listed("2/2")].concat();
    parts.sort();
    assert_eq!(parts, all.lines().collect::<Vec<_>>());
    let ends = ["1/2", "2/2"].map(|part| {
        let output = slymock(&["check", "--scenarios", root, "--partition", part]);
        stdout(&output).lines().last().unwrap().to_owned()
    });
    for (part, end) in ["1/2", "2/2"].iter().zip(ends) {
        assert_eq!(end, format!("repeat: slymock check --scenarios {root} --partition {part}"));
    }
}

#[test]
fn a_part_without_a_scenario_says_so_and_fails_nothing() {
    let folder = folder();
    let one = folder.path().join("mine/scenario-a.json");
    let one = one.to_str().unwrap();
    let run = |part: &str| slymock(&["check", one, "--partition", part]);
    let (first, second) = (run("1/2"), run("2/2"));
    assert_eq!([&first, &second].map(|output| output.status.code()), [Some(0); 2]);
    let said = [&first, &second].map(stdout);
    let empty: Vec<_> = (1..).zip(&said).filter(|(_, said)| said.contains("  cases      0\n")).collect();
    let [(part, said)] = empty.as_slice() else { panic!("{said:?}") };
    assert!(said.ends_with(&format!("\nwarnings\n  part {part}/2 has no scenario\n")), "{said}");
    let listed = slymock(&["check", one, "--partition", &format!("{part}/2"), "--list"]);
    assert_eq!(
        (stdout(&listed), stderr(&listed)),
        (String::new(), format!("part {part}/2 has no scenario\n"))
    );
    could_not_run(&["check", "mine/none", "--partition", "1/2"], "no scenario has such an id");
}

#[test]
fn a_wrong_part_is_refused() {
    for (part, why) in [("0/4", "K is 1 or more"), ("5/4", "here 1 to 4"), ("4", "K/N, such as 2/4")] {
        let output = slymock(&["check", "--partition", part]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(why), "{}", stderr(&output));
    }
    let output = slymock(&["check", "--partition", "1/4", "--fix-known"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("'--partition <K/N>' cannot be used with '--fix-known'"));
}

#[test]
fn a_missing_part_is_named_and_partial_merges_the_others() {
    let folder = folder();
    let mut files = parts(&folder, 4, &[]);
    let lost = files.remove(1);
    could_not_run(&merge(&files, &[]), "part 2/4 is missing; `--partial` merges the others");
    could_not_run(&merge(&files[1..], &[]), "parts 1/4, 2/4 are missing; `--partial` merges the others");
    let merged = folder.path().join("merged.json");
    let output = slymock(&merge(&files, &["--partial", "--json", merged.to_str().unwrap()]));
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let warning = "part 2/4 is missing, so the report lacks their scenarios";
    assert!(stdout(&output).contains(warning), "{}", stdout(&output));
    let (merged, lost) = (json_of(merged.to_str().unwrap()), json_of(&lost));
    assert_eq!(merged["warnings"], json!([warning]));
    assert_eq!(merged["summary"]["scenarios"], 12 - lost["summary"]["scenarios"].as_u64().unwrap());
}

#[test]
fn reports_that_do_not_fit_together_are_not_merged() {
    let folder = folder();
    let files = parts(&folder, 2, &[]);
    let [first, second] = [&*files[0], &*files[1]];
    let changed = |name: &str, change: &dyn Fn(&mut Value)| {
        let mut report = json_of(second);
        change(&mut report);
        let file = folder.path().join(name).to_str().unwrap().to_owned();
        fs::write(&file, report.to_string()).unwrap();
        file
    };
    let refused = |other: &str, why: &str| {
        could_not_run(&["report", "merge", first, other, "--partial"], &format!("slymock: {other}: {why}"));
    };
    refused(first, &format!("part 1/2 is also in {first}"));
    let other = changed("client", &|report| report["client"]["version"] = json!("9.9.9"));
    refused(&other, &format!("not of the same run as {first}: its version is \"9.9.9\", there \"0.1.0\""));
    let other = changed("ops", &|report| report["client"]["ops"] = json!(["task.info"]));
    refused(&other, &format!("not of the same run as {first}: its ops is [\"task.info\"], there [\"task."));
    let other = changed("number", &|report| report["selected"] = json!(13));
    let number = "its number of selected scenarios is 13, there 12";
    refused(&other, &format!("not of the same run as {first}: {number}"));
    let other = changed("names", &|report| report["names"] = json!(["wait"]));
    refused(&other, &format!("not of the same run as {first}: its selection is [\"wait\"], there []"));
    let whole = folder.path().join("whole.json");
    let whole = whole.to_str().unwrap();
    slymock(&check(&folder, &["--json", whole]));
    could_not_run(
        &["report", "merge", first, whole],
        &format!("{first}: part 1/2 of a run, but {whole} is not a part"),
    );
    could_not_run(
        &["report", "merge", whole, whole],
        &format!("{whole}: scenario mine/scenario-a is also in {whole}"),
    );
}

#[test]
fn a_file_that_is_not_such_a_report_is_refused_in_one_line() {
    let folder = folder();
    let files = parts(&folder, 1, &[]);
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let refused = |report: &str, why: &str| {
        let file = path("odd");
        fs::write(&file, report).unwrap();
        could_not_run(&["report", "merge", &file], &format!("slymock: {file}: {why}"));
    };
    let changed = |pointer: &str, value: Value| {
        let mut report = json_of(&files[0]);
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        report.pointer_mut(parent).unwrap()[key] = value;
        report.to_string()
    };
    refused("", "EOF while parsing");
    refused("[]", "invalid type: sequence, expected a report of `slymock check --json`");
    refused("{}", "missing field `scenarios`");
    refused(&changed("/version", json!(2)), "version: unknown field `version`");
    refused(&changed("/scenarios/0/color", json!(1)), "scenarios[0].color: unknown field `color`");
    refused(&changed("/scenarios/0/verdict", json!("fine")), "scenarios[0].verdict: unknown variant `fine`");
    refused(
        &changed("/scenarios/0/events/0/color", json!(1)),
        "scenarios[0].events[0]: unknown field `color`",
    );
    refused(&changed("/partition", json!("2/1")), "partition: K is 1 to N, here 1 to 1");
    refused(&changed("/summary/scenarios", json!(11)), "summary: the totals are not those of the scenarios");
    refused(&changed("/partition", json!("1/2")), "scenario mine/");
    let text = fs::read_to_string(&files[0]).unwrap();
    refused(&format!("{text} 1"), "trailing characters");
    refused(&text.replacen("\"partition\": \"1/1\",", "", 1), "missing field `partition`");
    refused(&text.replacen("\"findings\":", "\"warnings\":", 1), "duplicate field `warnings`");
    refused(r#"{"fuzz": {"version": 1}}"#, "fuzz.version: unknown field");
    could_not_run(&["report", "merge", &files[0], &path("odd")], "odd: a report of `slymock fuzz`, but ");
    could_not_run(&["report", "merge", &path("none")], "No such file");
    could_not_run(
        &["report", "merge", &files[0], "--json", &files[0]],
        "a report to merge cannot also be an output",
    );
    assert!(Path::new(&files[0]).exists());
}
