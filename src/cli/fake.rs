//! The options that `serve` and `exec` share, and the server that they start with them.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use slymock_server::engine::clock::Mode;
use slymock_server::engine::json;
use slymock_server::engine::lifecycle;
use slymock_server::engine::snapshot::Blueprint;
use slymock_server::engine::{Settings, State};
use slymock_server::{Config, Server, WorldsMode, load};

use super::limits::LimitOptions;
use super::output::{check, write_whole, write_world};

#[derive(Args)]
pub(crate) struct Fake {
    /// Host name or IP address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    /// Seed of all random values, printed on stderr; by default that of the fixture, or a new one
    #[arg(long)]
    seed: Option<u64>,
    /// Mode of the world's clock; by default that of the fixture, or real
    #[arg(long, value_enum)]
    clock: Option<Clock>,
    /// Fixture or snapshot to start from, as JSON, instead of the built-in world
    #[arg(long, value_name = "FILE")]
    world: Option<PathBuf>,
    /// Write the world of the default token to this file at the end, and on `POST /_slymock/save`
    #[arg(long, value_name = "FILE")]
    save_world: Option<PathBuf>,
    /// Default lifecycle for tasks that do not specify one: a preset name or a JSON file
    #[arg(long, value_name = "PRESET|FILE")]
    lifecycle: Option<String>,
    /// API tokens that have a world
    #[arg(long, value_enum, default_value = "fixed")]
    worlds: Tokens,
    /// Reject requests with unknown fields instead of noting a warning in the journal
    #[arg(long)]
    strict: bool,
    /// Write the address of the server to this file once it takes requests
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,
    /// Accept requests under this host name, and from its web pages, in addition to loopback; can be repeated
    #[arg(long, value_name = "NAME", value_parser = host_name)]
    allow_host: Vec<String>,
    /// Allow requests for apps to be forwarded to this host, in addition to loopback; can be repeated
    #[arg(long, value_name = "HOST")]
    allow_forward: Vec<String>,
    #[command(flatten)]
    limits: LimitOptions,
}

#[derive(Clone, Copy, ValueEnum)]
enum Tokens {
    /// Tokens that the fake has issued
    Fixed,
    /// All tokens: an unknown token gets a new world
    OnDemand,
}

#[derive(Clone, Copy, ValueEnum)]
enum Clock {
    /// Moves with the wall clock
    Real,
    /// Moves only when a test moves it
    Manual,
    /// Moves to the next change of a task when a client polls the task again
    Auto,
}

impl From<Clock> for Mode {
    fn from(clock: Clock) -> Self {
        match clock {
            Clock::Real => Self::Real,
            Clock::Manual => Self::Manual,
            Clock::Auto => Self::Auto,
        }
    }
}

impl Fake {
    /// Makes the server's configuration, and reports every mistake in the options.
    pub(crate) fn config(&self, port: u16) -> anyhow::Result<Config> {
        for file in self.ready_file.iter().chain(&self.save_world) {
            check(file)?;
        }
        // A file that an earlier server has left would announce that this one is ready.
        self.ready_file.as_ref().map(fs::remove_file);
        let mut fixture = self.world.as_deref().map(read_world).transpose()?.unwrap_or_default();
        if let Some(lifecycle) = &self.lifecycle {
            fixture.set_lifecycle(read_lifecycle(lifecycle)?);
        }
        let clock = self.clock.map(Mode::from).or(fixture.mode()).unwrap_or_default();
        let seed = self.seed.or(fixture.seed()).unwrap_or_else(made_up_seed);
        fixture.set_seed(seed);
        Ok(Config {
            host: self.host.clone(),
            port,
            fixture,
            settings: Settings {
                clock,
                seed,
                journal_bytes: self.limits.journal_bytes,
                limits: self.limits.of_worlds(),
                bytes: self.limits.world_bytes(),
            },
            worlds: match self.worlds {
                Tokens::Fixed => WorldsMode::Fixed,
                Tokens::OnDemand => WorldsMode::OnDemand,
            },
            save_world: self.save_world.clone(),
            strict: self.strict,
            allow_hosts: self.allow_host.clone(),
            allow_forwards: self.allow_forward.clone(),
            limits: self.limits.of_server(),
        })
    }

    /// Binds the port and writes the ready file. Returns the server and the address to reach it.
    pub(crate) async fn bind(&self, config: Config) -> anyhow::Result<(Server, String)> {
        let server = Server::bind(config).await?;
        let address = format!("http://{}", reachable(server.address()));
        if let Some(file) = &self.ready_file {
            write_whole(file, address.as_bytes())?;
        }
        Ok((server, address))
    }

    /// Saves the world at the end, if `--save-world` is given.
    pub(crate) fn save(&self, world: State) -> anyhow::Result<()> {
        match &self.save_world {
            Some(file) => write_world(file, world),
            None => Ok(()),
        }
    }
}

/// Parses a name as in a `Host` header, without scheme and port.
fn host_name(text: &str) -> Result<String, String> {
    let bare = !text.is_empty() && !text.contains(['/', ':', '@', ' ']);
    if bare { Ok(text.to_owned()) } else { Err("expected a host name without scheme and port".to_owned()) }
}

/// The address to reach a server from this machine: loopback if it listens on all addresses.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}

/// Raises the limit of open files, because each connection is one. If that fails, the server runs with fewer.
pub(crate) fn raise_file_limit() {
    let _ = rlimit::increase_nofile_limit(rlimit::INFINITY);
}

pub(crate) fn read_world(file: &Path) -> anyhow::Result<Blueprint> {
    let named = || format!("world file {}", file.display());
    let mut text = load::to_read_again(file).with_context(named)?;
    Blueprint::read(&mut text).with_context(named)
}

/// Returns a preset's name unchanged, or else the JSON of the file.
fn read_lifecycle(name_or_file: &str) -> anyhow::Result<serde_json::Value> {
    let named = || format!("lifecycle {name_or_file}");
    let by_name = serde_json::Value::from(name_or_file);
    let Err(unknown) = lifecycle::read(&by_name) else { return Ok(by_name) };
    if !Path::new(name_or_file).exists() {
        anyhow::bail!("{}, and no such file", unknown.join("; "));
    }
    let text = load::bytes(Path::new(name_or_file)).with_context(named)?;
    let value = json::read(&text).with_context(named)?;
    lifecycle::read(&value)
        .map_err(|problems| anyhow::anyhow!("lifecycle {name_or_file}: {}", problems.join("; ")))?;
    Ok(value)
}

/// A seed from the wall clock: it only has to differ from run to run, and is printed to repeat a run.
fn made_up_seed() -> u64 {
    slymock_server::clock::now().millis().unsigned_abs()
}
