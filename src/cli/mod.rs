//! The subcommands, one small file each. A subcommand that cannot run prints the reason as one line on stderr
//! and exits with 2; `exec` otherwise exits with the code of its command.

mod adapter;
mod bench;
mod check;
mod child;
mod client;
mod completions;
mod env;
mod evidence;
mod exec;
mod exit;
mod fake;
mod fuzz;
mod limits;
mod methods;
mod output;
mod report;
mod report_files;
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

/// A fake Supervisely server for tests, and a conformance kit for clients of its task API.
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
    /// Each of these signals ends the fake within two seconds; with `--save-world` it saves the world first.
    /// A second Ctrl-C ends it at once, and the file of a save in progress keeps its old content. SIGQUIT
    /// always ends it at once. If the fake is started with SIGHUP ignored, as by `nohup`, it keeps ignoring
    /// SIGHUP.
    Serve(serve::Serve),
    /// Run a command with the fake, and exit with the command's exit code
    ///
    /// The fake runs as long as the command does. The command finds it through `SERVER_ADDRESS` and
    /// `API_TOKEN`. `TEAM_ID`, `WORKSPACE_ID` and `AGENT_ID` are the first ids of the world; an id that the
    /// world lacks is unset. `NO_PROXY` and `no_proxy` are your own lists with this machine added.
    ///
    /// Variables that would lead the SDK, requests, httpx or aiohttp to another server are removed:
    /// `SUPERVISELY_API_SERVER_ADDRESS`, `DEBUG_WITH_SLY_NET`, `context.spawnApiToken`, a team and a
    /// workspace under other names (`context.teamId`, `CONTEXT_TEAMID`), and proxies with a scheme other than
    /// http and https. The rest of your environment stays as it is.
    Exec(exec::Exec),
    /// Print the variables that point the SDK at the fake
    Env(env::Env),
    /// Run scenarios against a client of the task API; exit code 0: as expected, 1: not as expected, 2: could
    /// not run
    ///
    /// Each scenario drives the client against a fake whose clock the kit moves, and checks its
    /// requests, pauses, results and logs. A run is as expected if every scenario comes to its end, no
    /// check fails or is vacuous except the known failures of the client, those still fail as recorded,
    /// and the client claims what `--requirements` asks for. Without options, slymock's own client is
    /// checked; `--adapter` checks yours, and `slymock adapter new` writes an adapter to begin with.
    Check(check::Check),
    /// Run generated cases on a client; exit code 0: nothing found, 1: failures found, 2: could not run
    ///
    /// Each case is a random world with faults, settings and calls. An oracle judges it: a model of what the
    /// documentation promises, not of a client. Each failure is shrunk and saved as a scenario file, which
    /// `slymock check FILE` repeats. Known failures that name a rule of the oracle are counted and not saved.
    Fuzz(fuzz::Fuzz),
    /// Merge the reports of several runs
    Report(report::Report),
    /// Write, check or run an adapter, the program that lets the kit drive a client
    Adapter(adapter::Adapter),
    /// Check scenario files
    Scenarios(scenarios::Scenarios),
    /// List the wire methods
    Methods(methods::Methods),
    /// Print how a wire method is modelled, or a section of docs/wire, and the evidence for it
    Why(why::Why),
    /// Measure the cost of the fake against a bare server that sends the same responses
    Bench(bench::Bench),
    /// Print a completion script for a shell
    Completions(completions::Completions),
}

impl Command {
    fn run(&self) -> anyhow::Result<u8> {
        match self {
            Self::Exec(exec) => return exec.run(),
            Self::Check(check) => return check.run(),
            Self::Fuzz(fuzz) => return fuzz.run(),
            Self::Report(report) => return report.run(),
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

/// Prints clap's help or error instead of a run. Clap repeats arguments unchanged, so its message is made
/// again from arguments that are escaped for a terminal.
fn told(answer: clap::Error) -> ExitCode {
    let shown = args_os().map(|argument| terminal::one_line(&argument.to_string_lossy()));
    let answer = Arguments::try_parse_from(shown).err().unwrap_or(answer);
    let _ = answer.print();
    ExitCode::from(u8::try_from(answer.exit_code()).unwrap_or(COULD_NOT_RUN))
}
