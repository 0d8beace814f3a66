//! `slymock exec -- CMD`: runs the fake for as long as a command runs, and ends as the command does.
//! Stdin, stdout and the exit code are the command's; of ours there is the seed on stderr.

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

/// What a shell adds to a signal's number to tell that it killed the command.
const KILLED: i32 = 128;

#[derive(Args)]
pub(crate) struct Exec {
    /// The port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    #[command(flatten)]
    fake: Fake,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "CMD", value_hint = ValueHint::CommandName)]
    command: Vec<OsString>,
}

impl Exec {
    /// The command's exit code, or what a shell makes of the signal that killed it.
    pub(crate) fn run(&self) -> anyhow::Result<u8> {
        let config = self.fake.config(self.port)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let code = runtime.block_on(self.while_it_runs(config));
        // Worlds are freed aside, and nobody has to wait for that any more.
        runtime.shutdown_background();
        code
    }

    async fn while_it_runs(&self, config: Config) -> anyhow::Result<u8> {
        let seed = config.settings.seed;
        // Before the port is taken: whoever reads the address may send a signal at once.
        let signals = Signals::catch()?;
        let (server, address) = self.fake.bind(config).await?;
        let surroundings = Surroundings::of(&address, server.first_ids());
        let child = Child::start(&self.command, surroundings, signals)?;
        tell(&format!("seed {seed}"));
        // Not before: the command would inherit it, and some walk through all the files they may open.
        raise_file_limit();
        let mut status = None;
        let world = server.run(async { status = Some(child.wait().await) }).await;
        let code = code_of(status.expect("the server runs until the child has ended")?);
        match self.fake.save(world) {
            // The command's own failure says more than ours.
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
