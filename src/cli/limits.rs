//! What the fake takes at most, as options.

use std::fs;
use std::time::Duration;

use clap::Args;
use slymock_server::Limits;
use slymock_server::engine::weight::WORLD_BYTES;
use slymock_server::engine::{Settings, WorldLimits};

/// The options' defaults are the library's; each says its own in the help. What becomes of that which goes over a
/// limit is the second paragraph, and `docs/limits.md` is printed from both.
#[derive(Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitOptions {
    /// Bytes of a request's head
    ///
    /// A longer one is refused with 431, one beyond what the connection buffers with 431 and an end of the connection.
    #[arg(long, default_value_t = Limits::default().head, value_name = "N")]
    max_header_bytes: usize,
    /// Bytes of a request's body, whatever it is, but for a whole world
    ///
    /// A larger one is refused with 413, before more of it is read. Uploads and visits to apps have this limit alone.
    #[arg(long, default_value_t = Limits::default().body, value_name = "N")]
    max_body_bytes: u64,
    /// Bytes of a JSON body, unless its method takes more
    ///
    /// A larger one is refused with 413. `slymock why METHOD` says where a method takes more.
    #[arg(long, default_value_t = Limits::default().json, value_name = "N")]
    max_json_bytes: u64,
    /// Bytes of a body that brings a whole world: `PUT /_slymock/world`, `POST /_slymock/worlds`
    ///
    /// A larger one is refused with 413.
    #[arg(long, default_value_t = Limits::default().fixture, value_name = "N")]
    max_fixture_bytes: u64,
    /// Bytes of all bodies that are being read and answered, together; those of JSON count 8 times
    ///
    /// A body for which there is no room waits. After `--body-timeout-ms` it is refused with 503, which the SDK tries
    /// again. Bodies of up to 8 KiB are not counted.
    #[arg(long, default_value_t = Limits::default().bodies, value_name = "N")]
    max_bodies_bytes: u64,
    /// Bytes of uploads that a world keeps
    ///
    /// An upload beyond them is refused with 413, whole.
    #[arg(long, default_value_t = WorldLimits::default().upload_bytes, value_name = "N")]
    max_upload_bytes: u64,
    /// Bytes of memory that a world takes, roughly, uploads and journal aside; 4294967296 when absent, or half of the
    /// memory there is where that is less
    ///
    /// A world that has reached them takes no change, with 413, until it is reset or another is put in its place. A
    /// fixture that goes over them is refused.
    #[arg(long, value_name = "N")]
    max_world_bytes: Option<usize>,
    /// Open connections
    ///
    /// Further ones wait until one is closed.
    #[arg(long, default_value_t = Limits::default().connections, value_name = "N",
          value_parser = at_least_one)]
    max_connections: usize,
    /// Worlds
    ///
    /// One more is refused with 403, be it made by a call or, with `--worlds on-demand`, by a new token.
    #[arg(long, default_value_t = Limits::default().worlds, value_name = "N", value_parser = at_least_one)]
    max_worlds: usize,
    /// Milliseconds that a request's head may take
    ///
    /// Then the connection is closed. So is one on which nothing is asked for that long.
    #[arg(long, default_value_t = millis(Limits::default().header_time), value_name = "MS",
          value_parser = clap::value_parser!(u64).range(1..))]
    header_timeout_ms: u64,
    /// Milliseconds that a request's body may take
    ///
    /// One that takes longer is refused with 400, which the SDK does not try again.
    #[arg(long, default_value_t = millis(Limits::default().body_time), value_name = "MS",
          value_parser = clap::value_parser!(u64).range(1..))]
    body_timeout_ms: u64,
    /// Milliseconds that a client may take no byte of its reply
    ///
    /// Then the connection is closed, with the rest of the reply unsent.
    #[arg(long, default_value_t = millis(Limits::default().reply_time), value_name = "MS",
          value_parser = clap::value_parser!(u64).range(1..))]
    reply_timeout_ms: u64,
    /// Bytes of journal entries that a world keeps
    ///
    /// The oldest entries go; `dropped` in the journal says how many. Counts stay exact.
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

    /// How much memory a world takes.
    pub(crate) fn world_bytes(&self) -> usize {
        let half = || memory().map_or(WORLD_BYTES, |memory| WORLD_BYTES.min(memory / 2));
        self.max_world_bytes.unwrap_or_else(half)
    }

    pub(crate) fn of_worlds(&self) -> WorldLimits {
        WorldLimits { upload_bytes: self.max_upload_bytes, ..WorldLimits::default() }
    }
}

/// The memory of this machine, or of the container that we run in; nothing where the system does not tell.
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

/// With none there would be nobody to answer.
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
    /// What stands above the table that is printed.
    const MARK: &str = "<!-- printed by `SLYMOCK_BLESS=1 cargo test --bin slymock limits` -->\n";

    /// A table of the options and one of what no option changes.
    fn tables() -> String {
        let command = LimitOptions::augment_args(Command::new("serve"));
        let options: String = command.get_arguments().map(row).collect();
        let fixed = bounds().map(|bound| format!("| {} | {} | {} |\n", bound.what, bound.most, bound.over));
        format!(
            "\n| Option | Default | Of what | Beyond it |\n| --- | --- | --- | --- |\n{options}\n## What no option changes\n\n\
             | Of what | At most | Beyond it |\n| --- | --- | --- |\n{}",
            fixed.collect::<String>()
        )
    }

    fn row(option: &Arg) -> String {
        let name = option.get_long().unwrap();
        let default: Vec<_> =
            option.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
        let default = if default.is_empty() { "as said".into() } else { default.concat() };
        let whole = option.get_long_help().unwrap_or_else(|| panic!("{name} does not say what goes over it"));
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
