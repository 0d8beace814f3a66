//! Ends of the command and the files that it leaves: signals, delayed requests, full disks, paths that are
//! not files.

#![cfg(target_os = "linux")]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::running::{Running, gone, names};
use rustix::process::Signal;
use serde_json::{Value, json};

const SLYMOCK: &str = env!("CARGO_BIN_EXE_slymock");
/// Grace period for requests in flight when the server ends, plus time to save the world after it.
const GRACE: Duration = Duration::from_secs(2 + 3);

/// A shell that runs some words and then becomes `slymock`.
fn after(words: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{words}; exec \"$0\" \"$@\""), SLYMOCK]).args(arguments);
    command
}

/// Runs a command that ends at once and returns its exit code, stdout and stderr.
#[track_caller]
fn ends(mut command: Command) -> (Option<i32>, String, String) {
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let status = gone(&mut child);
    let (mut out, mut errors) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    (status.code(), out, errors)
}

#[test]
fn each_signal_that_ends_it_saves_the_world() {
    for signal in [Signal::HUP, Signal::INT, Signal::TERM] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("world.json");
        let running = Running::serve(&["--save-world", file.to_str().unwrap()]);
        running.signal(signal);
        assert_eq!(running.gone().0.code(), Some(0), "{signal:?}");
        let world: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        assert_eq!(world["tasks"][0]["id"], 121_230, "{signal:?}");
    }
}

#[test]
fn who_was_started_to_ignore_a_hang_up_goes_on_ignoring_it() {
    let running = Running::start(after("trap '' HUP", &["serve", "--port", "0"]));
    running.signal(Signal::HUP);
    let status = fs::read_to_string(format!("/proc/{}/status", running.child.id())).unwrap();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
    let ignored = u64::from_str_radix(ignored.trim(), 16).unwrap();
    assert_eq!(ignored >> (Signal::HUP.as_raw() - 1) & 1, 1);
    assert!(running.ask("GET", "/_slymock/health", "").starts_with("HTTP/1.1 200"));
    running.signal(Signal::TERM);
    assert_eq!(running.gone().0.code(), Some(0));
}

#[test]
fn another_interrupt_ends_it_at_once_and_leaves_the_file_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("world.json");
    fs::write(&file, "old").unwrap();
    let mut running = Running::serve(&["--save-world", file.to_str().unwrap()]);
    let mut held = running.send(&holds(&running, "a slow reader"));
    // The server may respond to another connection before it reads this one; the start of the response shows
    // that this one is in flight.
    held.read_exact(&mut [0]).unwrap();
    while running.child.try_wait().unwrap().is_none() {
        running.signal(Signal::INT);
        thread::yield_now();
    }
    let (status, errors) = running.gone();
    assert_eq!(status.signal(), Some(Signal::INT.as_raw()), "{status}: {errors}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "old");
    assert_eq!(names(folder.path()), ["world.json"]);
}

/// A request without a complete response for the life of a server, after the setup that causes it.
fn holds(running: &Running, what: &str) -> String {
    let control = |path: &str, body: Value| {
        let verb = if path.ends_with("/app") { "PUT" } else { "POST" };
        let answer = running.ask(verb, &format!("/_slymock/{path}"), &body.to_string());
        assert!(answer.starts_with("HTTP/1.1 2"), "{answer}");
        answer
    };
    let info = |with: Value| {
        control("faults", json!({"on": {"method": "tasks.info"}, "do": with}));
        running.request("POST", "/public/api/v3/tasks.info", r#"{"id": 121230}"#)
    };
    match what {
        "a hang" => info(json!({"hang": true})),
        "a delay" => info(json!({"delay_ms": 600_000})),
        "a slow reply" => info(json!({"dribble_bytes_per_s": 1})),
        "an endless reply" => running.request("POST", "/agent/GetGeneralEventsStream", "{}"),
        "a slow reader" => {
            control("stubs", json!({"method": "images.list", "reply": "x".repeat(4 << 20)}));
            running.request("POST", "/public/api/v3/images.list", "{}").repeat(16)
        }
        "half a body" => {
            let whole = running.request("POST", "/public/api/v3/tasks.info", r#"{"id": 121230}"#);
            whole[..whole.len() - 1].to_owned()
        }
        "half a head" => "POST /public/api/v3/tasks.info HTTP/1.1\r\nHo".to_owned(),
        "nothing" => String::new(),
        command => {
            let (silent, visit) = (TcpListener::bind("127.0.0.1:0").unwrap(), command == "a visit");
            let app = format!("http://{}", silent.local_addr().unwrap());
            // Accepts connections and never responds while this process lives.
            std::mem::forget(silent);
            let made = control("tasks", json!({"workspaceId": 23821, "status": "started"}));
            let made = made.split_once("\r\n\r\n").unwrap().1;
            let id = serde_json::from_str::<Value>(made).unwrap()["ids"][0].as_u64().unwrap();
            control(&format!("tasks/{id}/app"), json!({"forward_to": app}));
            if !visit {
                let body = json!({"taskId": id, "command": "ask"});
                return running.request("POST", "/public/api/v3/tasks.request.direct", &body.to_string());
            }
            let world = running.ask("GET", "/_slymock/world", "");
            let world: Value = serde_json::from_str(world.split_once("\r\n\r\n").unwrap().1).unwrap();
            let task = world["tasks"].as_array().unwrap().iter().find(|task| task["id"] == id).unwrap();
            let session = task["meta"]["sessionToken"].as_str().unwrap();
            running.request("POST", &format!("/net/{session}/ask"), "{}")
        }
    }
}

const HELD: [&str; 10] = [
    "a hang",
    "a delay",
    "a slow reply",
    "an endless reply",
    "a slow reader",
    "half a body",
    "half a head",
    "nothing",
    "a command",
    "a visit",
];

#[test]
fn no_request_that_is_held_up_holds_up_the_end() {
    thread::scope(|scope| {
        for what in HELD {
            scope.spawn(move || {
                let folder = tempfile::tempdir().unwrap();
                let file = folder.path().join("world.json");
                let running = Running::serve(&["--save-world", file.to_str().unwrap()]);
                let _held = running.send(&holds(&running, what));
                // A response to this shows that the server has read everything before it.
                assert!(running.ask("GET", "/_slymock/health", "").contains("200 OK"));
                let told = Instant::now();
                running.signal(Signal::TERM);
                assert_eq!(running.gone().0.code(), Some(0), "{what}");
                assert!(told.elapsed() < GRACE, "{what}: {:?}", told.elapsed());
                assert_eq!(names(folder.path()), ["world.json"], "{what}");
            });
        }
    });
}

#[test]
fn a_request_that_is_held_up_does_not_hold_up_the_end_of_exec_either() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("world.json");
    let mut command = Command::new(SLYMOCK);
    command.args(["exec", "--save-world", file.to_str().unwrap(), "--", "sh", "-c"]);
    command.arg("env | grep ^SERVER_ADDRESS=; env | grep ^API_TOKEN=; read -r line; exit 7");
    let mut running = Running::start(command);
    let held: Vec<_> = HELD.iter().map(|what| running.send(&holds(&running, what))).collect();
    assert!(running.ask("GET", "/_slymock/health", "").contains("200 OK"));
    let told = Instant::now();
    running.child.stdin.take().unwrap().write_all(b"end\n").unwrap();
    assert_eq!(running.gone().0.code(), Some(7));
    assert!(told.elapsed() < GRACE, "{:?}", told.elapsed());
    assert_eq!(names(folder.path()), ["world.json"]);
    drop(held);
}

#[test]
fn what_is_no_file_is_refused_at_once_wherever_one_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (pipe, own) = (path("pipe.json"), path("own"));
    fs::create_dir_all(Path::new(&own).join("mine")).unwrap();
    fs::create_dir_all(Path::new(&own).join("known-failures")).unwrap();
    let (scenario, known) = (format!("{own}/mine/one.json"), format!("{own}/known-failures/one.json"));
    let promises = format!("{own}/promises.json");
    for pipe in [&pipe, &scenario, &known, &promises] {
        assert!(Command::new("mkfifo").arg(pipe).status().unwrap().success());
    }
    let refused = |arguments: &[&str], named: &str| {
        let mut command = Command::new(SLYMOCK);
        command.args(arguments);
        let (code, out, errors) = ends(command);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}: {errors}");
        assert_eq!(errors.lines().count(), 1, "{errors}");
        assert!(
            errors.contains(named) && errors.contains("not a file but a pipe"),
            "{arguments:?}: {errors}"
        );
    };
    refused(&["serve", "--port", "0", "--world", &pipe], &pipe);
    refused(&["exec", "--world", &pipe, "--", "true"], &pipe);
    refused(&["methods", "--world", &pipe], &pipe);
    refused(&["serve", "--port", "0", "--lifecycle", &pipe], &pipe);
    refused(&["serve", "--port", "0", "--save-world", &pipe], &pipe);
    refused(&["serve", "--port", "0", "--ready-file", &pipe], &pipe);
    refused(&["bench", "--json", &pipe], &pipe);
    refused(&["check", &pipe], &pipe);
    refused(&["scenarios", "lint", &pipe], &pipe);
    refused(&["check", "--scenarios", &own], &scenario);
    for option in ["--json", "--junit", "--markdown", "--known-failures", "--requirements"] {
        refused(&["check", "wait/polls-until-finished", option, &pipe], &pipe);
    }
    fs::remove_file(&scenario).unwrap();
    let one = include_str!("../scenarios/wait/polls-until-finished.json");
    fs::write(&scenario, one).unwrap();
    refused(&["check", "--scenarios", &own], &known);
    refused(&["scenarios", "lint", "--scenarios", &own], &promises);
}

#[test]
fn a_stream_that_a_shell_hands_over_is_read() {
    let world = r#"{"stubs": {"images.list": []}}"#;
    for script in [
        format!("\"$0\" methods --world <(echo '{world}')"),
        format!("echo '{world}' | \"$0\" methods --world /dev/stdin"),
    ] {
        let mut command = Command::new("bash");
        command.args(["-c", &script, SLYMOCK]);
        let (code, out, errors) = ends(command);
        assert_eq!(code, Some(0), "{errors}");
        assert!(out.contains("images.list "), "{out}");
    }
}

/// Limits files to 4 KiB: eight blocks of a POSIX shell.
const SMALL: &str = "ulimit -f 8";

#[test]
fn a_world_that_does_not_fit_is_named_and_the_old_one_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (folder.path().join("old.json"), folder.path().join("new.json"));
    fs::write(&old, "old").unwrap();
    for (file, fate, left) in
        [(&old, "the file is unchanged", vec!["old.json"]), (&new, "no file was written", vec!["old.json"])]
    {
        let file = file.to_str().unwrap();
        let command = after(SMALL, &["serve", "--port", "0", "--seed", "1", "--save-world", file]);
        let running = Running::start(command);
        let why = format!("{file}: File too large (os error 27); {fate}");
        let answer = running.ask("POST", "/_slymock/save", "{}");
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains(&why), "{answer}");
        running.signal(Signal::TERM);
        let (status, errors) = running.gone();
        assert_eq!(errors, format!("seed 1\nslymock: cannot write {why}\n"));
        assert_eq!(status.code(), Some(2));
        assert_eq!(names(folder.path()), left);
    }
    assert_eq!(fs::read_to_string(&old).unwrap(), "old");
}

#[test]
fn a_report_that_does_not_fit_is_named_and_the_old_one_stays() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run");
    let path = file.to_str().unwrap();
    for option in ["--json", "--junit"] {
        fs::write(&file, "old").unwrap();
        let (code, _, errors) = ends(after(SMALL, &["check", "wait", option, path]));
        let why =
            format!("slymock: cannot write {path}: File too large (os error 27); the file is unchanged\n");
        assert_eq!((code, errors), (Some(2), why));
        assert_eq!(fs::read_to_string(&file).unwrap(), "old");
        assert_eq!(names(folder.path()), ["run"]);
    }
}

#[test]
fn what_a_save_left_that_was_killed_goes_with_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("world.json");
    fs::write(folder.path().join(".slymock-save-abcdefghijkl.tmp"), "half").unwrap();
    let running = Running::serve(&["--save-world", file.to_str().unwrap()]);
    running.signal(Signal::TERM);
    assert_eq!(running.gone().0.code(), Some(0));
    assert_eq!(names(folder.path()), ["world.json"]);
}

#[test]
fn reports_and_worlds_keep_the_mode_of_the_file_that_they_replace() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| {
        let file = folder.path().join(name);
        fs::write(&file, "{}").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let files = ["world", "run.json", "run.xml", "run.md"].map(file);
    let [world, json, junit, markdown] = &files;
    let running = Running::serve(&["--save-world", world]);
    running.signal(Signal::TERM);
    assert_eq!(running.gone().0.code(), Some(0));
    let mut check = Command::new(SLYMOCK);
    check.args([
        "check",
        "wait/polls-until-finished",
        "--json",
        json,
        "--junit",
        junit,
        "--markdown",
        markdown,
    ]);
    assert_eq!(ends(check).0, Some(0));
    for file in files {
        let there = fs::metadata(&file).unwrap();
        assert_eq!(there.permissions().mode() & 0o7777, 0o600, "{file}");
        assert!(there.len() > 2, "{file}");
    }
}
