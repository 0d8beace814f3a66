//! `slymock exec` as a process: the environment of the command, its signals and exit code, and the files
//! left.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead as _, BufReader, ErrorKind};
use std::net::TcpStream;
use std::os::unix::ffi::OsStrExt as _;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use crate::common::seed::seed_status;
use crate::common::{could_not_run, slymock, stderr, stdout};
use serde_json::{Value, json};

/// Prints each signal and ends at the first SIGHUP. It waits for signals one by one, so that none is lost;
/// the alarm ends it if a failed test leaves it running.
const TELLS_SIGNALS: &str = "
import signal, sys
told = {signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP}
signal.pthread_sigmask(signal.SIG_BLOCK, told)
signal.alarm(60)
print('ready', flush=True)
while True:
    name = signal.Signals(signal.sigwait(told)).name
    print(name, flush=True)
    if name == 'SIGHUP':
        sys.exit(9)
";

/// Runs its arguments in a terminal of their own, types Ctrl-C and Ctrl-\ there, sends the other signals to
/// their process alone, and prints the output on the terminal and the exit code. The process is stopped until
/// the child has printed the typed signals, because an earlier forwarded signal would be merged with a typed
/// one and go unnoticed.
const TYPES_CTRL_C: &str = r"
import os, pty, signal, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
signal.alarm(60)
modes = termios.tcgetattr(terminal)
modes[3] &= ~termios.ECHO
termios.tcsetattr(terminal, termios.TCSANOW, modes)
lines = open(terminal, 'rb', buffering=0)
def until(wanted):
    line = None
    while line != wanted:
        line = lines.readline().decode().strip()
        print(line)
until('ready')
for key, name in ((b'\x03', 'SIGINT'), (b'\x1c', 'SIGQUIT')):
    os.kill(pid, signal.SIGSTOP)
    os.waitpid(pid, os.WUNTRACED)
    os.write(terminal, key)
    until(name)
    os.kill(pid, signal.SIGCONT)
os.kill(pid, signal.SIGTERM)
until('SIGTERM')
os.kill(pid, signal.SIGHUP)
until('SIGHUP')
print(os.WEXITSTATUS(os.waitpid(pid, 0)[1]))
";

/// Adds a task through the control API, without a proxy of the developer's environment.
const ADDS_A_TASK: &str = "
import os, urllib.request as u
body = b'{\"workspaceId\": 23821, \"lifecycle\": \"realistic\"}'
u.build_opener(u.ProxyHandler({})).open(os.environ['SERVER_ADDRESS'] + '/_slymock/tasks', body)
";

/// Ignores SIGCHLD and becomes its arguments.
const IGNORES_CHILDREN: &str = "
import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
os.execv(sys.argv[1], sys.argv[1:])
";

/// Finds a Python. Without one a test is skipped with a message, like the SDK's suite.
fn python() -> Option<Command> {
    let there = Command::new("python3").arg("-V").stdout(Stdio::null()).status();
    if there.is_err() {
        assert!(env::var_os("CI").is_none_or(|ci| ci != "true"), "there is no python3");
        eprintln!("SKIPPED: there is no python3");
    }
    there.ok().map(|_| Command::new("python3"))
}

fn sh(options: &[&str], script: &str) -> Output {
    slymock(&[&["exec"], options, &["--", "sh", "-c", script]].concat())
}

/// A command under `slymock exec` that has printed its first line.
struct Running {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

fn start(options: &[&str], command: &[&str]) -> Running {
    let mut slymock = Command::new(env!("CARGO_BIN_EXE_slymock"));
    slymock.arg("exec").args(options).arg("--").args(command);
    let mut child =
        slymock.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    Running { child, lines }
}

/// Kills the process when a test fails.
impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    fn line(&mut self) -> String {
        self.lines.next().unwrap().unwrap()
    }

    fn send(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Returns the rest of its output, and its exit code.
    fn end(mut self) -> (Vec<String>, Option<i32>) {
        drop(self.child.stdin.take());
        let rest = self.lines.by_ref().map(Result::unwrap).collect();
        (rest, self.child.wait().unwrap().code())
    }
}

#[test]
fn the_exit_code_is_the_commands() {
    for code in [0, 2, 7, 255] {
        let output = sh(&["--seed", "42"], &format!("echo out; exit {code}"));
        assert_eq!(output.status.code(), Some(code));
        assert_eq!((stdout(&output), stderr(&output)), ("out\n".to_owned(), "seed 42\n".to_owned()));
    }
}

#[test]
fn a_command_that_a_signal_killed_ends_as_in_a_shell() {
    for (signal, code) in [("KILL", 137), ("TERM", 143), ("INT", 130)] {
        assert_eq!(sh(&[], &format!("kill -{signal} $$")).status.code(), Some(code), "{signal}");
    }
}

#[test]
fn the_fake_answers_as_long_as_the_command_runs() {
    let script =
        r#"echo "$SERVER_ADDRESS"; echo "$API_TOKEN"; env | grep ^SUPERVISELY_SKIP; read line; exit 3"#;
    let mut running = start(&[], &["sh", "-c", script]);
    let (address, token) = (running.line(), running.line());
    assert_eq!(running.line(), "SUPERVISELY_SKIP_HTTPS_USER_HELPER_CHECK=true");
    assert_eq!(seed_status(&address, &token), slymock_client::Status::Finished);
    assert_eq!(running.end(), (vec![], Some(3)));
    let gone = TcpStream::connect(address.strip_prefix("http://").unwrap()).unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::ConnectionRefused);
}

#[test]
fn arguments_and_input_reach_the_command_as_they_are() {
    let given = ["--seed", "x", "--", "a b", "*", "$HOME", "", "-h"];
    let output = slymock(&[&["exec", "--", "printf", "%s\\n"], &given[..]].concat());
    assert_eq!(stdout(&output).lines().collect::<Vec<_>>(), given);
    let mut bytes = Command::new(env!("CARGO_BIN_EXE_slymock"));
    bytes.args(["exec", "--", "printf", "%s"]).arg(OsStr::from_bytes(b"\xff"));
    assert_eq!(bytes.output().unwrap().stdout, b"\xff");
    let mut running = start(&[], &["cat"]);
    std::io::Write::write_all(running.child.stdin.as_mut().unwrap(), b"typed\n").unwrap();
    assert_eq!(running.end(), (vec!["typed".to_owned()], Some(0)));
}

#[test]
fn the_command_may_open_as_many_files_as_without_the_fake() {
    let script = r#"ulimit -Sn 256; exec "$0" exec -- sh -c "ulimit -Sn""#;
    let output = Command::new("sh").args(["-c", script, env!("CARGO_BIN_EXE_slymock")]).output().unwrap();
    assert_eq!(stdout(&output), "256\n");
}

#[test]
fn the_options_of_serve_are_taken_and_the_world_is_saved_at_the_end() {
    if python().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (saved, ready) = (file("world.json"), file("ready"));
    let mut options =
        vec!["exec", "--clock", "manual", "--seed", "5", "--strict", "--lifecycle", "realistic"];
    options.extend(["--save-world", &saved, "--ready-file", &ready, "--", "python3", "-c", ADDS_A_TASK]);
    let output = slymock(&options);
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), "seed 5\n".to_owned()));
    let tasks = |world: &Value| world["tasks"].as_array().unwrap().len();
    let world: Value = serde_json::from_slice(&fs::read(&saved).unwrap()).unwrap();
    let untouched = sh(&["--save-world", &file("untouched.json")], "exit 4");
    assert_eq!(untouched.status.code(), Some(4));
    let before: Value = serde_json::from_slice(&fs::read(file("untouched.json")).unwrap()).unwrap();
    assert_eq!(tasks(&world), tasks(&before) + 1);
    assert!(fs::read_to_string(&ready).unwrap().starts_with("http://127.0.0.1:"));
}

#[test]
fn a_world_that_cannot_be_saved_does_not_hide_how_the_command_failed() {
    for (code, ours) in [(0, 2), (7, 7)] {
        let folder = tempfile::tempdir().unwrap();
        let saved = folder.path().join("world.json");
        let script = format!("rm -r '{}'; exit {code}", folder.path().display());
        let output = sh(&["--seed", "5", "--save-world", saved.to_str().unwrap()], &script);
        assert_eq!(output.status.code(), Some(ours));
        let errors = stderr(&output);
        assert!(
            errors.starts_with("seed 5\nslymock: cannot write ") && errors.lines().count() == 2,
            "{errors}"
        );
    }
}

#[test]
fn exec_says_in_one_line_why_it_cannot_start() {
    could_not_run(&["exec", "--", "no-such-command", "x"], "cannot start no-such-command");
    could_not_run(&["exec", "--", "/"], "cannot start /: Permission denied");
    could_not_run(&["exec", "--save-world", "/nonexistent/world.json", "--", "true"], "/nonexistent");
    could_not_run(&["exec", "--world", "/nonexistent", "--", "true"], "/nonexistent");
    for usage in [&["exec"][..], &["exec", "--"], &["exec", "true"]] {
        let output = slymock(usage);
        assert_eq!(output.status.code(), Some(2), "{usage:?}");
        assert!(stderr(&output).contains("Usage: slymock exec") && output.stdout.is_empty(), "{output:?}");
    }
}

#[test]
fn a_signal_to_slymock_alone_is_handed_on_once_each_time() {
    if python().is_none() {
        return;
    }
    let mut running = start(&[], &["python3", "-c", TELLS_SIGNALS]);
    assert_eq!(running.line(), "ready");
    for (signal, told) in [("-TERM", "SIGTERM"), ("-INT", "SIGINT"), ("-TERM", "SIGTERM")] {
        running.send(signal);
        assert_eq!(running.line(), told);
    }
    running.send("-HUP");
    assert_eq!(running.end(), (vec!["SIGHUP".to_owned()], Some(9)));
}

#[test]
fn ctrl_c_at_a_terminal_reaches_the_command_once() {
    let Some(mut driver) = python() else { return };
    driver.args(["-c", TYPES_CTRL_C, env!("CARGO_BIN_EXE_slymock"), "exec", "--seed", "5", "--"]);
    let output = driver.args(["python3", "-c", TELLS_SIGNALS]).output().unwrap();
    let told = stdout(&output);
    let told: Vec<_> = told.lines().filter(|line| *line != "seed 5").collect();
    assert_eq!(told, ["ready", "SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "9"], "{}", stderr(&output));
}

#[test]
fn a_signal_that_is_ignored_from_the_start_stays_so_for_the_command() {
    let script = r#"trap "" HUP; exec "$0" exec -- sh -c 'kill -HUP $$; kill -HUP $PPID; echo alive'"#;
    let output = Command::new("sh").args(["-c", script, env!("CARGO_BIN_EXE_slymock")]).output().unwrap();
    assert_eq!((stdout(&output), output.status.code()), ("alive\n".to_owned(), Some(0)));
}

#[test]
fn the_exit_code_comes_through_where_whoever_starts_us_ignores_children() {
    let Some(mut parent) = python() else { return };
    parent.args(["-c", IGNORES_CHILDREN, env!("CARGO_BIN_EXE_slymock"), "exec", "--", "sh", "-c", "exit 5"]);
    assert_eq!(parent.output().unwrap().status.code(), Some(5));
}

/// Value of a variable for a command under `exec`, if it is set.
fn value_of(options: &[&str], own: &[(&str, &str)], name: &str) -> Option<String> {
    let mut exec = Command::new(env!("CARGO_BIN_EXE_slymock"));
    exec.arg("exec").args(options).args(["--", "printenv", name]).envs(own.iter().copied());
    let output = exec.output().unwrap();
    output.status.success().then(|| stdout(&output).trim_end().to_owned())
}

#[test]
fn the_ids_are_those_of_the_world_that_is_served() {
    let ids = ["TEAM_ID", "WORKSPACE_ID", "AGENT_ID"];
    let own = ids.map(|name| (name, "7"));
    let ids_with = |options: &[&str]| ids.map(|name| value_of(options, &own, name));
    assert_eq!(ids_with(&[]), ["16087", "23821", "1"].map(|id| Some(id.to_owned())));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("world.json");
    let bare =
        ["agents", "apps", "projects", "models", "files", "tasks"].map(|name| (name.to_owned(), json!([])));
    let mut world = Value::Object(bare.into_iter().collect());
    world["teams"] = json!([{"id": 9, "name": "b"}, {"id": 4, "name": "a"}]);
    world["workspaces"] = json!([{"id": 12, "name": "d", "teamId": 4}, {"id": 11, "name": "c", "teamId": 9}]);
    fs::write(&file, world.to_string()).unwrap();
    let first = [Some("4".to_owned()), Some("11".to_owned()), None];
    assert_eq!(ids_with(&["--world", file.to_str().unwrap()]), first);
}

#[test]
fn variables_that_lead_to_another_server_are_taken_away_and_all_others_stay() {
    for name in
        ["SUPERVISELY_API_SERVER_ADDRESS", "context.spawnApiToken", "context.teamId", "CONTEXT_TEAMID"]
    {
        assert_eq!(value_of(&[], &[(name, "x")], name), None, "{name}");
    }
    for (name, value) in
        [("HTTP_PROXY", "http://proxy:3128"), ("SUPERVISELY_TASK_ID", "121230"), ("PROJECT_ID", "1")]
    {
        assert_eq!(value_of(&[], &[(name, value)], name).as_deref(), Some(value));
    }
    let ours = "corp.example,127.0.0.1,localhost,::1";
    for name in ["NO_PROXY", "no_proxy"] {
        let own = [("NO_PROXY", "corp.example"), ("no_proxy", "")];
        assert_eq!(value_of(&[], &own, name).as_deref(), Some(ours), "{name}");
    }
}
