//! `slymock exec -- CMD`: runs the fake while a command runs, and ends with the command's exit code.
//! Stdin and stdout belong to the command; slymock prints only the seed and its own errors, on stderr.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use clap::{Args, ValueHint};
use slymock_server::Config;

use super::child::Child;
use super::exit::COULD_NOT_RUN;
use super::fake::{Fake, raise_file_limit};
use super::output::tell;
use super::signals::Signals;
use super::surroundings::Surroundings;

/// A shell reports a command that was killed by signal N as exit code 128 + N.
const KILLED: i32 = 128;

#[derive(Args)]
pub(crate) struct Exec {
    /// Port to listen on; 0 picks a free port
    #[arg(long, default_value_t = 0)]
    port: u16,
    #[command(flatten)]
    fake: Fake,
    /// Command to run, with its arguments
    #[arg(last = true, required = true, value_name = "CMD", value_hint = ValueHint::CommandName)]
    command: Vec<OsString>,
}

impl Exec {
    /// Returns the command's exit code, or 128 + N if signal N killed it.
    pub(crate) fn run(&self) -> anyhow::Result<u8> {
        let config = self.fake.config(self.port)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let code = runtime.block_on(self.while_it_runs(config));
        // Background tasks free deleted worlds; the end of the process does not wait for them.
        runtime.shutdown_background();
        code
    }

    async fn while_it_runs(&self, config: Config) -> anyhow::Result<u8> {
        let seed = config.settings.seed;
        // Before the port is bound, because a process that reads the address may send a signal at once.
        let signals = Signals::catch()?;
        let (server, address) = self.fake.bind(config).await?;
        let surroundings = Surroundings::of(&address, server.first_ids());
        let child = Child::start(&self.command, surroundings, signals)?;
        tell(&format!("seed {seed}"));
        // Only now, because the command would inherit the limit, and some programs loop over every file
        // descriptor up to it.
        raise_file_limit();
        let mut status = None;
        let world = server.run(async { status = Some(child.wait().await) }).await;
        let code = code_of(status.expect("the server runs until the child has ended")?);
        match self.fake.save(world) {
            // The command's failure is more useful to the caller than a failed save.
            Err(error) if code != 0 => {
                tell(&format!("slymock: {error:#}"));
                Ok(code)
            }
            saved => saved.map(|()| code),
        }
    }
}

fn code_of(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| KILLED + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(COULD_NOT_RUN)
}
