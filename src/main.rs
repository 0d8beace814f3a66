//! The command `slymock`: arguments, a library call, an exit code.

mod cli;

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// The system's allocator keeps the memory of a deleted world instead of returning it to the system.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    cli::run()
}
