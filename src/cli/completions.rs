//! `slymock completions SHELL`: a completion script, generated from the definitions of the arguments.

use clap::{Args, Command};
use clap_complete::Shell;

use super::output::hand_on;

#[derive(Args)]
pub(crate) struct Completions {
    /// Shell that will source the script
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    /// Prints the script for `command`, the top-level command.
    pub(crate) fn run(&self, mut command: Command) -> anyhow::Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "slymock", &mut script);
        hand_on(&String::from_utf8(script)?)
    }
}
