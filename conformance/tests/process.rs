//! Programs that violate the protocol: each breaks its scenario with a message about the violation, and no
//! process is left running.

#![cfg(target_os = "linux")]
#[path = "../../tests/common/excuse.rs"]
mod excuse;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::common::judged::judged;
use excuse::{skip, text_of};
use serde_json::json;
use slymock_conformance::adapter::Adapter;
use slymock_conformance::adapter::process::Process;
use slymock_conformance::outcome::{ScenarioOutcome, ScenarioVerdict, Verdict};
use slymock_conformance::run::{Bounds, run};
use slymock_conformance::scenario::{Case, read};
use tempfile::TempDir;

/// The parts of an honest adapter as shell functions: `hear` reads a line and sets `id`.
const HONEST: &str = r#"
say() { printf '%s\n' "$1"; }
hear() { IFS= read -r line || exit 0; id=${line#*\"id\":}; id=${id%%[,\}]*}; }
client='"client":{"name":"odd","version":"1.0.0","language":"sh"}'
hello() { say "{\"t\":\"hello\",\"proto\":[1],$client,\"ops\":[\"task.info\"],\"clock\":[\"virtual\"]}"; }
unsupported() { say "{\"t\":\"unsupported\",\"id\":$id}"; }
result() { say "{\"t\":\"result\",\"id\":$id,\"lane\":\"main\",\"return\":null}"; }
begin() { hello; hear; unsupported; hear; result; }
serve() { while :; do hear; case $line in *bye*) exit 0;; esac; result; done; }
"#;

/// Scenarios that only require the call to end.
fn cases(count: usize) -> Vec<Case> {
    let scenario = json!({
        "about": "A.", "why": "B", "anchor": "ends",
        "steps": [{"call": "task.info", "args": {"id": 7}, "as": "i"}],
        "expect": [{"id": "ends", "level": "must", "of": "i", "returns": {"any": true}}]});
    let case = read("odd/one", &scenario.to_string()).unwrap().remove(0);
    (0..count).map(|number| Case { id: format!("odd/{number}"), ..case.clone() }).collect()
}

/// A shell that runs this script.
fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{HONEST}\n{script}")]);
    command
}

/// Outcomes of scenarios with an adapter that runs this script, in which `$folder` is a folder of its own.
fn outcomes(count: usize, script: &str) -> (TempDir, Vec<ScenarioOutcome>) {
    let folder = tempfile::tempdir().unwrap();
    let script = format!("folder={}\necho $$ >> $folder/pids\n{script}", folder.path().display());
    let outcomes = judged(&cases(count), 1, &|say| Ok(Box::new(Process::start(shell(&script), say)?)));
    (folder, outcomes)
}

/// Reason why the only scenario is broken. Also asserts that no process of the adapter is left.
fn why(script: &str) -> String {
    let (folder, mut outcomes) = outcomes(1, script);
    nothing_is_left(folder.path());
    assert_eq!(outcomes[0].verdict, ScenarioVerdict::Broken, "{:?}", outcomes[0]);
    assert!(outcomes[0].checks.iter().all(|check| check.verdict == Verdict::Unobserved));
    outcomes.remove(0).why.unwrap()
}

fn pids(folder: &Path) -> Vec<i32> {
    let pids = fs::read_to_string(folder.join("pids")).unwrap();
    pids.lines().map(|pid| pid.parse().unwrap()).collect()
}

#[track_caller]
fn nothing_is_left(folder: &Path) {
    let pids = pids(folder);
    assert!(!pids.is_empty());
    for pid in pids {
        // A killed process does not disappear at once.
        let deadline = Instant::now() + Duration::from_secs(5);
        while is_there(pid) {
            assert!(Instant::now() < deadline, "{pid} is left");
            thread::yield_now();
        }
    }
}

/// True if the process runs. A zombie that its parent has not reaped does not count.
fn is_there(pid: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with('Z'))
}

#[track_caller]
fn broken(script: &str, expected: &str) {
    let why = why(script);
    assert!(why.contains(expected), "{why}");
}

#[test]
fn an_honest_one_passes() {
    let (folder, outcomes) = outcomes(3, "begin; serve");
    nothing_is_left(folder.path());
    assert!(outcomes.iter().all(|outcome| outcome.verdict == ScenarioVerdict::Pass), "{outcomes:?}");
    assert_eq!(pids(folder.path()).len(), 1, "one process serves all of them");
}

#[test]
fn one_that_is_no_program_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let plain = folder.path().join("plain");
    fs::write(&plain, "#!/bin/sh\n").unwrap();
    for (program, why) in [
        (Path::new("/no/such"), "No such file or directory (os error 2)"),
        (&plain, "Permission denied (os error 13)"),
        (folder.path(), "Permission denied (os error 13)"),
    ] {
        let make = |say| -> Result<Box<dyn Adapter>, String> {
            Ok(Box::new(Process::start(Command::new(program), say)?))
        };
        let why = format!("the adapter {} cannot be started: {why}", program.display());
        for jobs in [1, 3] {
            let error = run(&cases(3), jobs, Bounds::default(), &make, &|_, _, _| {}).unwrap_err();
            assert_eq!(error.to_string(), why);
        }
    }
}

#[test]
fn rubbish_is_shown() {
    let shown = "the adapter sent \"Hello!\", which is not a line of the protocol";
    broken("say Hello!; sleep 100", shown);
    broken("begin; hear; say Hello!; sleep 100", shown);
    broken("begin; hear; printf '\\n'; sleep 100", "sent \"\", which is not a line");
    broken(
        "begin; hear; say '{\"t\":\"result\",\"id\":3,\"lane\":\"main\"}'; serve",
        "needs one of `return`",
    );
    broken("begin; hear; say '{\"t\":\"slep\"}'; serve", "unknown variant `slep`");
    broken("begin; hear; head -c 17000000 /dev/zero | tr '\\0' x; serve", "a line of more than 16 MiB");
}

#[test]
fn one_that_dies_is_told_with_its_last_words() {
    broken("exit 3", "the adapter ended with exit code 3");
    broken("begin; hear; echo 'out of luck' >&2; exit 4", "exit code 4; its stderr ends with: out of luck");
    broken("begin; hear; kill -9 $$", "the adapter was ended by signal 9");
    broken("begin; hear; exec >&-; sleep 100", "the adapter closed its stdout");
    broken("begin; hear; result; exit 5", "the adapter ended with exit code 5");
}

#[test]
fn one_that_hangs_is_not_waited_for() {
    broken("sleep 100", "the adapter did not send `hello`");
    broken("hello; sleep 100", "did not send `unsupported` for the probe");
    broken("hello; hear; unsupported; sleep 100", "the first call, of task.info: the client was silent");
    broken("begin; hear; sleep 100", "the client was silent for 500 ms of real time");
    broken("begin; hear; (trap '' TERM HUP; sleep 100) & sleep 100", "the client was silent for 500 ms");
}

#[test]
fn one_that_answers_late_has_not_answered() {
    broken("begin; hear; sleep 2; result; serve", "the client was silent for 500 ms of real time");
}

#[test]
fn one_that_is_slow_because_it_computes_is_waited_for() {
    let busy = "begin; hear; timeout --foreground 1 sh -c 'while :; do :; done'; result; serve";
    let began = Instant::now();
    let (_folder, outcomes) = outcomes(1, busy);
    assert!(began.elapsed() >= Duration::from_secs(1));
    assert_eq!(outcomes[0].verdict, ScenarioVerdict::Pass, "{:?}", outcomes[0].why);
}

#[test]
fn one_that_answers_twice_breaks_the_scenario_of_the_call() {
    broken("begin; hear; result; result; serve", "the adapter sent the result of call 3 twice");
    let (_folder, outcomes) = outcomes(3, "begin; hear; result; first=$id; hear; id=$first; result; serve");
    assert_eq!(outcomes[0].why.as_deref(), Some("the adapter sent the result of call 3 twice"));
    broken(
        "begin; hear; id=99; result; serve",
        "the adapter sent the result of call 99 although that call is not running",
    );
}

#[test]
fn one_that_hangs_is_gone_before_another_one_is_started() {
    let script = "if [ -e $folder/hung ]; then
            if kill -0 $(head -n 1 $folder/pids) 2>/dev/null; then say 'It is still there'; fi
            begin; serve
        else touch $folder/hung; begin; hear; exec sleep 100; fi";
    let (_folder, outcomes) = outcomes(2, script);
    assert_eq!(outcomes[0].verdict, ScenarioVerdict::Broken);
    assert_eq!(outcomes[1].verdict, ScenarioVerdict::Pass, "{:?}", outcomes[1].why);
}

#[test]
fn what_it_says_on_stderr_is_shown_without_tokens() {
    let shown = why("begin; hear; echo \"$line\" >&2; exit 1");
    assert!(shown.contains("\"token\":\"<token>\"") && shown.contains("http://<server>"), "{shown}");
    let shown = why("begin; hear; result; echo \"$line\" >&2; exit 1");
    assert!(shown.contains("\"token\":\"<token>\""), "{shown}");
}

#[test]
fn one_that_claims_what_it_lacks_is_found_out() {
    broken("hello; hear; result; serve", "answered the probe for the unknown operation task.");
    let claims = "the adapter claims task.info in its `hello`, but answered a call of it with `unsupported`";
    broken("begin; hear; unsupported; serve", claims);
    let hello = |ops: &str| {
        format!(
            r#"say "{{\"t\":\"hello\",\"proto\":[1],$client,\"ops\":[{ops}],\"clock\":[\"virtual\"]}}"; sleep 100"#
        )
    };
    broken(&hello(r#"\"task.inof\""#), "claims the unknown operation task.inof; did you mean task.info?");
    broken(&hello(""), "the adapter's `hello` has no operations");
    broken("hello; hello; hear; unsupported; sleep 100", "answered the probe");
    let long = "client='\"client\":{\"name\":\"'$(head -c 201 /dev/zero | tr '\\0' x)'\",\"version\":\"1\",\"language\":\"sh\"}'";
    broken(
        &format!("{long}; hello; sleep 100"),
        "the name, version or language of the client is longer than 200 bytes",
    );
    broken("begin; hear; hello; serve", "sent `hello` a second time");
    broken(
        "say \"{\\\"t\\\":\\\"unsupported\\\",\\\"id\\\":1}\"; sleep 100",
        "the first line of the adapter is not `hello`",
    );
}

#[test]
fn one_that_says_something_else_when_it_is_started_again_is_left_alone() {
    let script =
        "[ -e $folder/again ] && client='\"client\":{\"name\":\"b\",\"version\":\"2\",\"language\":\"sh\"}'
        touch $folder/again; begin; hear; exit 1";
    let (folder, outcomes) = outcomes(3, script);
    nothing_is_left(folder.path());
    assert!(outcomes[0].why.as_ref().unwrap().contains("exit code 1"));
    assert!(
        outcomes[1].why.as_ref().unwrap().contains("`hello` differs from the one at its first start"),
        "{:?}",
        outcomes[1].why
    );
    assert!(outcomes.iter().all(|outcome| outcome.verdict == ScenarioVerdict::Broken));
}

#[test]
fn stderr_may_be_long_and_not_endless() {
    let much = "begin; hear; head -c 8000000 /dev/zero | tr '\\0' x >&2; result; serve";
    let (_folder, outcomes) = outcomes(2, much);
    assert!(outcomes.iter().all(|outcome| outcome.verdict == ScenarioVerdict::Pass), "{outcomes:?}");
    broken("begin; hear; yes flood >&2", "the adapter floods stderr: more than 16 MiB in one scenario");
}

#[test]
fn one_that_does_not_go_is_killed_with_all_that_it_started() {
    let stays = "sleep 100 & echo $! >> $folder/pids; trap '' TERM; begin; hear; result; hear; sleep 100";
    broken(stays, "the adapter did not end within 2 s of `bye` and was killed");
    let (folder, outcomes) = outcomes(1, "sleep 100 & echo $! >> $folder/pids; begin; serve");
    assert_eq!(outcomes[0].verdict, ScenarioVerdict::Pass);
    nothing_is_left(folder.path());
}

#[test]
fn how_it_goes_is_looked_at() {
    broken("begin; hear; result; exit 3", "the adapter ended with exit code 3");
    broken("begin; hear; result; hear; say Traceback", "the adapter sent \"Traceback\", which is not a line");
    broken("begin; hear; result; hear; exit 5", "the adapter ended with exit code 5 after `bye`");
    broken("begin; hear; result; hear; id=9; result", "the adapter sent the result of call 9");
}

#[test]
fn lines_without_end_are_stopped() {
    let lane = r#"say '{\"t\":\"lane\",\"lane\":\"main\",\"open\":\"'$n'\"}'"#.replace("\\\"", "\"");
    broken(
        &format!("begin; hear; n=0; while :; do n=$((n + 1)); {lane}; done"),
        "opens more than 1000 lanes",
    );
    let awake = r#"yes '{"t":"awake","lane":"main"}'"#;
    broken(&format!("begin; hear; {awake}"), "sends more than 100000 lines in one scenario");
    let log = r#"x=$(head -c 8000000 /dev/zero | tr '\0' x); while :; do
        printf '{"t":"log","lane":"main","level":"info","text":"%s"}\n' $x; done"#;
    broken(&format!("begin; hear; {log}"), "the adapter floods stdout: more than 64 MiB");
}

#[test]
fn one_that_says_something_now_and_then_is_not_waited_for_without_end() {
    let mut case = cases(1).remove(0);
    case.scenario.budget.real_ms = 100;
    let drip = r#"begin; hear; while :; do
        say "{\"t\":\"log\",\"lane\":\"main\",\"level\":\"info\",\"text\":\"x\"}"; sleep 0.02; done"#;
    let outcome = judged(&[case], 1, &|say| Ok(Box::new(Process::start(shell(drip), say)?))).remove(0);
    assert_eq!(outcome.verdict, ScenarioVerdict::Runaway);
    assert_eq!(outcome.why.as_deref(), Some("it runs for more than 1000 ms of real time"));
}

#[test]
fn one_whose_child_holds_its_pipes_is_told_by_how_it_ended() {
    broken("begin; hear; sleep 100 & exit 3", "the adapter ended with exit code 3");
    broken("sleep 100 & exit 4", "the adapter ended with exit code 4");
}

#[test]
fn one_that_leaves_its_group_is_ended_all_the_same() {
    let what = "the test of an adapter that leaves its group";
    match Command::new("python3").args(["-c", "pass"]).output() {
        Ok(output) if output.status.success() => {}
        Ok(output) => return skip(what, text_of(&output)),
        Err(why) => return skip(what, why),
    }
    let leaves = "begin; hear; exec python3 -c 'import os, time; os.setpgid(0, os.getpgid(os.getppid())); time.sleep(100)'";
    let (folder, outcomes) = outcomes(1, leaves);
    nothing_is_left(folder.path());
    assert_eq!(outcomes[0].verdict, ScenarioVerdict::Broken);
}

#[test]
fn one_that_is_only_there_once_is_told_of() {
    let once = "mkdir $folder/lock 2>/dev/null || { echo 'already running' >&2; exit 4; }; begin; serve";
    let folder = tempfile::tempdir().unwrap();
    let script = format!("folder={}\n{once}", folder.path().display());
    let ran = run(
        &cases(4),
        2,
        Bounds::default(),
        &|say| Ok(Box::new(Process::start(shell(&script), say)?)),
        &|_, _, _| {},
    );
    let why = ran.unwrap().given_up.unwrap();
    assert_eq!(why, "the adapter ended with exit code 4; its stderr ends with: already running");
}

#[test]
fn one_that_breaks_down_again_and_again_is_left_alone() {
    let (folder, outcomes) = outcomes(20, "begin; hear; exit 1");
    nothing_is_left(folder.path());
    assert!(outcomes.iter().all(|outcome| outcome.verdict == ScenarioVerdict::Broken));
    assert_eq!(pids(folder.path()).len(), 5);
    assert_eq!(outcomes[4].why.as_deref(), Some("the adapter ended with exit code 1"));
    let last = outcomes[19].why.as_ref().unwrap();
    assert!(last.starts_with("it broke down in 5 scenarios in a row; the last reason: "), "{last}");
}

#[test]
fn one_that_breaks_down_now_and_then_is_started_again() {
    let (folder, outcomes) = outcomes(8, "begin; hear; result; hear; exit 1");
    let passed = outcomes.iter().filter(|outcome| outcome.verdict == ScenarioVerdict::Pass).count();
    assert_eq!((passed, pids(folder.path()).len()), (4, 4));
}

#[test]
fn a_lane_of_the_clients_own_pauses_beside_the_call() {
    let lane = |what: &str| format!("say '{{\"t\":\"lane\",\"lane\":\"main\",{what}}}'");
    let sleep = |lane: &str, ms: u64| format!("say '{{\"t\":\"sleep\",\"lane\":\"{lane}\",\"ms\":{ms}}}'");
    let script = format!(
        "begin; hear; call=$id; {}; {}; {}; hear; case $line in *poller*) ;; *) exit 6;; esac; {}; hear; id=$call; \
         result; serve",
        lane("\"open\":\"poller\""),
        sleep("main", 1000),
        sleep("poller", 400),
        lane("\"close\":\"poller\""),
    );
    let (_folder, outcomes) = outcomes(1, &script);
    assert_eq!(outcomes[0].verdict, ScenarioVerdict::Pass, "{:?}", outcomes[0].why);
    let last = outcomes[0].events.last().unwrap();
    assert_eq!(last.at_ms, 1000);
    let lanes: Vec<_> = outcomes[0].events.iter().map(|event| event.lane.as_str()).collect();
    assert_eq!(lanes, ["main", "main", "poller", "main"]);
    broken(
        &format!("begin; hear; {}; serve", lane("\"open\":\"main\"")),
        "opens \"main\", which is already open",
    );
    broken(&format!("begin; hear; {}; serve", lane("\"close\":\"x\"")), "closes \"x\", which is not open");
    // Both in one write, because after the first alone the kit would let the pause pass.
    let both = format!("say \"$({}; {})\"", sleep("main", 5), sleep("main", 5));
    broken(&format!("begin; hear; {both}; serve"), "which already pauses");
    broken(&format!("begin; hear; {}; serve", sleep("elsewhere", 5)), "uses the lane \"elsewhere\"");
}
