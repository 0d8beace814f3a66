//! Selects the environment variables that a Python with the SDK inherits.
//!
//! The SDK reads many variables: `SERVER_ADDRESS`, `TASK_ID`, `ENV`, `SUPERVISELY_...`, `modal.state.x`,
//! `context.x`, `LOG_LEVEL`, `SLY_EXTRA_CA_CERTS`, and others in other releases. It reads
//! `~/supervisely.env`, and its HTTP library reads proxies and `~/.netrc`. Therefore only named variables
//! pass, and the home folder is replaced.

use std::env;
use std::path::Path;
use std::process::Command;

/// Variables that pass: they are needed to find programs, to write temporary files, and to run some Pythons.
const PASSES: &[&str] =
    &["PATH", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"];
/// Some systems configure proxies outside the environment; requests to loopback must not use them.
const DIRECT: [(&str, &str); 2] = [("no_proxy", "127.0.0.1"), ("NO_PROXY", "127.0.0.1")];
/// UTF-8 in every locale, and sets in the same order in each run. Bytecode was compiled at
/// installation; concurrent processes would only overwrite each other's files.
const PYTHON: [(&str, &str); 3] =
    [("PYTHONUTF8", "1"), ("PYTHONHASHSEED", "0"), ("PYTHONDONTWRITEBYTECODE", "1")];

/// Removes from a Python command everything of the caller's environment that could influence Python or the
/// SDK, including variables set on the command before. `home` becomes its home folder; it must not contain
/// settings.
pub fn clean(command: &mut Command, home: &Path) {
    command.env_clear();
    command.envs(PASSES.iter().filter_map(|name| Some((name, env::var_os(name)?))));
    command.envs(DIRECT).envs(PYTHON).env("HOME", home);
}
