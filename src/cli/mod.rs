//! The subcommands, one small file each. What cannot run says why in one line on stderr and exits with 2.

mod bench;
mod env;
mod fake;
mod methods;
mod output;
mod serve;
mod why;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// It ran as expected.
const OK: u8 = 0;
/// It could not run.
const COULD_NOT_RUN: u8 = 2;

/// A stateful fake of the Supervisely task API.
#[derive(Parser)]
#[command(name = "slymock", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the fake until SIGINT or SIGTERM
    Serve(serve::Serve),
    /// Print the variables that point the SDK at the fake
    Env(env::Env),
    /// List the wire methods
    Methods(methods::Methods),
    /// Print what is known of a wire method, and how well
    Why(why::Why),
    /// Measure what the fake costs, against a bare server that answers the same
    Bench(bench::Bench),
}

/// Reads the arguments and runs the subcommand.
pub(crate) fn run() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Serve(serve) => serve.run(),
        Command::Env(env) => env.run(),
        Command::Methods(methods) => methods.run(),
        Command::Why(why) => why.run(),
        Command::Bench(bench) => bench.run(),
    };
    match done {
        Ok(()) => ExitCode::from(OK),
        Err(error) => {
            output::tell(&format!("slymock: {error:#}"));
            ExitCode::from(COULD_NOT_RUN)
        }
    }
}
