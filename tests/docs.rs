//! Runs docs/control-api.md: each shell block runs against a server, and its output must match the JSON below
//! it. The page must be complete: each endpoint has a line with `curl`, and each key of a fault rule is
//! shown.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::common::serving::serve;
use serde_json::Value;

/// Placeholder in the page for any value.
const ANY: &str = "...";
/// Time limit for the whole page, which takes about a second.
const RUN_TIME: Duration = Duration::from_secs(60);
/// Last line of a block's output.
const MARK: &str = "--- end of block ---";

fn page() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/control-api.md")).unwrap()
}

/// The fenced blocks of a language, in order.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    let fences = page.split(&fence).skip(1);
    fences.map(|rest| rest.split("\n```").next().unwrap()).collect()
}

fn values(text: &str) -> Vec<Value> {
    let values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    values.collect::<Result<_, _>>().unwrap()
}

/// True if a value matches the one that the page shows.
fn alike(shown: &Value, came: &Value) -> bool {
    match (shown, came) {
        (Value::String(any), _) if any == ANY => true,
        (Value::Object(shown), Value::Object(came)) => {
            let rest = shown.contains_key(ANY);
            let named = shown.iter().filter(|(key, _)| *key != ANY).count();
            shown
                .iter()
                .filter(|(key, _)| *key != ANY)
                .all(|(key, value)| came.get(key).is_some_and(|came| alike(value, came)))
                && (rest || named == came.len())
        }
        (Value::Array(shown), Value::Array(came)) => {
            shown.len() == came.len() && shown.iter().zip(came).all(|(shown, came)| alike(shown, came))
        }
        _ => shown == came,
    }
}

/// Runs a command to its end, and kills it after the time limit, so that a line that hangs fails the test.
fn within(time: Duration, mut command: Command) -> Output {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (pid, (tell, told)) = (child.id().to_string(), mpsc::channel());
    let ended = std::thread::spawn(move || {
        let output = child.wait_with_output().unwrap();
        tell.send(()).unwrap();
        output
    });
    if told.recv_timeout(time).is_err() {
        Command::new("kill").arg(pid).status().unwrap();
    }
    ended.join().unwrap()
}

/// True if the tools of the page are installed; otherwise prints a message, or fails in CI.
fn tools_are_there() -> bool {
    let missing: Vec<_> = ["bash", "curl", "python3"]
        .into_iter()
        .filter(|tool| Command::new(tool).arg("--version").output().is_err())
        .collect();
    if missing.is_empty() {
        return true;
    }
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "there is no {}", missing.join(", "));
    let _ = writeln!(std::io::stderr(), "SKIPPED: the lines of the page need {}", missing.join(", "));
    false
}

#[test]
fn every_line_of_the_page_does_what_the_page_says() {
    if !tools_are_there() {
        return;
    }
    let page = page();
    let (shell, json) = (blocks(&page, "sh"), blocks(&page, "json"));
    assert_eq!(shell.len(), json.len(), "each shell block has its output below it");
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join("world.json");
    let server = serve(&["--clock", "manual", "--seed", "1", "--save-world", saved.to_str().unwrap()]);
    let mut script = "set -eu\n".to_owned();
    for block in &shell {
        let _ = write!(script, "{block}\necho\necho '{MARK}'\n");
    }
    let mut bash = Command::new("bash");
    bash.args(["-c", &script]).current_dir(folder.path());
    bash.env("SERVER_ADDRESS", format!("http://{}", server.host())).env("API_TOKEN", server.token());
    bash.env("no_proxy", "127.0.0.1").env("NO_PROXY", "127.0.0.1");
    let output = within(RUN_TIME, bash);
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let came: Vec<&str> = said.split(MARK).collect();
    for (number, (shown, came)) in json.iter().zip(&came).enumerate() {
        let (shown, came) = (values(shown), values(came));
        let holds =
            shown.len() == came.len() && shown.iter().zip(&came).all(|(shown, came)| alike(shown, came));
        assert!(holds, "\n{}\nshown: {shown:#?}\ncame: {came:#?}\n{errors}", shell[number]);
    }
    assert!(output.status.success(), "{errors}");
    assert_eq!(came.len(), shell.len() + 1, "{errors}");
    assert!(values(&fs::read_to_string(&saved).unwrap())[0]["tasks"].is_array());
    server.end("-TERM");
}

/// True if a line calls an endpoint with curl; the verb may be explicit or implied.
fn asks(line: &str, verb: &str, path: &str) -> bool {
    let Some((_, rest)) = line.split_once("/_slymock/") else { return false };
    let end = rest.find(['"', '?', ' ']).unwrap_or(rest.len());
    let given = match line.split_once("-X ") {
        Some((_, verb)) => verb.split(' ').next().unwrap(),
        None if line.contains(" -d ") => "POST",
        None => "GET",
    };
    let same = |(pattern, segment): (&str, &str)| pattern.starts_with('{') || pattern == segment;
    let (pattern, asked) = (path.split('/'), rest[..end].split('/'));
    given == verb && pattern.clone().count() == asked.clone().count() && pattern.zip(asked).all(same)
}

#[test]
fn every_endpoint_has_a_line_with_curl() {
    let page = page();
    let lines: Vec<&str> = blocks(&page, "sh").into_iter().flat_map(str::lines).collect();
    let commands: Vec<&str> = lines.iter().flat_map(|line| line.split("; ")).collect();
    for (verb, path, _) in slymock_server::endpoints() {
        let shown = commands.iter().any(|line| line.contains("curl ") && asks(line, verb, path));
        assert!(shown, "no line asks for {verb} {path}");
    }
}
#[test]
fn every_key_of_a_fault_rule_is_used_in_a_line() {
    let page = page();
    let shell = blocks(&page, "sh").concat();
    let schema = slymock_server::engine::snapshot::schema();
    let keys = |name: &str| -> Vec<String> {
        schema["$defs"][name]["properties"].as_object().unwrap().keys().cloned().collect()
    };
    let keys = [keys("On"), keys("Act")].concat();
    assert!(keys.len() > 20, "{keys:?}");
    for key in keys {
        assert!(shell.contains(&format!("\"{key}\":")), "no line has {key}");
    }
}
