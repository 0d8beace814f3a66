//! Hostile text has no effect on a terminal, whether in file names, arguments, ids, tasks or lines of
//! adapters.

#![cfg(target_os = "linux")]

use std::fs;

use crate::common::{could_not_run, slymock, stderr, stdout};
use serde_json::{Value, json};

/// Sets a title and a colour, rings the bell, rewrites a line, has C1 codes and DEL, and turns the writing
/// direction.
const HOSTILE: &str = "\u{1b}]0;t\u{7}\u{1b}[31m\r\u{9b}2J\u{85}\u{7f}\u{202e}";
/// The escaped form of [`HOSTILE`].
const SHOWN: &str = r"\u{1b}]0;t\u{7}\u{1b}[31m\r\u{9b}2J\u{85}\u{7f}\u{202e}";

/// Runs the command. Its output must be plain text; returns the exit code and the output.
#[track_caller]
fn said(arguments: &[&str]) -> (Option<i32>, String) {
    let output = slymock(arguments);
    let said = stdout(&output) + &stderr(&output);
    let acts = |character: &char| character.is_control() && *character != '\n' || *character == '\u{202e}';
    assert_eq!(said.chars().find(acts), None, "{arguments:?}: {said:?}");
    (output.status.code(), said)
}

/// Requires that the output has the hostile text in its escaped form.
#[track_caller]
fn shown(code: i32, arguments: &[&str]) {
    let (ended, said) = said(arguments);
    assert_eq!(ended, Some(code), "{said}");
    assert!(said.contains(SHOWN), "{said}");
}

fn scenario() -> Value {
    json!({
        "about": "Ask for a task.", "why": "TaskApi.get_info_by_id", "anchor": "asks",
        "steps": [{"call": "task.info", "args": {"id": 121_230}, "as": "i"}],
        "expect": [{"id": "asks", "level": "must", "requests": {"tasks.info": {"count": 1}}}]})
}

#[test]
fn arguments_are_repeated_as_text() {
    let with = |before: &str| format!("{before}{HOSTILE}");
    for arguments in [
        &[HOSTILE][..],
        &["serve", &with("--")],
        &["serve", "--clock", HOSTILE],
        &["serve", "--port", HOSTILE],
        &["serve", "--allow-host", &with("/")],
        &["serve", "--lifecycle", HOSTILE],
        &["serve", "--world", HOSTILE],
        &["serve", "--save-world", &with("/no/such/")],
        &["serve", "--host", HOSTILE],
        &["exec", "--", HOSTILE],
        &["check", HOSTILE],
        &["check", &format!("{HOSTILE}.json")],
        &["check", "--client", HOSTILE],
        &["check", "--scenarios", HOSTILE],
        &["check", "--requirements", HOSTILE],
        &["check", "--json", &with("/no/such/")],
        &["check", "--adapter", &format!("'/no/such/{HOSTILE}'")],
        &["check", "--client", "python", "--sdk-version", HOSTILE],
        &["adapter", "lint", "true", HOSTILE],
        &["scenarios", "lint", HOSTILE],
        &["methods", "--world", HOSTILE],
        &["why", HOSTILE],
        &["completions", HOSTILE],
        &["bench", "--json", &with("/no/such/")],
    ] {
        let (code, said) = said(arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
        assert!(said.contains(r"\u{1b}]0;t"), "{arguments:?}: {said}");
    }
}

#[test]
fn why_it_could_not_run_stays_one_line() {
    could_not_run(&["why", &format!("{HOSTILE}\nforged")], &format!("{SHOWN}\\nforged"));
}

#[test]
fn a_scenarios_name_and_what_it_says_are_text() {
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join("mine");
    fs::create_dir(&mine).unwrap();
    let file = mine.join(format!("{HOSTILE}.json"));
    let root = folder.path().to_str().unwrap();
    let write = |change: &dyn Fn(&mut Value)| {
        let mut scenario = scenario();
        change(&mut scenario);
        fs::write(&file, scenario.to_string()).unwrap();
    };
    write(&|scenario| scenario["about"] = json!(format!("Ask {HOSTILE}.")));
    shown(0, &["check", "--scenarios", root, "--list"]);
    shown(0, &["check", file.to_str().unwrap(), "--list"]);
    write(&|scenario| scenario["expect"][0]["requests"]["tasks.info"]["count"] = json!(2));
    shown(1, &["check", "--scenarios", root]);
    shown(1, &["check", file.to_str().unwrap()]);
    write(&|scenario| scenario["faults"] = json!([{"on": {"method": "tasks.stop"}, "do": {"status": 503}}]));
    shown(1, &["scenarios", "lint", file.to_str().unwrap()]);
    write(&|scenario| scenario["expect"][0][HOSTILE] = json!(1));
    shown(2, &["check", "--scenarios", root]);
    write(&|scenario| scenario["world"] = json!({"tasks": [{"id": 7, "status": HOSTILE}]}));
    shown(2, &["check", "--scenarios", root]);
}

#[test]
fn what_an_adapter_says_is_text() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("adapter");
    let adapter = format!("sh {}", script.display());
    let check = ["check", "wait/polls-until-finished", "--adapter", &adapter];
    fs::write(&script, format!("echo '{HOSTILE}'")).unwrap();
    shown(1, &check);
    fs::write(&script, format!("echo '{HOSTILE}' >&2; exit 3")).unwrap();
    shown(1, &check);
    let hello = json!({
        "t": "hello", "proto": [1], "client": {"name": HOSTILE, "version": "1", "language": "sh"}, "ops": ["task.info"],
        "clock": ["virtual"]});
    fs::write(folder.path().join("hello"), hello.to_string()).unwrap();
    let answers = r#"echo; read -r probe; echo '{"t":"unsupported","id":1}'
        read -r call; echo '{"t":"result","id":2,"lane":"main","return":null}'; read -r bye"#;
    fs::write(&script, format!("cat {}/hello; {answers}", folder.path().display())).unwrap();
    shown(1, &check);
}

#[test]
fn names_of_stubs_and_folders_are_text_and_json_stays_json() {
    let folder = tempfile::tempdir().unwrap();
    let world = folder.path().join("world.json");
    let name = "a.\u{9b}2J\u{7f}";
    fs::write(&world, json!({"stubs": {name: []}}).to_string()).unwrap();
    let methods = |format: &str| said(&["methods", "--world", world.to_str().unwrap(), "--format", format]);
    for format in ["table", "md"] {
        let (code, said) = methods(format);
        assert!(code == Some(0) && said.contains(r"a.\u{9b}2J\u{7f}"), "{said}");
    }
    let rows: Vec<Value> = serde_json::from_str(&methods("json").1).unwrap();
    assert!(rows.iter().any(|row| row["method"] == name));
    shown(0, &["adapter", "new", "python", folder.path().join(HOSTILE).to_str().unwrap()]);
}
