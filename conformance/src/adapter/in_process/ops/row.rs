//! The table row of an operation, and helpers that parse arguments and build JSON.

use std::pin::Pin;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use slymock_client::{Client, Error, Status};

/// Arguments of an operation.
pub(super) type Args = Map<String, Value>;
/// Future with the result of an operation.
pub(super) type Answer = Pin<Box<dyn Future<Output = Result<Value, Failure>> + Send>>;
/// Name of an operation, and the function that runs it.
pub(super) type OperationRow = (&'static str, fn(Client, Args) -> Answer);

/// Reason why an operation failed.
pub(in crate::adapter::in_process) enum Failure {
    /// The scenario's arguments do not fit the operation.
    Args(String),
    /// The client returned an error.
    Client(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Client(error)
    }
}

/// Parses arguments.
pub(super) fn read<T: DeserializeOwned>(args: Args) -> Result<T, Failure> {
    serde_path_to_error::deserialize(Value::Object(args)).map_err(|error| Failure::Args(error.to_string()))
}

/// Parses the name of a status. The client's type allows only valid names, so an invalid one is rejected here
/// with the client's own error.
pub(super) fn parse_status(name: &str) -> Result<Status, Failure> {
    name.parse().map_err(|_| Failure::Client(Error::InvalidArgument(format!("{name:?} is not a status"))))
}

/// The only argument of many operations on a task.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Id {
    pub(super) id: u64,
}

/// Converts a list of objects to JSON.
pub(super) fn objects(rows: Vec<Args>) -> Value {
    rows.into_iter().map(Value::Object).collect()
}
