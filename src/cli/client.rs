//! Selection of the client that `slymock check` runs, and how its adapter is started.

use std::process::Command;

use clap::{Args, ValueEnum};
use slymock_conformance::adapter::in_process::InProcess;
use slymock_conformance::adapter::process::{Process, kill_all};
use slymock_conformance::adapter::{Adapter, Say};
use slymock_conformance::sdk;

use super::adapter::AdapterCommand;
use super::output;
use super::signals::Signals;

#[derive(Args)]
pub(crate) struct WhichClient {
    /// Client to check
    #[arg(long, value_enum, default_value = "rust")]
    client: Client,
    /// Release of the official SDK, such as 6.72.177; by default the newest one that slymock knows
    #[arg(long, value_name = "V")]
    sdk_version: Option<String>,
    /// Command of your own adapter, split as by a shell; its client is checked instead of a built-in one
    #[arg(long, value_name = "CMD", conflicts_with_all = ["client", "sdk_version"])]
    adapter: Option<AdapterCommand>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Client {
    /// The client that is part of slymock, in this process
    Rust,
    /// The official SDK, which slymock installs into your cache folder on first use; needs python3
    Python,
}

/// Starts the adapter of a worker.
pub(crate) enum Launcher {
    /// slymock's own client, in this process.
    Here,
    /// A command, as a process of its own for each worker.
    Process(Box<dyn Fn() -> Command + Sync>),
}

impl Launcher {
    /// True for a client in this process.
    pub(crate) fn is_here(&self) -> bool {
        matches!(self, Self::Here)
    }

    pub(crate) fn make(&self, say: Say) -> Result<Box<dyn Adapter>, String> {
        match self {
            Self::Here => Ok(Box::new(InProcess::new(say))),
            Self::Process(command) => Ok(Box::new(Process::start(command(), say)?)),
        }
    }
}

impl WhichClient {
    /// Prepares the client. This takes a while if the official SDK has to be installed first.
    pub(crate) fn prepare(&self) -> anyhow::Result<Launcher> {
        if self.sdk_version.is_some() && self.client != Client::Python {
            anyhow::bail!("--sdk-version is for --client python");
        }
        if let Some(command) = self.adapter.clone() {
            return Self::apart(move || command.to_command());
        }
        if self.client == Client::Rust {
            return Ok(Launcher::Here);
        }
        let watch = sdk::Watch::new(output::is_watched());
        let version = self.sdk_version.as_deref().unwrap_or(sdk::NEWEST);
        let environment =
            sdk::prepare(&sdk::cache_folder()?, version, &[], &|progress| watch.tell(progress))?;
        let program = environment.put_program(&sdk::ADAPTER)?;
        Self::apart(move || {
            let mut command = environment.command();
            command.arg(&program);
            command
        })
    }

    fn apart(command: impl Fn() -> Command + Sync + 'static) -> anyhow::Result<Launcher> {
        // Adapters run in process groups of their own, so Ctrl-C in a terminal does not reach them.
        Signals::catch()?.end_after(kill_all);
        Ok(Launcher::Process(Box::new(command)))
    }

    /// The arguments that select this client again.
    pub(crate) fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        if let Some(command) = &self.adapter {
            words.extend(["--adapter".to_owned(), command.to_string()]);
        }
        if self.client == Client::Python {
            words.extend(["--client".to_owned(), "python".to_owned()]);
        }
        if let Some(version) = &self.sdk_version {
            words.extend(["--sdk-version".to_owned(), version.clone()]);
        }
        words
    }
}
