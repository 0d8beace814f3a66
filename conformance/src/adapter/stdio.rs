//! The other end of the pipe: makes any adapter of this process a program that speaks the protocol.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};

use super::{Adapter, Say};
use crate::protocol::{FromAdapter, FromKit};

/// Reason why serving ended early.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A line is invalid.
    #[error("{line:?} is not a line of the protocol: {error}")]
    Line {
        /// The line.
        line: String,
        /// Error of the JSON parser.
        error: serde_json::Error,
    },
    /// The input cannot be read.
    #[error(transparent)]
    Input(#[from] std::io::Error),
}

/// Executes the lines of the kit until `bye` or the end of the input. Statements of the adapter go to
/// `output`.
///
/// # Errors
///
/// [`ServeError`] if a line is invalid or the input cannot be read.
pub async fn serve(
    input: impl AsyncRead + Unpin,
    output: impl Write + Send + 'static,
    make: impl FnOnce(Say) -> Box<dyn Adapter>,
) -> Result<(), ServeError> {
    let output = Mutex::new(output);
    let mut adapter = make(Arc::new(move |lane, said| {
        let line = FromAdapter::of(lane, said);
        let line = serde_json::to_string(&line).expect("a message has text for keys");
        // A reader that is gone is ignored: its end also ends the input.
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
