//! `slymock check --adapter` as a process: a client in a process of its own is judged like one in the kit's
//! process, and none of its processes stays behind.

#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::{could_not_run, slymock, stderr, stdout};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use slymock_conformance::operations::OPERATIONS;

const SLYMOCK: &str = env!("CARGO_BIN_EXE_slymock");

/// The report of a run, without the time that it took.
fn run(arguments: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.json");
    let output = slymock(&[&["check", "--json", file.to_str().unwrap()], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    let mut run: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    run["summary"].as_object_mut().unwrap().remove("wall_ms");
    run
}

#[test]
fn a_client_in_a_process_of_its_own_gives_the_same_events() {
    let rust = shlex::try_join([SLYMOCK, "adapter", "rust"]).unwrap();
    let (here, there) = (run(&[]), run(&["--adapter", &rust]));
    let scenarios = |run: &Value| run["scenarios"].as_array().unwrap().clone();
    assert!(scenarios(&here).len() >= 150);
    for (here, there) in scenarios(&here).iter().zip(&scenarios(&there)) {
        assert_eq!(here, there);
    }
    assert_eq!(here, there);
}

/// A client that claims everything and does nothing, as a shell script.
fn idle() -> String {
    let names: Vec<_> = OPERATIONS.iter().map(|operation| operation.name).collect();
    let hello = json!({
        "t": "hello", "proto": [1], "client": {"name": "idle", "version": "1.0.0", "language": "sh"}, "ops": names,
        "clock": ["virtual"], "features": ["client_timeout", "lanes", "logs"]});
    format!(
        r#"echo '{hello}'
        while read -r line; do
            id=${{line#*\"id\":}}; id=${{id%%[,\}}]*}}; lane=${{line#*\"lane\":\"}}; lane=${{lane%%\"*}}
            case $line in
                *'"t":"bye"'*) exit 0;;
                *'"t":"probe"'*) echo "{{\"t\":\"unsupported\",\"id\":$id}}";;
                *) echo "{{\"t\":\"result\",\"id\":$id,\"lane\":\"$lane\",\"return\":null}}";;
            esac
        done"#
    )
}

#[test]
fn a_client_that_does_nothing_passes_no_check() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.json");
    let adapter = shlex::try_join(["sh", "-c", &idle()]).unwrap();
    let output = slymock(&["check", "--json", file.to_str().unwrap(), "--adapter", &adapter]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let run: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let scenarios = run["scenarios"].as_array().unwrap();
    assert!(scenarios.len() >= 150);
    for scenario in scenarios {
        // A step may need a result that an earlier step did not return.
        let stuck = scenario["why"].as_str().is_some_and(|why| why.contains("did not return"));
        let wanted = if stuck { "broken" } else { "fail" };
        assert_eq!(scenario["verdict"], wanted, "{}: {}", scenario["id"], scenario["why"]);
    }
    assert_eq!(run["summary"]["checks"]["pass"], 0);
}

#[test]
fn a_failure_is_repeated_by_the_same_adapter() {
    let adapter = r#"sh -c 'echo "What?"'"#;
    let output = slymock(&["check", "--adapter", adapter, "wait/polls-until-finished"]);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    assert!(text.contains(r#"why: the adapter sent "What?", which is not a line of the protocol"#), "{text}");
    let last = shlex::split(text.lines().last().unwrap()).unwrap();
    assert_eq!(last[..4], ["repeat:", "slymock", "check", "--adapter"]);
    assert_eq!(shlex::split(&last[4]), shlex::split(adapter));
    assert_eq!(last[5..], ["wait/polls-until-finished"]);
}

#[test]
fn a_command_that_is_none_is_refused() {
    for (command, why) in [("sh 'x", "a quote is not closed"), (" ", "the command is empty")] {
        let output = slymock(&["check", "--adapter", command]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(why), "{}", stderr(&output));
    }
    could_not_run(&["check", "--sdk-version", "6.72.177"], "--sdk-version is for --client python");
    could_not_run(&["check", "--client", "python", "--sdk-version", "latest"], "latest");
}

#[test]
fn an_adapter_that_cannot_be_started_is_one_line_and_exit_code_2_without_reports() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("run.json");
    let why = "the adapter /no/such cannot be started: No such file";
    for names in [&[][..], &["wait/polls-until-finished"]] {
        let check = ["check", "--adapter", "/no/such", "--json", report.to_str().unwrap()];
        could_not_run(&[&check[..], names].concat(), why);
    }
    could_not_run(&["adapter", "lint", "/no/such"], why);
    assert!(!report.exists());
}

#[test]
fn a_run_without_a_verdict_is_not_as_expected_and_is_repeated_with_its_patterns() {
    let adapter = claims("task.raise_for_status");
    let output =
        slymock(&["check", "--adapter", &adapter, "wait/already-there*", "wait/polls-until-finished"]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains("finding  no check has a verdict") && text.contains(": not as expected\n"),
        "{text}"
    );
    let last = shlex::split(text.lines().last().unwrap()).unwrap();
    assert_eq!(last[..4], ["repeat:", "slymock", "check", "--adapter"]);
    assert_eq!(last[5..], ["wait/already-there*", "wait/polls-until-finished"]);
}

#[test]
fn lint_tells_an_honest_adapter_from_others() {
    let rust = shlex::try_join([SLYMOCK, "adapter", "rust"]).unwrap();
    let output = slymock(&["adapter", "lint", &rust]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(
        text.contains("  cases      10 (10 pass)") && text.contains(" lines of the protocol: 1 hello,"),
        "{text}"
    );
    let idle = shlex::try_join(["sh", "-c", &idle()]).unwrap();
    let output = slymock(&["adapter", "lint", &idle, "self-check/uses-the-token"]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    let last = shlex::split(text.lines().rev().nth(1).unwrap()).unwrap();
    assert_eq!(last[1..4], ["slymock", "adapter", "lint"]);
    assert_eq!(last[5..], ["self-check/uses-the-token"]);
    could_not_run(
        &["adapter", "lint", "true", "self-check/uses-the-tokn"],
        "did you mean self-check/uses-the-token?",
    );
    let rubbish = slymock(&["adapter", "lint", "echo Hello"]);
    assert_eq!(rubbish.status.code(), Some(1));
    let told = "  9 other scenarios are broken for the same reason\n";
    assert!(stdout(&rubbish).contains(told) && stdout(&rubbish).contains("no line of the protocol"));
}

/// An adapter that claims one operation, which is called once.
fn claims(op: &str) -> String {
    let hello = json!({
        "t": "hello", "proto": [1], "client": {"name": "a", "version": "1.0.0", "language": "sh"},
        "ops": [op], "clock": ["virtual"]});
    let script = format!(
        r#"echo '{hello}'; read -r probe; echo '{{"t":"unsupported","id":1}}'
        read -r call; echo '{{"t":"result","id":2,"lane":"main","return":null}}'; read -r bye"#
    );
    shlex::try_join(["sh", "-c", &script]).unwrap()
}

#[test]
fn lint_says_so_when_there_is_nothing_that_it_can_tell() {
    let output = slymock(&["adapter", "lint", &claims("task.raise_for_status")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("an adapter that claims task.info"), "{}", stdout(&output));
}

#[test]
fn a_new_adapter_takes_nobodys_place() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine.py"), "").unwrap();
    could_not_run(&["adapter", "new", "python", folder.path().to_str().unwrap()], "not empty");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(stdout(&slymock(&["adapter", "operations"])).starts_with("# Operations\n"));
}

/// Waits until a condition holds.
#[track_caller]
fn until(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < deadline, "not {what} in time");
        thread::yield_now();
    }
}

fn is_there(pid: &str) -> bool {
    let stat = fs::read_to_string(Path::new("/proc").join(pid).join("stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with('Z'))
}

/// A run whose adapter writes its process id and that of its child to a file, and hangs.
fn hanging(file: &Path) -> Child {
    let script = format!("sleep 600 & echo $$ $! > '{0}.new'; mv '{0}.new' '{0}'; wait", file.display());
    let adapter = shlex::try_join(["sh", "-c", &script]).unwrap();
    let mut command = Command::new(SLYMOCK);
    command.args(["check", "--jobs", "1", "--adapter", &adapter]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn a_run_that_is_interrupted_leaves_nothing_running() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pids");
        let mut run = hanging(&file);
        until("started", || file.exists());
        let pids = fs::read_to_string(&file).unwrap();
        assert!(pids.split_whitespace().all(is_there));
        kill_process(Pid::from_child(&run), signal).unwrap();
        assert_eq!(run.wait().unwrap().signal(), Some(signal.as_raw()));
        until("ended", || !pids.split_whitespace().any(is_there));
    }
}

/// A client that does nothing, and a folder with one scenario that it fails.
fn one_that_fails() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("mine")).unwrap();
    let scenario = json!({
        "about": "Ask for a task.", "why": "TaskApi.get_info_by_id", "anchor": "asks",
        "steps": [{"call": "task.info", "args": {"id": 121_230}, "as": "i"}],
        "expect": [{"id": "asks", "level": "must", "requests": {"tasks.info": {"count": 1}}}]});
    fs::write(folder.path().join("mine/one.json"), scenario.to_string()).unwrap();
    (folder, shlex::try_join(["sh", "-c", &idle()]).unwrap())
}

#[test]
fn what_fails_is_written_down_and_excused_once_it_has_a_reason() {
    let (folder, idle) = one_that_fails();
    let (root, file) = (folder.path().to_str().unwrap(), folder.path().join("known-failures/idle.json"));
    let check =
        |more: &[&str]| slymock(&[&["check", "--scenarios", root, "--adapter", &idle], more].concat());
    let output = check(&["--fix-known"]);
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    assert!(stdout(&output).contains("fail  mine/one"), "the report is shown in spite of that");
    assert!(stderr(&output).contains("wrote "), "{}", stderr(&output));
    let written = fs::read_to_string(&file).unwrap();
    // A file with an entry that lacks its reason is rejected.
    let refused = check(&[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        stderr(&refused).contains("idle.json") && stderr(&refused).lines().count() == 1,
        "{}",
        stderr(&refused)
    );
    let reason = "\"why\": \"nothing is asked: it does nothing (`idle.sh L1`)\"";
    fs::write(&file, written.replace("\"why\": \"\"", reason).replace("=1.0.0", "*")).unwrap();
    let output = check(&[]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert!(stdout(&output).contains("1 known"), "{}", stdout(&output));
    // The same with a file in another place.
    let elsewhere = folder.path().join("elsewhere.json");
    fs::rename(&file, &elsewhere).unwrap();
    let elsewhere = elsewhere.to_str().unwrap();
    assert_eq!(check(&[]).status.code(), Some(1));
    assert_eq!(check(&["--known-failures", elsewhere]).status.code(), Some(0));
    let rust = slymock(&["check", "--scenarios", root, "--known-failures", elsewhere]);
    assert_eq!(rust.status.code(), Some(1), "it passes now: {}", stdout(&rust));
    assert_eq!(check(&["--known-failures", elsewhere, "--fix-known"]).status.code(), Some(0));
    assert!(fs::read_to_string(elsewhere).unwrap().contains("idle.sh L1"), "its reason is kept");
}

#[test]
fn nothing_is_written_down_where_nobody_could_tell() {
    let (folder, _idle) = one_that_fails();
    let root = folder.path().to_str().unwrap();
    let nobody = slymock(&["check", "--scenarios", root, "--adapter", "false", "--fix-known"]);
    assert_eq!(nobody.status.code(), Some(2));
    assert!(stdout(&nobody).contains("broken  mine/one"), "the report is shown in spite of that");
    assert!(stderr(&nobody).contains("no client has sent `hello`"), "{}", stderr(&nobody));
    assert!(!folder.path().join("known-failures").exists());
    let idle = shlex::try_join(["sh", "-c", "exit 1"]).unwrap();
    could_not_run(
        &["check", "--adapter", &idle, "--known-failures", "nowhere/known.json", "--fix-known"],
        "cannot write nowhere/known.json",
    );
    could_not_run(&["check", "--known-failures", "nowhere/known.json"], "nowhere/known.json: No such file");
    let narrowed = slymock(&["check", "--fix-known", "wait"]);
    assert_eq!(narrowed.status.code(), Some(2));
    assert!(stderr(&narrowed).contains("--fix-known"), "{}", stderr(&narrowed));
}

#[test]
fn what_a_client_must_claim_is_named_when_it_does_not() {
    let (folder, idle) = one_that_fails();
    let root = folder.path().to_str().unwrap();
    let needs = folder.path().join("needs.json");
    let check =
        |set: &str| slymock(&["check", "--scenarios", root, "--adapter", &idle, "--requirements", set]);
    fs::write(&needs, json!({"about": "Odd.", "ops": ["task.info"]}).to_string()).unwrap();
    let rust = slymock(&["check", "--scenarios", root, "--requirements", needs.to_str().unwrap()]);
    assert_eq!(rust.status.code(), Some(0), "{}", stdout(&rust));
    assert!(stdout(&slymock(&["check", "--requirements", "legacy", "wait"])).contains("as expected"));
    let rust = slymock(&["check", "--scenarios", root, "--requirements", "raeding"]);
    assert_eq!(rust.status.code(), Some(2));
    assert!(stderr(&rust).contains("did you mean reading?"), "{}", stderr(&rust));
    fs::write(&needs, json!({"about": "Odd.", "ops": ["task.inof"]}).to_string()).unwrap();
    assert!(stderr(&check(needs.to_str().unwrap())).contains("unknown operation task.inof"));
    let reading =
        slymock(&["check", "--scenarios", root, "--adapter", RAISES_ONLY, "--requirements", "reading"]);
    assert_eq!(reading.status.code(), Some(1));
    assert!(stdout(&reading).contains("task.wait"), "{}", stdout(&reading));
}

/// A client that claims only `task.raise_for_status`.
const RAISES_ONLY: &str = r#"sh -c '
    echo "{\"t\":\"hello\",\"proto\":[1],\"client\":{\"name\":\"a\",\"version\":\"1.0.0\",\"language\":\"sh\"},\"ops\":[\"task.raise_for_status\"],\"clock\":[\"virtual\"]}"
    read -r probe; echo "{\"t\":\"unsupported\",\"id\":1}"
    read -r call; echo "{\"t\":\"result\",\"id\":2,\"lane\":\"main\",\"return\":null}"; read -r bye'"#;
