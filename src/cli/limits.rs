//! The limits of the fake, as options.

use std::fs;
use std::time::Duration;

use clap::Args;
use slymock_server::Limits;
use slymock_server::engine::weight::WORLD_BYTES;
use slymock_server::engine::{Settings, WorldLimits};

/// The defaults are those of the library. The first paragraph of an option's help describes the limit and the
/// second what happens beyond it; `docs/limits.md` is printed from both.
#[derive(Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitOptions {
    /// Maximum size of a request's head, in bytes
    ///
    /// A larger head gets a 431; if it does not fit the connection's buffer, the connection is closed too.
    #[arg(long, default_value_t = Limits::default().head, value_name = "N")]
    max_header_bytes: usize,
    /// Maximum size of a request's body of any kind, except a whole world, in bytes
    ///
    /// A larger body gets a 413 before the rest of it is read. Uploads and visits to apps have only this
    /// limit.
    #[arg(long, default_value_t = Limits::default().body, value_name = "N")]
    max_body_bytes: u64,
    /// Maximum size of a JSON body, unless its method takes more, in bytes
    ///
    /// A larger body gets a 413. `slymock why METHOD` shows the limit of a method that takes more.
    #[arg(long, default_value_t = Limits::default().json, value_name = "N")]
    max_json_bytes: u64,
    /// Maximum size of a body with a whole world (`PUT /_slymock/world`, `POST /_slymock/worlds`), in bytes
    ///
    /// A larger body gets a 413.
    #[arg(long, default_value_t = Limits::default().fixture, value_name = "N")]
    max_fixture_bytes: u64,
    /// Maximum total size of the bodies that are read and answered at the same time, in bytes; a JSON body
    /// counts 8 times
    ///
    /// A body that does not fit waits. After `--body-timeout-ms` it gets a 503, which the SDK retries. Bodies
    /// of up to 8 KiB are not counted.
    #[arg(long, default_value_t = Limits::default().bodies, value_name = "N")]
    max_bodies_bytes: u64,
    /// Maximum total size of the uploads that a world keeps, in bytes
    ///
    /// An upload that does not fit gets a 413, and nothing of it is kept.
    #[arg(long, default_value_t = WorldLimits::default().upload_bytes, value_name = "N")]
    max_upload_bytes: u64,
    /// Maximum memory of a world without its uploads and journal, in bytes, as an estimate; by default
    /// 4294967296, or half of the memory of the machine or container if that is less
    ///
    /// A world that has reached the limit rejects every change with a 413 until it is reset or replaced. A
    /// fixture over the limit is rejected.
    #[arg(long, value_name = "N")]
    max_world_bytes: Option<usize>,
    /// Maximum number of open connections, 1 or more
    ///
    /// Further connections wait until one is closed.
    #[arg(long, default_value_t = Limits::default().connections, value_name = "N",
          value_parser = at_least_one)]
    max_connections: usize,
    /// Maximum number of worlds, 1 or more
    ///
    /// A request that would make a further world gets a 403: a call of the control API or, with
    /// `--worlds on-demand`, a new token.
    #[arg(long, default_value_t = Limits::default().worlds, value_name = "N", value_parser = at_least_one)]
    max_worlds: usize,
    /// Maximum time to receive a request's head, in milliseconds, 1 or more
    ///
    /// After that the connection is closed. A connection without a request for that time is closed, too.
    #[arg(long, default_value_t = millis(Limits::default().header_time), value_name = "MS",
          value_parser = clap::value_parser!(u64).range(1..))]
    header_timeout_ms: u64,
    /// Maximum time to receive a request's body, in milliseconds, 1 or more
    ///
    /// A slower body gets a 400, which the SDK does not retry.
    #[arg(long, default_value_t = millis(Limits::default().body_time), value_name = "MS",
          value_parser = clap::value_parser!(u64).range(1..))]
    body_timeout_ms: u64,
    /// Maximum time in which a client takes no byte of its response, in milliseconds, 1 or more
    ///
    /// After that the connection is closed, and the rest of the response is not sent.
    #[arg(long, default_value_t = millis(Limits::default().reply_time), value_name = "MS",
          value_parser = clap::value_parser!(u64).range(1..))]
    reply_timeout_ms: u64,
    /// Maximum total size of the journal entries that a world keeps, in bytes
    ///
    /// The oldest entries are dropped; `dropped` in the journal is their number. Counts stay exact.
    #[arg(long, default_value_t = Settings::default().journal_bytes, value_name = "N")]
    pub(crate) journal_bytes: usize,
}

impl LimitOptions {
    pub(crate) fn of_server(&self) -> Limits {
        Limits {
            head: self.max_header_bytes,
            body: self.max_body_bytes,
            json: self.max_json_bytes,
            fixture: self.max_fixture_bytes,
            bodies: self.max_bodies_bytes,
            header_time: Duration::from_millis(self.header_timeout_ms),
            body_time: Duration::from_millis(self.body_timeout_ms),
            reply_time: Duration::from_millis(self.reply_timeout_ms),
            connections: self.max_connections,
            worlds: self.max_worlds,
        }
    }

    /// The memory limit of a world, in bytes; by default `WORLD_BYTES`, or half of the memory if that
    /// is less.
    pub(crate) fn world_bytes(&self) -> usize {
        let half = || memory().map_or(WORLD_BYTES, |memory| WORLD_BYTES.min(memory / 2));
        self.max_world_bytes.unwrap_or_else(half)
    }

    pub(crate) fn of_worlds(&self) -> WorldLimits {
        WorldLimits { upload_bytes: self.max_upload_bytes, ..WorldLimits::default() }
    }
}

/// The memory of this machine or, if less, the limit of our container, in bytes; `None` if neither is known.
fn memory() -> Option<usize> {
    let of_machine = fs::read_to_string("/proc/meminfo").ok().and_then(|told| {
        let line = told.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
        line.trim().strip_suffix("kB")?.trim().parse::<usize>().ok()?.checked_mul(1024)
    });
    let of_container = fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let of_container = of_container.and_then(|told| told.trim().parse().ok());
    of_machine.into_iter().chain(of_container).min()
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Rejects 0, with which the server could not answer anything.
fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("at least 1".to_owned()),
        Ok(count) => Ok(count),
        Err(error) => Err(format!("{error}")),
    }
}

#[cfg(test)]
mod tests {
    use std::{env, fs};

    use clap::{Arg, Command};
    use slymock_server::bounds;

    use super::*;

    const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/limits.md");
    /// The page above this line is written by hand, the rest is printed.
    const MARK: &str = "<!-- printed by `SLYMOCK_BLESS=1 cargo test --bin slymock limits` -->\n";

    /// A table of the options, and one of the fixed limits.
    fn tables() -> String {
        let command = LimitOptions::augment_args(Command::new("serve"));
        let options: String = command.get_arguments().map(row).collect();
        let fixed = bounds().map(|bound| format!("| {} | {} | {} |\n", bound.what, bound.most, bound.over));
        format!(
            "\n| Option | Default | Limit | Beyond it |\n| --- | --- | --- | --- |\n{options}\n## Fixed limits\n\n\
             | Limit of | At most | Beyond it |\n| --- | --- | --- |\n{}",
            fixed.collect::<String>()
        )
    }

    fn row(option: &Arg) -> String {
        let name = option.get_long().unwrap();
        let default: Vec<_> =
            option.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
        let default = if default.is_empty() { "see limit".into() } else { default.concat() };
        let whole = option.get_long_help().unwrap_or_else(|| panic!("{name} lacks a second help paragraph"));
        let (about, over) = (option.get_help().unwrap().to_string(), whole.to_string());
        let over = over.strip_prefix(&about).unwrap().trim().replace('\n', " ");
        format!("| `--{name}` | {default} | {about} | {over} |\n")
    }

    #[test]
    fn the_page_is_printed_from_the_options() {
        let page = fs::read_to_string(PAGE).unwrap();
        let (above, shown) = page.split_once(MARK).unwrap();
        if env::var_os("SLYMOCK_BLESS").is_some() {
            fs::write(PAGE, format!("{above}{MARK}{}", tables())).unwrap();
            return;
        }
        assert!(shown == tables(), "docs/limits.md is old: SLYMOCK_BLESS=1 cargo test --bin slymock limits");
    }

    #[test]
    fn a_world_takes_half_of_the_memory_at_most() {
        let memory = memory().unwrap();
        assert!(memory > 64 * 1024 * 1024, "{memory} bytes");
    }
}
