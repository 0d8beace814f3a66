//! `slymock env`: the variables that point the SDK at the fake.

use clap::Args;

#[derive(Args)]
pub(crate) struct Env {
    /// The port the fake listens on
    #[arg(long, default_value_t = 8484)]
    port: u16,
}

impl Env {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        crate::cli::serve::say(&lines(&format!("http://127.0.0.1:{}", self.port)))
    }
}

/// The two export lines.
pub(crate) fn lines(address: &str) -> String {
    let token = slymock_server::DEFAULT_TOKEN;
    format!("export SERVER_ADDRESS={address}\nexport API_TOKEN={token}\n")
}
