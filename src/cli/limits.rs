//! What the fake takes at most, as options.

use std::fs;
use std::time::Duration;

use clap::Args;
use slymock_server::Limits;
use slymock_server::engine::weight::WORLD_BYTES;
use slymock_server::engine::{Settings, WorldLimits};

/// The options' defaults are the library's; each says its own in the help.
#[derive(Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitOptions {
    /// Bytes of a request's head
    #[arg(long, default_value_t = Limits::default().head, value_name = "N")]
    max_header_bytes: usize,
    /// Bytes of a request's body, whatever it is, but for a whole world
    #[arg(long, default_value_t = Limits::default().body, value_name = "N")]
    max_body_bytes: u64,
    /// Bytes of a JSON body, unless its method takes more
    #[arg(long, default_value_t = Limits::default().json, value_name = "N")]
    max_json_bytes: u64,
    /// Bytes of a body that brings a whole world
    #[arg(long, default_value_t = Limits::default().fixture, value_name = "N")]
    max_fixture_bytes: u64,
    /// Bytes of all bodies that are being answered, together; those of JSON count 8 times
    #[arg(long, default_value_t = Limits::default().bodies, value_name = "N")]
    max_bodies_bytes: u64,
    /// Bytes of uploads that a world keeps
    #[arg(long, default_value_t = WorldLimits::default().upload_bytes, value_name = "N")]
    max_upload_bytes: u64,
    /// About how many bytes of memory a world takes, uploads and journal aside; 4 GiB when absent, or half of this
    /// machine's memory where that is less
    #[arg(long, value_name = "N")]
    max_world_bytes: Option<usize>,
    /// Open connections; more of them wait
    #[arg(long, default_value_t = Limits::default().connections, value_name = "N",
          value_parser = at_least_one)]
    max_connections: usize,
    /// Worlds
    #[arg(long, default_value_t = Limits::default().worlds, value_name = "N", value_parser = at_least_one)]
    max_worlds: usize,
    /// Milliseconds that a request's head may take
    #[arg(long, default_value_t = millis(Limits::default().header_time), value_name = "MS",
          value_parser = clap::value_parser!(u64).range(1..))]
    header_timeout_ms: u64,
    /// Milliseconds that a request's body may take
    #[arg(long, default_value_t = millis(Limits::default().body_time), value_name = "MS",
          value_parser = clap::value_parser!(u64).range(1..))]
    body_timeout_ms: u64,
    /// Milliseconds that a client may take no byte of its reply
    #[arg(long, default_value_t = millis(Limits::default().reply_time), value_name = "MS",
          value_parser = clap::value_parser!(u64).range(1..))]
    reply_timeout_ms: u64,
    /// Bytes of journal entries that a world keeps
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
