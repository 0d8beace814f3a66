//! `slymock serve`: runs the fake until a signal ends it.

use clap::Args;
use slymock_server::Config;

use super::fake::{Fake, raise_file_limit};
use super::output::{say, tell};
use super::signals::until_told;

#[derive(Args)]
pub(crate) struct Serve {
    /// Port to listen on; 0 picks a free port
    #[arg(long, default_value_t = 8484)]
    port: u16,
    #[command(flatten)]
    fake: Fake,
}

impl Serve {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        let config = self.fake.config(self.port)?;
        raise_file_limit();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let done = runtime.block_on(self.until_told(config));
        // Background tasks free deleted worlds; the end of the process does not wait for them.
        runtime.shutdown_background();
        done
    }

    async fn until_told(&self, config: Config) -> anyhow::Result<()> {
        let seed = config.settings.seed;
        // Before the port is bound, because a process that reads the address may send a signal at once.
        let told = until_told()?;
        let (server, address) = self.fake.bind(config).await?;
        tell(&format!("seed {seed}"));
        say(&format!("listening on {address}\n{}", super::env::lines(&address)))?;
        self.fake.save(server.run(told).await)
    }
}
