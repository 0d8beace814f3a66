//! What a Python with the SDK is given of the caller's environment, and what it is not.
//!
//! What the SDK reads has no end: `SERVER_ADDRESS`, `TASK_ID`, `ENV`, `SUPERVISELY_...`, `modal.state.x`, `context.x`,
//! `LOG_LEVEL`, `SLY_EXTRA_CA_CERTS`, with others in other releases; `~/supervisely.env` when it is asked for its
//! settings; its HTTP library adds proxies and `~/.netrc`. So what passes is named, and the home is another.

use std::env;
use std::path::Path;
use std::process::Command;

/// What programs are found by, where they put what is not to stay, and what some Pythons do not run without.
const PASSES: &[&str] =
    &["PATH", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"];
/// Some systems tell proxies past the environment; loopback needs none.
const DIRECT: [(&str, &str); 2] = [("no_proxy", "127.0.0.1"), ("NO_PROXY", "127.0.0.1")];
/// Text is UTF-8 whatever the locale, and sets have the same order in each run. Bytecode is there since the SDK was
/// installed; many that run at once would only write the rest over each other.
const PYTHON: [(&str, &str); 3] =
    [("PYTHONUTF8", "1"), ("PYTHONHASHSEED", "0"), ("PYTHONDONTWRITEBYTECODE", "1")];

/// Has a command of Python's know nothing of the caller's environment that it or the SDK would take to heart. What
/// was set on it before is lost. `home` is its home folder, one without settings of anybody.
pub fn clean(command: &mut Command, home: &Path) {
    command.env_clear();
    command.envs(PASSES.iter().filter_map(|name| Some((name, env::var_os(name)?))));
    command.envs(DIRECT).envs(PYTHON).env("HOME", home);
}
