//! `slymock completions SHELL`: what a shell needs to complete our arguments, made from the arguments themselves.

use clap::{Args, Command};
use clap_complete::Shell;

use super::output::hand_on;

#[derive(Args)]
pub(crate) struct Completions {
    /// The shell to print them for
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    /// Prints them for `command`, which has all arguments.
    pub(crate) fn run(&self, mut command: Command) -> anyhow::Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "slymock", &mut script);
        hand_on(&String::from_utf8(script)?)
    }
}
