//! The other end of the pipe: any adapter of this process as a program that speaks the protocol.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};

use super::{Adapter, Say};
use crate::protocol::{FromAdapter, FromKit};

/// Why it cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A line is none.
    #[error("{line:?} is no line of the protocol: {error}")]
    Line {
        /// The line.
        line: String,
        /// What is wrong with it.
        error: serde_json::Error,
    },
    /// The input cannot be read.
    #[error(transparent)]
    Input(#[from] std::io::Error),
}

/// Does what the kit says, line by line, until it says `bye` or no more. What the adapter says goes to `output`.
///
/// # Errors
///
/// [`ServeError`] when a line is none.
pub async fn serve(
    input: impl AsyncRead + Unpin,
    output: impl Write + Send + 'static,
    make: impl FnOnce(Say) -> Box<dyn Adapter>,
) -> Result<(), ServeError> {
    let output = Mutex::new(output);
    let mut adapter = make(Arc::new(move |lane, said| {
        let line = FromAdapter::of(lane, said);
        let line = serde_json::to_string(&line).expect("a message has text for keys");
        // Who reads no more has ended, and so does this at the end of its input.
        let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = writeln!(output, "{line}").and_then(|()| output.flush());
    }));
    let mut lines = BufReader::new(input).lines();
    while let Some(line) = lines.next_line().await? {
        match serde_json::from_str(&line).map_err(|error| ServeError::Line { line, error })? {
            FromKit::Probe { id, op } => adapter.probe(id, &op),
            FromKit::Call(call) => adapter.call(*call),
            FromKit::Wake { lane, ticket, now_ms } => adapter.wake(&lane, ticket, now_ms),
            FromKit::Bye => break,
        }
    }
    adapter.end();
    Ok(())
}
