//! The Python package, built as a wheel and installed into clean environments with the official SDK. The first test
//! to need it makes it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Instant;

use slymock_conformance::sdk::{self, Environment};

use super::excuse::{say, text_of};
use super::repository::{files, root};

/// The SDK's releases in the environments: the newest, and the one of the documentation page.
pub(crate) const VERSIONS: [&str; 2] = [sdk::NEWEST, "6.72.177"];
/// The packages of the tests: the runner, its parallel processes, the type checker, a builder of source
/// distributions, and an alternative that a page compares slymock with.
const TOOLS: &[&str] =
    &["pytest==8.3.5", "pytest-xdist>=3.6,<4", "mypy>=1.13,<3", "build>=1.2,<2", "responses>=0.25,<1"];
/// The files that Rust and Python are built from: a folder, and the end of their names.
const SOURCES: &[(&str, &str)] = &[
    ("src", ".rs"),
    ("client", ".rs"),
    ("conformance", ".rs"),
    ("server", ".rs"),
    ("server", ".json"),
    ("scenarios", ".json"),
    ("docs/wire", ".md"),
    ("python/src", ".py"),
];

/// The environments, in the order of [`VERSIONS`], or the reason why they cannot be made.
pub(crate) fn environments() -> Result<&'static [Environment], &'static str> {
    static MADE: OnceLock<Result<Vec<Environment>, String>> = OnceLock::new();
    MADE.get_or_init(make).as_deref().map_err(String::as_str)
}

fn make() -> Result<Vec<Environment>, String> {
    let made = VERSIONS.map(|version| sdk::prepare(&folder("sdk"), version, TOOLS, &|_| {}));
    let environments: Vec<_> =
        made.into_iter().collect::<Result<_, _>>().map_err(|error| error.to_string())?;
    let wheel = wheel(&environments[0]);
    environments.iter().for_each(|environment| install(environment, &wheel));
    Ok(environments)
}

/// The wheel in the environments.
pub(crate) fn wheel_file() -> PathBuf {
    only_file(&folder("wheel"))
}

/// True if nothing is sampled.
pub(crate) fn is_full() -> bool {
    env::var("CI_FULL").is_ok_and(|full| full == "1")
}

/// A folder that is kept between runs.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("python").join(name)
}

/// Runs a command to its end, in the root of the repository unless it has a folder, and returns its output.
pub(crate) fn run(command: &mut Command, name: &str) -> String {
    let began = Instant::now();
    if command.get_current_dir().is_none() {
        command.current_dir(root());
    }
    let output = command.output().unwrap();
    let text = text_of(&output);
    assert!(output.status.success(), "{name}:\n{text}");
    let last = text.trim_end().lines().last().unwrap_or_default();
    say(&format!("python, {name}: {} s: {last}", began.elapsed().as_secs()));
    text
}

/// A module of an environment as a command, without the variables of the user.
pub(crate) fn module(environment: &Environment, name: &str, arguments: &[&str]) -> Command {
    let mut command = environment.command();
    command.args(["-m", name]).args(arguments).env("PIP_DISABLE_PIP_VERSION_CHECK", "1");
    command
}

/// As [`module`], for a module that runs cargo, which needs variables of the user.
fn builder(environment: &Environment, name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(environment.python());
    command.args(["-I", "-m", name]).args(arguments).env("PIP_DISABLE_PIP_VERSION_CHECK", "1");
    command
}

/// Packs the source distribution and builds the wheel: in a full run from the former, as pip does on a platform
/// without a wheel, in a sample from the checkout, with the command as cargo has built it for the tests.
fn wheel(environment: &Environment) -> PathBuf {
    let sdist = sdist(environment);
    let built = fresh("wheel");
    let mut pip = builder(environment, "pip", &["wheel", "--quiet", "--no-deps", "--wheel-dir"]);
    pip.arg(&built);
    if is_full() {
        pip.arg(sdist);
    } else {
        say("SAMPLED: the wheel has the command of the tests; one from the sdist is built if CI_FULL=1");
        pip.arg("./python").env("MATURIN_PEP517_ARGS", "--profile dev --strip");
        pip.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap());
    }
    run(&mut pip, "wheel");
    only_file(&built)
}

/// The packed source distribution, with every file that Rust and Python are built from.
fn sdist(environment: &Environment) -> PathBuf {
    let packed = fresh("sdist");
    let out = packed.display().to_string();
    run(&mut builder(environment, "build", &["--sdist", "--outdir", &out, "python"]), "sdist");
    let sdist = only_file(&packed);
    let list = "import sys, tarfile; print(*tarfile.open(sys.argv[1]).getnames(), sep='\\n')";
    let names = run(environment.command().args(["-c", list]).arg(&sdist), "list of the sdist");
    let names: Vec<&str> = names.lines().filter_map(|name| Some(name.split_once('/')?.1)).collect();
    let is_missing = |file: &&String| !names.contains(&file.strip_prefix("python/").unwrap_or(file));
    let sources: Vec<String> = SOURCES.iter().flat_map(|(folder, ending)| files(folder, ending)).collect();
    let missing: Vec<&String> = sources.iter().filter(is_missing).collect();
    assert_eq!(missing, Vec::<&String>::new(), "not in {}", sdist.display());
    sdist
}

fn fresh(name: &str) -> PathBuf {
    let folder = folder(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn only_file(folder: &Path) -> PathBuf {
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let [file] = &files[..] else { panic!("one file was expected: {files:?}") };
    file.clone()
}

fn install(environment: &Environment, wheel: &Path) {
    let pip = |arguments: &[&str]| module(environment, "pip", &[&["install", "--quiet"], arguments].concat());
    // The version is the same in each run, so pip would keep the package of an earlier one.
    run(pip(&["--force-reinstall", "--no-deps"]).arg(wheel), "install");
    run(&mut pip(&[&format!("{}[hypothesis]", wheel.display())]), "dependencies");
}
