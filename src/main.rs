//! The command `slymock`: arguments, a library call, an exit code.

mod cli;

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// The system's own keeps what a world has held once that is gone, until somebody needs as much again.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    cli::run()
}
