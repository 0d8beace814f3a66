//! The form of a row: an operation by its name, with what is shared by those that read arguments and give JSON.

use std::pin::Pin;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use slymock_client::{Client, Error, Status};

/// Arguments of an operation.
pub(super) type Args = Map<String, Value>;
/// What an operation comes to.
pub(super) type Answer = Pin<Box<dyn Future<Output = Result<Value, Failure>> + Send>>;
/// An operation by its name.
pub(super) type OperationRow = (&'static str, fn(Client, Args) -> Answer);

/// Why an operation gave nothing.
pub(in crate::adapter::in_process) enum Failure {
    /// The scenario's arguments are not the operation's.
    Args(String),
    /// The client failed.
    Client(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Client(error)
    }
}

/// Arguments as the operation takes them.
pub(super) fn read<T: DeserializeOwned>(args: Args) -> Result<T, Failure> {
    serde_path_to_error::deserialize(Value::Object(args)).map_err(|error| Failure::Args(error.to_string()))
}

/// A status by its name. That there is no other is the client's type to see to: text that is none gets no
/// further than here.
pub(super) fn parse_status(name: &str) -> Result<Status, Failure> {
    name.parse().map_err(|_| Failure::Client(Error::InvalidArgument(format!("{name:?} is no status"))))
}

/// The one argument of operations about a task.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Id {
    pub(super) id: u64,
}

/// A list of objects as JSON.
pub(super) fn objects(rows: Vec<Args>) -> Value {
    rows.into_iter().map(Value::Object).collect()
}
