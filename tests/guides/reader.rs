//! A reader who follows a page: a folder, a shell whose environment is kept from block to block, and a `cargo` that
//! hands out the command that was built for the tests.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::common::excuse::{say, text_of};
use crate::common::package::wheel_file;

/// Instead of a release build, which takes minutes, this `cargo` installs and runs the build that is being tested.
const CARGO: &str = r#"#!/bin/sh
case "$*" in
    "install --locked --path ."|"+1.90 install --locked --path /"*) cp "$KEPT/slymock" "$SHIMS/slymock" ;;
    "install --locked --path /"*" --root .slymock")
        mkdir -p .slymock/bin && cp "$KEPT/slymock" .slymock/bin/slymock ;;
    "run --release -- serve")
        "$SLYMOCK_BUILT" serve --port "$READERS_PORT" --ready-file "$KEPT/ready" & served=$!
        while [ ! -s "$KEPT/ready" ]; do sleep 0.05; done
        kill -INT "$served" && wait "$served" ;;
    "test --workspace") ;; # which runs this very test
    *) echo "no page asks for: cargo $*" >&2; exit 9 ;;
esac
"#;

/// A pipeline installs packages of its system and a toolchain; here they are installed already.
const NOTHING: &str = "#!/bin/sh\nexit 0\n";

/// slymock on a port that no other test has, where a page takes the default one.
const SLYMOCK: &str = r#"#!/bin/sh
case "$*" in
    serve|env) exec "$SLYMOCK_BUILT" "$@" --port "$READERS_PORT" ;;
    *) exec "$SLYMOCK_BUILT" "$@" ;;
esac
"#;

/// The scripts of the SDK's environment name the place where it was made, which is not where it is.
/// A wheel of slymock has been built already.
const PIP: &str = r#"#!/bin/sh
case "$*" in
    "wheel --no-deps --wheel-dir .wheels /"*/python) mkdir -p .wheels && cp "$SLYMOCK_WHEEL" .wheels ;;
    *) exec python -m pip "$@" ;;
esac
"#;
const PYTEST: &str = "#!/bin/sh\nexec python -m pytest \"$@\"\n";

/// Runs before and after each block: the environment is kept, and so are the processes in the background.
const BEFORE: &str =
    "set -em\ntrap 'jobs -p >> \"$KEPT/jobs\"' EXIT\n[ ! -f \"$KEPT/env\" ] || . \"$KEPT/env\"\n";
const AFTER: &str = "\nexport -p > \"$KEPT/env\"\npwd > \"$KEPT/place\"\n";

pub(super) struct Reader {
    /// Has the reader's folder, the commands that stand in for others, and what is kept between blocks.
    home: TempDir,
    folder: PathBuf,
    variables: BTreeMap<&'static str, String>,
    /// Output of each block.
    printed: Vec<String>,
}

impl Reader {
    /// A reader in an empty folder, whose `python` is that one.
    pub(super) fn new(python: &Path) -> Self {
        let home = tempfile::tempdir().unwrap();
        let place = |name: &str| home.path().join(name);
        for folder in ["project", "shims", "kept"] {
            fs::create_dir(place(folder)).unwrap();
        }
        for (name, text) in [
            ("cargo", CARGO),
            ("slymock", SLYMOCK),
            ("apt-get", NOTHING),
            ("rustup", NOTHING),
            ("pip", PIP),
            ("pytest", PYTEST),
        ] {
            put_program(&place("shims").join(name), text);
        }
        // The program that an installation puts on the path.
        put_program(&place("kept/slymock"), SLYMOCK);
        let shims = place("shims").display().to_string();
        let pythons = python.parent().unwrap().display().to_string();
        let path = format!("{shims}:{pythons}:{}", env::var("PATH").unwrap_or_default());
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let variables = BTreeMap::from([
            ("PATH", path),
            ("SHIMS", shims),
            ("KEPT", place("kept").display().to_string()),
            ("SLYMOCK_BUILT", env!("CARGO_BIN_EXE_slymock").to_owned()),
            ("SLYMOCK_WHEEL", wheel_file().display().to_string()),
            ("READERS_PORT", port.to_string()),
            ("SLYMOCK_REPOSITORY", repository(&place("slymock")).display().to_string()),
            ("SLYMOCK_COMMIT", "HEAD".to_owned()),
            ("NO_PROXY", "127.0.0.1,localhost".to_owned()),
            ("no_proxy", "127.0.0.1,localhost".to_owned()),
            ("GITHUB_STEP_SUMMARY", place("kept").join("summary.md").display().to_string()),
        ]);
        let folder = place("project");
        say(
            "SAMPLED: the build under test is installed where a page builds one; apt-get, rustup and venv do nothing",
        );
        Self { home, folder, variables, printed: Vec::new() }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs commands in a shell, of which the last exits with that code.
    pub(super) fn run(&mut self, code: &str, exits: i32) {
        let after = if exits == 0 { AFTER } else { "" };
        let mut shell = Command::new("bash");
        shell.args(["-c", &format!("{BEFORE}{code}{after}")]).current_dir(&self.folder).envs(&self.variables);
        // A file instead of a pipe, which a server in the background would hold open.
        let output = fs::File::create(self.kept().join("output")).unwrap();
        shell.stdout(output.try_clone().unwrap()).stderr(output);
        let status = shell.status().unwrap();
        let printed = fs::read_to_string(self.kept().join("output")).unwrap();
        assert_eq!(status.code(), Some(exits), "{code}\n{printed}");
        self.printed.push(printed);
        if exits == 0 {
            let place = fs::read_to_string(self.kept().join("place")).unwrap();
            self.folder = PathBuf::from(place.trim_end());
        }
    }

    pub(super) fn write(&self, name: &str, code: &str) {
        fs::write(self.folder.join(name), code).unwrap();
    }

    /// Holds that the last command has printed these lines.
    pub(super) fn has_seen(&self, text: &str) {
        let printed = self.printed.last().unwrap();
        assert!(printed.contains(text.trim_end()), "{text}\nis not in\n{printed}");
    }

    pub(super) fn has_seen_at_some_time(&self, text: &str) {
        assert!(self.printed.iter().any(|printed| printed.contains(text)), "{text}: {:#?}", self.printed);
    }

    /// Puts code where the guide for clients says: a line into `OPS` or `KINDS`, and a method in front of another
    /// one, or instead of the one of its name.
    pub(super) fn change(&self, code: &str) {
        if code.trim_start().starts_with('"') {
            let table = if code.contains("lambda") { "OPS = {\n" } else { "KINDS = {\n" };
            self.edit("adapter.py", |text| text.replacen(table, &format!("{table}{code}"), 1));
            return;
        }
        self.edit("client.py", |text| {
            let (before, after) = text.split_once("    def post(").unwrap();
            let before = before.split("    def wait(").next().unwrap();
            format!("{before}{code}\n    def post({after}")
        });
    }

    fn edit(&self, file: &str, change: impl Fn(&str) -> String) {
        let path = self.folder.join(file);
        let text = fs::read_to_string(&path).unwrap();
        let changed = change(&text);
        assert_ne!(changed, text, "{file} has no place for the code of the page");
        fs::write(&path, changed).unwrap();
    }

    /// Runs a program in Python on a file and returns its output.
    pub(super) fn output_of(&self, program: &str, file: &Path) -> String {
        let mut python = Command::new("python");
        let output = python.arg("-c").arg(program).arg(file).envs(&self.variables).output().unwrap();
        assert!(output.status.success(), "{}", text_of(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Takes `slymock` off the path, as on a machine that has not built it yet.
    pub(super) fn forget_slymock(&self) {
        fs::remove_file(self.home.path().join("shims/slymock")).unwrap();
    }

    fn kept(&self) -> PathBuf {
        self.home.path().join("kept")
    }
}

impl Drop for Reader {
    /// Ends what the page has left in the background.
    fn drop(&mut self) {
        let jobs = fs::read_to_string(self.kept().join("jobs")).unwrap_or_default();
        for pid in jobs.lines() {
            let _ = Command::new("kill").arg(pid).output();
        }
    }
}

/// A repository to clone. It is never built, and has a test that must not be collected among those of the project.
fn repository(folder: &Path) -> PathBuf {
    let script = "git init -q \"$0\" && cd \"$0\" && echo 'assert False' > test_of_slymock.py && git add . && \
                  git -c user.name=reader -c user.email=reader@localhost commit -q -m one";
    let status = Command::new("sh").args(["-c", script]).arg(folder).status().unwrap();
    assert!(status.success(), "git makes no repository");
    folder.to_owned()
}

fn put_program(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
