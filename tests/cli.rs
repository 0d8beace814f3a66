//! The command as a process: its output and exit codes.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::common::seed::seed_status;
use crate::common::serving::serve;
use crate::common::{could_not_run, slymock, stderr, stdout};

#[test]
fn serve_says_where_it_listens_and_ends_cleanly_on_each_signal() {
    for signal in ["-INT", "-TERM", "-HUP"] {
        let serving = serve(&["--seed", "42"]);
        let address = serving.lines[0].strip_prefix("listening on ").unwrap().to_owned();
        assert!(address.starts_with("http://127.0.0.1:"), "{address}");
        assert_eq!(serving.lines[1], format!("export SERVER_ADDRESS={address}"));
        let token = serving.lines[2].strip_prefix("export API_TOKEN=").unwrap().to_owned();
        let port = address.rsplit(':').next().unwrap();
        assert_eq!(
            stdout(&slymock(&["env", "--port", port])),
            format!("{}\n{}\n", serving.lines[1], serving.lines[2])
        );
        assert_eq!(token.len(), 128);
        assert_eq!(serving.end(signal), "seed 42\n");
    }
}

#[test]
fn the_world_is_saved_at_the_end_and_can_be_served_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (saved, again, ready) = (file("world.json"), file("again.json"), file("ready"));
    let serving =
        serve(&["--clock", "manual", "--seed", "5", "--save-world", &saved, "--ready-file", &ready]);
    let told = format!("listening on {}", fs::read_to_string(&ready).unwrap());
    assert_eq!(told, serving.lines[0]);
    serving.end("-TERM");
    let serving = serve(&["--clock", "manual", "--world", &saved, "--save-world", &again]);
    assert_eq!(serving.end("-TERM"), "seed 5\n", "the seed comes from the world");
    assert_eq!(fs::read(&saved).unwrap(), fs::read(&again).unwrap());
}

#[test]
fn a_world_brings_the_mode_of_its_clock_unless_another_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (manual, saved) = (file("manual.json"), file("saved.json"));
    fs::write(&manual, r#"{"clock": {"mode": "manual"}}"#).unwrap();
    let mode_of = |arguments: &[&str]| {
        serve(&[arguments, &["--save-world", &saved]].concat()).end("-TERM");
        let world: serde_json::Value = serde_json::from_slice(&fs::read(&saved).unwrap()).unwrap();
        world["clock"]["mode"].as_str().unwrap().to_owned()
    };
    assert_eq!(mode_of(&["--world", &manual]), "manual");
    assert_eq!(mode_of(&["--world", &manual, "--clock", "auto"]), "auto");
    assert_eq!(mode_of(&[]), "real");
}

#[test]
fn files_are_written_whole_beside_nothing_else_and_by_the_umask() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let mode = |name: &str| fs::metadata(file(name)).unwrap().permissions().mode();
    fs::write(file("any"), "").unwrap();
    fs::write(file("saved"), "old").unwrap();
    serve(&["--save-world", &file("saved"), "--ready-file", &file("ready")]).end("-TERM");
    assert_eq!([mode("saved"), mode("ready")], [mode("any"); 2]);
    let mut names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["any", "ready", "saved"]);
}

#[test]
fn serve_says_in_one_line_why_it_cannot_start() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    could_not_run(&["serve", "--port", &port], &format!("cannot listen on 127.0.0.1:{port}"));
    let error = stderr(&slymock(&["serve", "--port", &port]));
    assert_eq!(error.matches("os error").count(), 1, "the reason is stated once: {error}");
    could_not_run(&["serve", "--world", "/nonexistent"], "/nonexistent");
    could_not_run(&["serve", "--world", &write("a", "{")], "not JSON");
    could_not_run(&["serve", "--world", &write("b", r#"{"tasks": [{"id": "x"}]}"#)], "tasks[0].id");
    could_not_run(
        &["serve", "--world", &write("c", r#"{"workspaces": [], "projects": [{"id": 1}]}"#)],
        "there is no workspace 23821",
    );
    could_not_run(&["serve", "--lifecycle", "quik"], "no lifecycle preset");
    could_not_run(&["serve", "--lifecycle", &write("d", r#"{"stages": []}"#)], "1 to 1000 stages");
    for option in ["--save-world", "--ready-file"] {
        for file in ["/nonexistent/world.json", "/dev/null", "/", "new/"] {
            could_not_run(&["serve", option, file], &format!("cannot write {file}"));
        }
    }
    could_not_run(
        &["serve", "--port", "0", "--host", "no.such.host.invalid"],
        "cannot listen on no.such.host.invalid",
    );
}

#[test]
fn our_own_client_reads_the_seed_pages_status() {
    let serving = serve(&[]);
    let address = format!("http://{}", serving.host());
    assert_eq!(seed_status(&address, serving.token()), slymock_client::Status::Finished);
    let client = slymock_client::Client::new(&address, serving.token()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let missing = runtime.block_on(client.status(5));
    assert!(matches!(missing, Err(slymock_client::Error::NotFound { id: Some(5), .. })), "{missing:?}");
    serving.end("-TERM");
}

#[test]
fn a_lifecycle_of_ones_own_is_read_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.json");
    fs::write(&file, r#"{"stages": [{"status": "queued", "hold": true}]}"#).unwrap();
    let saved = folder.path().join("world.json");
    serve(&["--lifecycle", file.to_str().unwrap(), "--save-world", saved.to_str().unwrap()]).end("-TERM");
    let world: serde_json::Value = serde_json::from_slice(&fs::read(saved).unwrap()).unwrap();
    assert_eq!(world["lifecycle"]["stages"][0]["hold"], true);
}

#[test]
fn methods_are_listed_in_three_forms() {
    let table = stdout(&slymock(&["methods"]));
    assert!(table.lines().any(|line| line.starts_with("tasks.stop ")), "{table}");
    let json: serde_json::Value =
        serde_json::from_str(&stdout(&slymock(&["methods", "--format", "json"]))).unwrap();
    assert_eq!(json.as_array().unwrap().len(), table.lines().count());
    let kept = include_str!("../server/docs/METHODS.md");
    assert_eq!(stdout(&slymock(&["methods", "--format", "md"])), kept);
}

#[test]
fn methods_of_a_world_have_its_stubs_marked() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("world.json");
    fs::write(&file, r#"{"stubs": {"images.list": []}}"#).unwrap();
    let file = file.to_str().unwrap();
    let table = stdout(&slymock(&["methods", "--world", file]));
    assert_eq!(table.lines().count(), stdout(&slymock(&["methods"])).lines().count() + 1);
    assert!(table.contains("images.list ") && table.contains("(stub)"), "{table}");
    let json: serde_json::Value =
        serde_json::from_str(&stdout(&slymock(&["methods", "--format", "json", "--world", file]))).unwrap();
    let stubs: Vec<_> = json.as_array().unwrap().iter().filter(|row| row["stub"] == true).collect();
    assert!(stubs.len() == 1 && stubs[0]["method"] == "images.list", "{stubs:?}");
    let page = stdout(&slymock(&["methods", "--format", "md", "--world", file]));
    assert!(page.ends_with("- `images.list`: (stub) A canned reply; not implemented.\n"), "{page}");
    could_not_run(&["methods", "--world", "/nonexistent"], "/nonexistent");
}

#[test]
fn why_prints_the_evidence_of_every_method() {
    for line in stdout(&slymock(&["methods"])).lines() {
        let method = line.split(' ').next().unwrap();
        let why = stdout(&slymock(&["why", method]));
        assert!(why.contains("\nKnown, surest first (docs/wire/") && why.contains("\n- "), "{why}");
    }
    let why = stdout(&slymock(&["why", "api.task.get_status"]));
    assert!(why.starts_with("api.task.get_status of the SDK sends tasks.info\n\ntasks.info\n"), "{why}");
    could_not_run(&["why", "tasks.lst"], "did you mean tasks.list?");
    could_not_run(&["why", "wait-stop-at"], "did you mean wait-stops-at?");
    let unknown = stderr(&slymock(&["why", "images.list"]));
    assert_eq!(unknown, "slymock: the method images.list of the area images is not modelled\n");
}

#[test]
fn help_of_each_subcommand_is_one_screen() {
    for subcommand in
        ["", "serve", "exec", "env", "methods", "why", "bench", "report", "report merge", "completions"]
    {
        let arguments: Vec<_> = subcommand.split_whitespace().chain(["-h"]).collect();
        let help = stdout(&slymock(&arguments));
        assert!(help.lines().count() <= 40 && help.contains("Usage:"), "{help}");
    }
}

#[test]
fn bash_completes_what_it_sources() {
    let complete = r#"
        set -e
        source <("$SLYMOCK" completions bash)
        [[ $(complete -p slymock) =~ -F\ ([^ ]+) ]]
        COMP_WORDS=(slymock se) COMP_CWORD=1
        "${BASH_REMATCH[1]}" slymock se slymock
        echo "${COMPREPLY[@]}"
    "#;
    let mut bash = Command::new("bash");
    bash.args(["-c", complete]).env("SLYMOCK", env!("CARGO_BIN_EXE_slymock"));
    let output = bash.output().unwrap();
    assert_eq!(stdout(&output), "serve\n", "{}", stderr(&output));
}

#[test]
fn every_shell_has_completions_that_know_the_subcommands() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = stdout(&slymock(&["completions", shell]));
        assert!(script.contains("exec") && script.contains("journal-bytes"), "{shell}: {script}");
    }
}

#[test]
fn a_ready_file_of_a_server_before_does_not_stay_and_names_have_no_port() {
    let folder = tempfile::tempdir().unwrap();
    let ready = folder.path().join("ready");
    fs::write(&ready, "stale").unwrap();
    could_not_run(
        &["serve", "--ready-file", ready.to_str().unwrap(), "--world", "/nonexistent"],
        "/nonexistent",
    );
    assert!(!ready.exists());
    for name in ["http://bar", "foo:80", ""] {
        let refused = slymock(&["serve", "--allow-host", name]);
        assert_eq!(refused.status.code(), Some(2), "{name}");
    }
}
