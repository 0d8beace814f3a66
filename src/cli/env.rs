//! `slymock env`: export lines that point the SDK at the fake.

use clap::Args;
use slymock_server::DEFAULT_TOKEN;

use super::output::hand_on;

#[derive(Args)]
pub(crate) struct Env {
    /// Port that the fake listens on
    #[arg(long, default_value_t = 8484)]
    port: u16,
}

impl Env {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        hand_on(&lines(&format!("http://127.0.0.1:{}", self.port)))
    }
}

/// The variables that the SDK reads, with their values.
pub(crate) fn variables(address: &str) -> [(&'static str, &str); 2] {
    [("SERVER_ADDRESS", address), ("API_TOKEN", DEFAULT_TOKEN)]
}

/// One export line for each of [`variables`].
pub(crate) fn lines(address: &str) -> String {
    variables(address).map(|(name, value)| format!("export {name}={value}\n")).concat()
}
