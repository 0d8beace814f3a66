//! What the fake takes at most, as options.

use std::time::Duration;

use clap::Args;
use slymock_server::Limits;
use slymock_server::engine::{Settings, WorldLimits};

/// The options' defaults are the library's; each says its own in the help.
#[derive(Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitOptions {
    /// Bytes of a request's head
    #[arg(long, default_value_t = Limits::default().head, value_name = "N")]
    max_header_bytes: usize,
    /// Bytes of a request's body
    #[arg(long, default_value_t = Limits::default().body, value_name = "N")]
    max_body_bytes: u64,
    /// Bytes of uploads that a world keeps
    #[arg(long, default_value_t = WorldLimits::default().upload_bytes, value_name = "N")]
    max_upload_bytes: u64,
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
    /// Bytes of journal entries that a world keeps
    #[arg(long, default_value_t = Settings::default().journal_bytes, value_name = "N")]
    pub(crate) journal_bytes: usize,
}

impl LimitOptions {
    pub(crate) fn of_server(&self) -> Limits {
        Limits {
            head: self.max_header_bytes,
            body: self.max_body_bytes,
            header_time: Duration::from_millis(self.header_timeout_ms),
            body_time: Duration::from_millis(self.body_timeout_ms),
            connections: self.max_connections,
            worlds: self.max_worlds,
        }
    }

    pub(crate) fn of_worlds(&self) -> WorldLimits {
        WorldLimits { upload_bytes: self.max_upload_bytes, ..WorldLimits::default() }
    }
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
