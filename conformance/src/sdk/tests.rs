//! Tests of environments. Their Pythons are shell scripts: see `tests/sdk/fake_python.sh`.

use std::cell::RefCell;
use std::env;
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;

use tempfile::TempDir;

use super::*;

/// A folder for environments, with Pythons next to it.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn root(&self) -> PathBuf {
        self.0.path().join("sdk")
    }

    /// A Python with this behaviour.
    fn python(&self, does: &str) -> PathBuf {
        let python = self.0.path().join(does);
        if !python.is_symlink() {
            symlink(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk/fake_python.sh"), &python).unwrap();
        }
        python
    }

    fn prepare(&self, does: &str, version: &str, extra: &[&str]) -> Result<Environment, SdkError> {
        prepare_with(self.python(does).as_os_str(), &self.root(), version, extra, &|_| {})
    }

    /// Error of a preparation, with the Python's name instead of its path. The preparation leaves nothing
    /// behind.
    fn refusal(&self, does: &str, version: &str) -> String {
        let why = self.prepare(does, version, &[]).unwrap_err().to_string();
        assert_eq!(self.names(), ["lock"]);
        assert_eq!(why.lines().count(), 1);
        why.replace(self.python(does).to_str().unwrap(), does)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.root()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn calls(&self) -> String {
        fs::read_to_string(self.0.path().join("calls")).unwrap_or_default()
    }

    fn installs(&self) -> usize {
        self.calls().matches("-m pip install").count()
    }

    /// A FIFO that the pip of the Python `meets` waits for: it must be opened for writing and closed.
    fn gate(&self) -> PathBuf {
        let gate = self.0.path().join("gate");
        assert!(Command::new("mkfifo").arg(&gate).status().unwrap().success());
        gate
    }
}

/// Runs this test in a process of its own, in which `PART` is set.
fn again(test: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", &format!("sdk::tests::{test}")]).env("PART", "child");
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn is_child() -> bool {
    env::var_os("PART").is_some()
}

#[test]
fn an_environment_is_made_once() {
    let place = Place::new();
    let told = RefCell::new(Vec::new());
    let tell = |progress: Preparation<'_>| told.borrow_mut().push(progress.to_string());
    let python = place.python("fine");
    let prepare = || prepare_with(python.as_os_str(), &place.root(), "6.74.51", &[], &tell).unwrap();
    let first = prepare();
    assert_eq!(first.python(), place.root().join("6.74.51/bin/python"));
    assert_eq!(fs::read_to_string(place.root().join("6.74.51/ready")).unwrap(), "supervisely==6.74.51");
    assert_eq!(prepare().python(), first.python());
    assert_eq!(place.installs(), 1);
    let said = [
        "preparing the SDK 6.74.51; this takes about half a minute, once",
        "making an environment",
        "Collecting numpy<2",
        "importing it once",
    ];
    assert_eq!(*told.borrow(), said);
    assert_eq!(place.names(), ["6.74.51", "lock"]);
}

#[test]
fn an_environment_with_more_than_is_asked_for_will_do_and_one_with_less_gets_the_rest() {
    let place = Place::new();
    let pytest = ["pytest==8.3.5"];
    let mark = || fs::read_to_string(place.root().join("6.74.51/ready")).unwrap();
    place.prepare("fine", "6.74.51", &[]).unwrap();
    let of_a_user = place.root().join("6.74.51/in-use");
    fs::write(&of_a_user, "").unwrap();
    place.prepare("fine", "6.74.51", &pytest).unwrap();
    assert!(of_a_user.exists(), "it is added to where it lies");
    assert_eq!((place.installs(), mark().as_str()), (2, "supervisely==6.74.51 pytest==8.3.5"));
    place.prepare("fine", "6.74.51", &[]).unwrap();
    place.prepare("fine", "6.74.51", &pytest).unwrap();
    assert_eq!(place.installs(), 2);
    assert!(place.calls().contains("off supervisely==6.74.51 pytest==8.3.5\n"), "{}", place.calls());
    assert_eq!(place.names(), ["6.74.51", "lock"]);
}

#[test]
fn an_environment_that_cannot_be_added_to_stays_as_it_was() {
    let place = Place::new();
    let environment = place.prepare("fine", "6.74.51", &[]).unwrap();
    // Missing packages are installed by the environment's own Python, which now fails.
    fs::remove_file(environment.python()).unwrap();
    symlink(place.python("no-network"), environment.python()).unwrap();
    place.prepare("fine", "6.74.51", &["pytest==8.3.5"]).unwrap_err();
    place.prepare("no-network", "6.74.51", &[]).unwrap();
    assert_eq!(place.installs(), 2);
    assert_eq!(place.names(), ["6.74.51", "lock"]);
}

#[test]
fn what_was_added_before_stays_when_more_is_added() {
    let place = Place::new();
    for extra in [&[][..], &["pytest==8.3.5"], &["aiohttp>=3.10,<4"]] {
        place.prepare("fine", "6.74.51", extra).unwrap();
    }
    let all = "supervisely==6.74.51 pytest==8.3.5 aiohttp>=3.10,<4";
    assert_eq!(fs::read_to_string(place.root().join("6.74.51/ready")).unwrap(), all);
    assert!(place.calls().contains(&format!("off {all}\n")), "{}", place.calls());
}

#[test]
fn a_mark_of_another_release_or_none_is_not_taken_for_ready() {
    let place = Place::new();
    place.prepare("fine", "6.74.51", &[]).unwrap();
    let mark = place.root().join("6.74.51/ready");
    fs::write(&mark, "supervisely==6.74.511").unwrap();
    place.prepare("fine", "6.74.51", &[]).unwrap();
    fs::remove_file(&mark).unwrap();
    place.prepare("fine", "6.74.51", &[]).unwrap();
    assert_eq!(place.installs(), 3);
}

#[test]
fn an_environment_whose_python_is_gone_or_finds_no_sdk_is_made_anew() {
    let place = Place::new();
    let environment = place.prepare("fine", "6.74.51", &[]).unwrap();
    fs::remove_file(environment.python()).unwrap();
    symlink(place.root().join("gone"), environment.python()).unwrap();
    place.prepare("fine", "6.74.51", &[]).unwrap();
    fs::remove_dir_all(place.root().join("6.74.51/lib")).unwrap();
    place.prepare("fine", "6.74.51", &[]).unwrap();
    assert_eq!(place.installs(), 3);
}

#[test]
fn leftovers_go_whether_or_not_something_is_made() {
    let place = Place::new();
    for extra in [&[][..], &[], &["pytest==8.3.5"]] {
        for name in ["6.74.51.new", "6.72.177.new", "6.72.177.old"] {
            fs::create_dir_all(place.root().join(name).join("bin")).unwrap();
        }
        place.prepare("fine", "6.74.51", extra).unwrap();
        assert_eq!(place.names(), ["6.74.51", "lock"]);
    }
    assert_eq!(place.installs(), 2);
}

#[test]
fn an_odd_version_is_refused_before_anything_is_run() {
    let place = Place::new();
    let refusal = |version| place.prepare("fine", version, &[]).unwrap_err().to_string();
    for odd in
        ["", "6.74", "6.74.51.1", "v6.74.51", "6.74.51rc1", "6.74.51-1", "6.74.51+a", "../6.74.51", "-r x"]
    {
        let why = format!("{odd:?} is not a release of the SDK; give three numbers, such as 6.74.51");
        assert_eq!(refusal(odd), why);
    }
    assert_eq!(refusal("6.68.105"), "the SDK 6.68.105 is too old: the fake supports 6.68.106 and later");
    assert!(place.calls().is_empty() && !place.root().exists());
}

#[test]
fn a_python_that_will_not_do_is_told_in_one_line() {
    let place = Place::new();
    let missing =
        prepare_with("no-such-python".as_ref(), &place.root(), "6.74.51", &[], &|_| {}).unwrap_err();
    let needs = "the SDK needs Python 3.8 or later (set SLYMOCK_PYTHON to its path if it is not on the PATH)";
    assert_eq!(missing.to_string(), format!("no-such-python was not found; {needs}"));
    let old = "old is Python 3.7.16; the SDK needs 3.8 or later; set SLYMOCK_PYTHON to another Python";
    assert_eq!(place.refusal("old", "6.74.51"), old);
    assert_eq!(place.refusal("torn", "6.74.51"), "torn does not work: python3: command not found");
    let no_venv = "its modules venv and ensurepip are missing (Debian and Ubuntu: apt install python3-venv)";
    assert_eq!(place.refusal("no-venv", "6.74.51"), format!("no-venv cannot make environments: {no_venv}"));
    assert_eq!(place.installs(), 0);
}

#[test]
fn what_fails_on_the_way_is_told_in_one_line() {
    let place = Place::new();
    let full = "cannot make a Python environment: [Errno 28] No space left on device: 'bin'";
    assert_eq!(place.refusal("disk-full", "6.74.51"), full);
    let full = "cannot make a Python environment: [Errno 28] No space left on device: 'pip'";
    assert_eq!(place.refusal("disk-nearly-full", "6.74.51"), full);
    let none = "cannot install the SDK 6.99.0: No matching distribution found for supervisely==6.99.0";
    assert_eq!(place.refusal("no-release", "6.99.0"), none);
    let unreachable = "pip finds no release at all; check the connection to the package registry";
    let unreachable = format!("cannot install the SDK 6.74.51: {unreachable}");
    assert_eq!(place.refusal("no-network", "6.74.51"), unreachable);
    assert_eq!(place.refusal("traceback", "6.74.51"), "cannot install the SDK 6.74.51: KeyError: 1");
    let import = "the SDK 6.74.51 cannot be imported by Python 3.11.7: ImportError: libGL.so.1:";
    let another = "(set SLYMOCK_PYTHON to another Python)";
    assert_eq!(place.refusal("no-library", "6.74.51"), format!("{import} {another}"));
}

#[test]
fn a_root_that_is_no_folder_is_named() {
    let place = Place::new();
    fs::write(place.root(), "").unwrap();
    let why = place.prepare("fine", "6.74.51", &[]).unwrap_err().to_string();
    assert!(why.starts_with(&format!("{}: ", place.root().display())), "{why}");
}

#[test]
fn of_two_at_once_one_makes_it_and_the_other_waits() {
    let place = Place::new();
    let gate = place.gate();
    let (begins, begun) = channel();
    let python = place.python("meets");
    let (python, root) = (python.as_os_str(), place.root());
    thread::scope(|threads| {
        let first = threads.spawn(|| {
            let tell = |progress: Preparation<'_>| {
                if let Preparation::Begins(version) = progress {
                    begins.send(version.to_owned()).unwrap();
                }
            };
            prepare_with(python, &root, "6.74.51", &[], &tell).map(drop)
        });
        assert_eq!(begun.recv().unwrap(), "6.74.51");
        let told = RefCell::new(Vec::new());
        let tell = |progress: Preparation<'_>| {
            told.borrow_mut().push(progress.to_string());
            if progress == Preparation::Waits {
                // The first process's pip continues only now.
                drop(File::options().write(true).open(&gate).unwrap());
            }
        };
        prepare_with(python, &root, "6.74.51", &[], &tell).unwrap();
        assert_eq!(*told.borrow(), ["waiting for another slymock that prepares the SDK"]);
        first.join().unwrap().unwrap();
    });
    assert_eq!(place.installs(), 1);
}

#[test]
fn one_that_was_killed_is_made_anew_once_its_pip_is_gone() {
    if is_child() {
        let root = env::var_os("ROOT").unwrap();
        prepare(Path::new(&root), "6.74.51", &[], &|_| {}).unwrap();
        return;
    }
    let place = Place::new();
    let gate = place.gate();
    let mut killed = again("one_that_was_killed_is_made_anew_once_its_pip_is_gone");
    killed.env("ROOT", place.root()).env("SLYMOCK_PYTHON", place.python("meets"));
    let mut killed = killed.spawn().unwrap();
    // Its pip is running once this opens, and ends when it closes.
    let open = RefCell::new(Some(File::options().write(true).open(gate).unwrap()));
    killed.kill().unwrap();
    assert!(!killed.wait().unwrap().success());
    let told = RefCell::new(Vec::new());
    let tell = |progress: Preparation<'_>| {
        open.take();
        told.borrow_mut().push(progress.to_string());
    };
    let python = place.python("fine");
    prepare_with(python.as_os_str(), &place.root(), "6.74.51", &[], &tell).unwrap();
    assert_eq!(told.borrow()[0], "waiting for another slymock that prepares the SDK");
    assert_eq!(place.names(), ["6.74.51", "lock"]);
    assert_eq!(fs::read_link(place.root().join("6.74.51/bin/python")).unwrap(), python);
}

#[test]
fn the_sdk_sees_nothing_of_the_callers_settings_and_pip_sees_them() {
    const FOREIGN: [&str; 8] = [
        "SERVER_ADDRESS",
        "SUPERVISELY_TASK_ID",
        "APP_CATEGORIES",
        "HTTP_PROXY",
        "PYTHONPATH",
        "PYTHONHOME",
        "NETRC",
        "LOG_LEVEL",
    ];
    if is_child() {
        let root = env::var_os("ROOT").unwrap();
        prepare(Path::new(&root), "6.74.51", &[], &|_| {}).unwrap();
        return;
    }
    let place = Place::new();
    let mut child = again("the_sdk_sees_nothing_of_the_callers_settings_and_pip_sees_them");
    child.env("ROOT", place.root()).env("SLYMOCK_PYTHON", place.python("fine"));
    child.envs(FOREIGN.map(|name| (name, "of-the-caller"))).envs([("PIP_TARGET", "/"), ("PIP_USER", "1")]);
    assert!(child.status().unwrap().success());
    let lib = place.root().join("6.74.51/lib");
    let [pip, sdk] = ["environment", "cleaned"].map(|file| fs::read_to_string(lib.join(file)).unwrap());
    assert_eq!(pip.matches("=of-the-caller\n").count(), FOREIGN.len(), "{pip}");
    assert!(pip.contains("PIP_USER=0\n") && !pip.contains("PIP_TARGET"), "{pip}");
    assert!(!sdk.contains("of-the-caller"), "{sdk}");
    let home = format!("HOME={}\n", place.root().join("6.74.51.new").display());
    let kept = [&home, "PATH=", "NO_PROXY=127.0.0.1\n", "no_proxy=127.0.0.1\n", "PYTHONUTF8=1\n"];
    assert!(kept.iter().all(|line| sdk.contains(line)), "{sdk}");
}

#[test]
fn the_cache_is_where_the_user_says() {
    if is_child() {
        let want = env::var_os("WANT").unwrap();
        assert_eq!(cache_folder().unwrap(), Path::new(&want));
        return;
    }
    let found = |own: &str, xdg: &str, want: &str| {
        let mut child = again("the_cache_is_where_the_user_says");
        child.env("SLYMOCK_CACHE", own).env("XDG_CACHE_HOME", xdg).env("HOME", "/home/of").env("WANT", want);
        child.status().unwrap().success()
    };
    assert!(found("/own", "/xdg", "/own/sdk"));
    assert!(found("", "/xdg", "/xdg/slymock/sdk"));
    assert!(found("", "", "/home/of/.cache/slymock/sdk"));
    assert!(!found("/own", "/xdg", "/xdg/slymock/sdk"));
}

#[test]
fn a_program_is_named_by_what_is_in_it() {
    let place = Place::new();
    let environment = place.prepare("fine", "6.74.51", &[]).unwrap();
    let put = |text| environment.put_program(&[("adapter.py", "import pipe\n"), ("pipe.py", text)]).unwrap();
    let one = put("print(1)\n");
    assert_ne!(put("print(2)\n"), one);
    fs::write(one.with_file_name("pipe.py"), "torn").unwrap();
    assert_eq!(put("print(1)\n"), one);
    assert_eq!(fs::read_to_string(&one).unwrap(), "import pipe\n");
    assert_eq!(fs::read_to_string(one.with_file_name("pipe.py")).unwrap(), "print(1)\n");
    let folder = one.parent().unwrap();
    assert_eq!(folder.parent().unwrap(), place.root());
    assert_eq!(folder.file_name().unwrap().len(), "adapter-".len() + 16);
}
