//! `slymock serve`: runs the fake until it is told to end.

use clap::Args;
use slymock_server::Config;

use super::fake::{Fake, raise_file_limit};
use super::output::{say, tell};
use super::signals::until_told;

#[derive(Args)]
pub(crate) struct Serve {
    /// The port to listen on; 0 takes a free one
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
        // Worlds are freed aside, and nobody has to wait for that any more.
        runtime.shutdown_background();
        done
    }

    async fn until_told(&self, config: Config) -> anyhow::Result<()> {
        let seed = config.settings.seed;
        // Before the port is taken: whoever reads the address may send a signal at once.
        let told = until_told()?;
        let (server, address) = self.fake.bind(config).await?;
        tell(&format!("seed {seed}"));
        say(&format!("listening on {address}\n{}", super::env::lines(&address)))?;
        self.fake.save(server.run(told).await)
    }
}
