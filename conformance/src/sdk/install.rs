//! The commands that make an environment: find Python, make the venv, run pip, and test the result.
//!
//! They run in our process group, so that Ctrl-C ends them, too. If only slymock is killed, pip survives
//! until its next line of output, because its pipe has no reader any more. Until then it holds the lock,
//! which is its stdin.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;

use super::hygiene::clean;
use super::{Preparation, SdkError};
use crate::report::text::{head, one_line};

/// Oldest Python that the SDK supports.
const OLDEST_PYTHON: semver::Version = semver::Version::new(3, 8, 0);
/// Runs on every Python. It fails if the modules are missing, as on some systems; the current folder is not
/// searched for them.
const PROBE: &str =
    "import sys; print('%d.%d.%d' % sys.version_info[:3]); del sys.path[0]; import venv, ensurepip";
const IS_THERE: &str =
    "import importlib.util, sys; sys.exit(importlib.util.find_spec('supervisely') is None)";
/// Bytecode halves the time of an import, and pip's configuration might disable it.
const INSTALL: &[&str] = &[
    "install",
    "--compile",
    "--no-input",
    "--no-color",
    "--disable-pip-version-check",
    "--progress-bar",
    "off",
];
/// Variables that make pip install somewhere else.
const ELSEWHERE: &[&str] = &["PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"];
/// Maximum characters of a line from another program.
const LINE_CHARACTERS_MAX: usize = 300;

/// Path of the Python in an environment.
pub(super) fn python_in(folder: &Path) -> PathBuf {
    folder.join("bin").join("python")
}

/// True if the Python of an environment exists and finds the SDK. The system's Python that it links to may
/// have been replaced since.
pub(super) fn works(folder: &Path) -> bool {
    let mut python = Command::new(python_in(folder));
    clean(&mut python, folder);
    // `-I`: a folder named `supervisely` in the current folder is not the SDK.
    let found = python.args(["-I", "-c", IS_THERE]).stdin(Stdio::null()).output();
    found.is_ok_and(|found| found.status.success())
}

/// Makes an environment in a new folder, or adds packages to one. Requires `lock`.
pub(super) struct Maker<'a> {
    pub(super) python: &'a OsStr,
    pub(super) folder: &'a Path,
    pub(super) lock: &'a File,
    pub(super) tell: &'a dyn Fn(Preparation<'_>),
}

impl Maker<'_> {
    pub(super) fn make(&self, version: &str, packages: &str) -> Result<(), SdkError> {
        let found = self.probe()?;
        (self.tell)(Preparation::Begins(version));
        (self.tell)(Preparation::Does("making an environment"));
        self.venv()?;
        self.install(version, packages)?;
        (self.tell)(Preparation::Does("importing it once"));
        self.import(version, &found)
    }

    /// Installs the packages that an environment lacks.
    pub(super) fn add(&self, version: &str, packages: &str) -> Result<(), SdkError> {
        (self.tell)(Preparation::Adds(version));
        self.install(version, packages)
    }

    /// Returns the version of the Python, after checking that it can make an environment.
    fn probe(&self) -> Result<String, SdkError> {
        let python = self.python.display().to_string();
        // `-E` ignores the PYTHON... variables; every Python understands it.
        let output = self.output(Command::new(self.python).args(["-E", "-c", PROBE]));
        let output = match output {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(SdkError::NoPython(python)),
            Err(error) => return Err(SdkError::Python { python, why: error.to_string() }),
            Ok(output) => output,
        };
        let said = String::from_utf8_lossy(&output.stdout);
        let Ok(found) = semver::Version::parse(said.trim()) else {
            return Err(SdkError::Python { python, why: last_words(&output) });
        };
        match (found < OLDEST_PYTHON, output.status.success()) {
            (true, _) => Err(SdkError::OldPython { python, found: found.to_string() }),
            (false, false) => Err(SdkError::NoVenv(python)),
            (false, true) => Ok(found.to_string()),
        }
    }

    /// Runs the two steps of venv separately, because venv itself hides why pip cannot be installed.
    fn venv(&self) -> Result<(), SdkError> {
        let (mut venv, mut pip) = (Command::new(self.python), Command::new(python_in(self.folder)));
        venv.args(["-I", "-m", "venv", "--without-pip"]).arg(self.folder);
        pip.args(["-I", "-m", "ensurepip", "--default-pip"]);
        for step in [&mut venv, &mut pip] {
            let output = self.output(step).map_err(|error| SdkError::Venv(error.to_string()))?;
            if !output.status.success() {
                return Err(SdkError::Venv(last_words(&output)));
            }
        }
        Ok(())
    }

    /// Runs pip with the user's settings: registries, certificates, proxies.
    fn install(&self, version: &str, packages: &str) -> Result<(), SdkError> {
        let mut pip = Command::new(python_in(self.folder));
        pip.args(["-I", "-m", "pip"]).args(INSTALL).args(packages.split(' '));
        for name in ELSEWHERE {
            pip.env_remove(name);
        }
        pip.env("PIP_USER", "0");
        let failed = |why| SdkError::Install { version: version.to_owned(), why };
        let output = self.follow(&mut pip).map_err(|error| failed(error.to_string()))?;
        if output.status.success() {
            return Ok(());
        }
        if String::from_utf8_lossy(&output.stderr).contains("(from versions: none)") {
            return Err(SdkError::Unreachable(version.to_owned()));
        }
        Err(failed(last_words(&output)))
    }

    /// Imports the SDK once: some systems lack a library that it needs, and some releases do not support a
    /// Python this new.
    fn import(&self, version: &str, found: &str) -> Result<(), SdkError> {
        let mut python = Command::new(python_in(self.folder));
        clean(&mut python, self.folder);
        let failed = |why| {
            let python = format!("Python {found}");
            SdkError::Import { version: version.to_owned(), python, why }
        };
        let output = self.output(python.args(["-I", "-c", "import supervisely"]));
        let output = output.map_err(|error| failed(error.to_string()))?;
        if output.status.success() { Ok(()) } else { Err(failed(last_words(&output))) }
    }

    fn output(&self, command: &mut Command) -> io::Result<Output> {
        command.stdin(self.lock.try_clone()?).output()
    }

    /// Like `output`, but also reports the lines of stdout as progress.
    fn follow(&self, command: &mut Command) -> io::Result<Output> {
        command.stdin(self.lock.try_clone()?).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        thread::scope(|threads| {
            let errors = threads.spawn(move || {
                let mut bytes = Vec::new();
                stderr.map_or(Ok(0), |mut stderr| stderr.read_to_end(&mut bytes)).map(|_| bytes)
            });
            for line in BufReader::new(stdout.expect("it is piped")).split(b'\n').map_while(io::Result::ok) {
                (self.tell)(Preparation::Does(&phase(&String::from_utf8_lossy(&line))));
            }
            let stderr = errors.join().unwrap_or_else(|_| Err(io::Error::other("no thread to read it")))?;
            Ok(Output { status: child.wait()?, stdout: Vec::new(), stderr })
        })
    }
}

/// Shortens a line of pip to its action: `Collecting numpy<2 (from supervisely)` becomes `Collecting
/// numpy<2`.
fn phase(line: &str) -> String {
    let line = line.split(" (from ").next().unwrap_or(line);
    head(&one_line(line.trim()), LINE_CHARACTERS_MAX).into_owned()
}

/// Returns the last line that is marked as an error, as pip does; otherwise the exception, otherwise the last
/// line.
fn last_words(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let names = ["ERROR:", "Error:", "error:"];
    let named = lines().rev().find_map(|line| names.iter().find_map(|name| line.strip_prefix(name)));
    let last = named.map(str::trim).or_else(|| exception(&text)).or_else(|| lines().next_back());
    let line = last.map_or_else(|| format!("it ended with {}", output.status), one_line);
    head(&line, LINE_CHARACTERS_MAX).into_owned()
}

/// Returns the line after the calls of the last traceback. The message may continue on further lines.
fn exception(text: &str) -> Option<&str> {
    let (_, traceback) = text.rsplit_once("Traceback (most recent call last):\n")?;
    traceback.lines().find(|line| !line.is_empty() && !line.starts_with(' '))
}

/// The Python that makes environments; `python3` by default.
pub(super) fn python_of(named: Option<OsString>) -> OsString {
    named.filter(|named| !named.is_empty()).unwrap_or_else(|| "python3".into())
}
