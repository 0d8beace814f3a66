//! The subcommands, one small file each. What cannot run says why in one line on stderr and exits with 2;
//! `exec` alone has other exit codes, its command's.

mod adapter;
mod bench;
mod check;
mod child;
mod client;
mod completions;
mod env;
mod exec;
mod exit;
mod fake;
mod limits;
mod methods;
mod output;
mod scenarios;
mod serve;
mod signals;
mod surroundings;
mod why;

use std::env::args_os;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};
use slymock_conformance::terminal;

use exit::{COULD_NOT_RUN, OK};

/// A stateful fake of the Supervisely task API.
#[derive(Parser)]
#[command(name = "slymock", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the fake until SIGINT, SIGTERM or SIGHUP
    ///
    /// Each of them ends it within two seconds, with the world saved where `--save-world` asks for that; Ctrl-C once more
    /// ends it at once, and what is being saved stays as it was. SIGQUIT ends it at once. One that was started to ignore
    /// SIGHUP, as under `nohup`, goes on ignoring it.
    Serve(serve::Serve),
    /// Run a command with the fake beside it, and end as it does
    ///
    /// The command finds the fake by `SERVER_ADDRESS` and `API_TOKEN`. `TEAM_ID`, `WORKSPACE_ID` and `AGENT_ID` are the
    /// first ids of the world that is served; one that it lacks is not set. `NO_PROXY` and `no_proxy` are your own lists
    /// with this machine added. These variables are taken away, for they would lead the SDK, requests, httpx or aiohttp
    /// elsewhere: `SUPERVISELY_API_SERVER_ADDRESS`, `DEBUG_WITH_SLY_NET`, `context.spawnApiToken`, a team and a workspace
    /// under other names (`context.teamId`, `CONTEXT_TEAMID`), and proxies of other schemes than http and https. All else
    /// in your environment stays.
    Exec(exec::Exec),
    /// Print the variables that point the SDK at the fake
    Env(env::Env),
    /// Check what a client of the task API does, by scenarios: 0 as expected, 1 not as expected, 2 could not run
    Check(check::Check),
    /// Work on adapters, which let the kit use a client
    Adapter(adapter::Adapter),
    /// Work on scenarios
    Scenarios(scenarios::Scenarios),
    /// List the wire methods
    Methods(methods::Methods),
    /// Print what is known of a wire method, and how well
    Why(why::Why),
    /// Measure what the fake costs, against a bare server that answers the same
    Bench(bench::Bench),
    /// Print what a shell needs to complete the arguments
    Completions(completions::Completions),
}

impl Command {
    fn run(&self) -> anyhow::Result<u8> {
        match self {
            Self::Exec(exec) => return exec.run(),
            Self::Check(check) => return check.run(),
            Self::Adapter(adapter) => return adapter.run(),
            Self::Scenarios(scenarios) => return scenarios.run(),
            Self::Bench(bench) => return bench.run(),
            Self::Serve(serve) => serve.run(),
            Self::Env(env) => env.run(),
            Self::Methods(methods) => methods.run(),
            Self::Why(why) => why.run(),
            Self::Completions(completions) => completions.run(Arguments::command()),
        }?;
        Ok(OK)
    }
}

/// Reads the arguments and runs the subcommand.
pub(crate) fn run() -> ExitCode {
    signals::outlive_full_files();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(answer) => return told(answer),
    };
    let code = arguments.command.run().unwrap_or_else(|error| {
        output::tell(&format!("slymock: {error:#}"));
        COULD_NOT_RUN
    });
    ExitCode::from(code)
}

/// Tells what clap answers in the place of a run: help, or what is wrong with the arguments. It repeats them as they
/// are, so what it tells is its answer to arguments that are fit for a terminal.
fn told(answer: clap::Error) -> ExitCode {
    let shown = args_os().map(|argument| terminal::one_line(&argument.to_string_lossy()));
    let answer = Arguments::try_parse_from(shown).err().unwrap_or(answer);
    let _ = answer.print();
    ExitCode::from(u8::try_from(answer.exit_code()).unwrap_or(COULD_NOT_RUN))
}
