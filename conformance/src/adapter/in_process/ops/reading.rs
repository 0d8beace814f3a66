//! Operations that read a task.

use serde::Deserialize;
use serde_json::{Value, json};
use slymock_client::{Client, WaitOptions};

use super::row::{Id, OperationRow, objects, parse_status, read};

pub(super) const OPS: &[OperationRow] = &[
    ("task.info", |client, args| {
        Box::pin(async move {
            let Id { id } = read(args)?;
            Ok(Value::Object(client.info(id).await?.into_inner()))
        })
    }),
    ("task.status", |client, args| {
        Box::pin(async move {
            let Id { id } = read(args)?;
            Ok(json!(client.status(id).await?))
        })
    }),
    ("task.context", |client, args| {
        Box::pin(async move {
            let Id { id } = read(args)?;
            Ok(Value::Object(client.context(id).await?))
        })
    }),
    ("task.wait", |client, args| {
        Box::pin(async move {
            let Wait { id, target, attempts, every_ms } = read(args)?;
            let pause = every_ms.map(std::time::Duration::from_millis);
            Ok(json!(client.wait(id, parse_status(&target)?, WaitOptions { attempts, pause }).await?))
        })
    }),
    ("task.raise_for_status", |_, args| {
        Box::pin(async move {
            let ForStatus { status } = read(args)?;
            Client::raise_for_status(parse_status(&status)?)?;
            Ok(Value::Null)
        })
    }),
    ("task.logs", |client, args| {
        Box::pin(async move {
            let Logs { id, since, limit } = read(args)?;
            Ok(objects(client.logs(id, since.as_deref(), limit).await?))
        })
    }),
    ("task.get_field", |client, args| {
        Box::pin(async move {
            let Field { id, field } = read(args)?;
            Ok(client.get_field(id, &field).await?)
        })
    }),
    ("task.get_fields", |client, args| {
        Box::pin(async move {
            let Fields { id, fields } = read(args)?;
            let fields: Vec<_> = fields.iter().map(String::as_str).collect();
            Ok(Value::Object(client.get_fields(id, &fields).await?))
        })
    }),
    ("task.is_running", |client, args| {
        Box::pin(async move {
            let Id { id } = read(args)?;
            Ok(json!(client.is_running(id).await?))
        })
    }),
    ("task.is_ready", |client, args| {
        Box::pin(async move {
            let Id { id } = read(args)?;
            Ok(json!(client.is_ready(id).await?))
        })
    }),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wait {
    id: u64,
    target: String,
    attempts: Option<u32>,
    every_ms: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ForStatus {
    status: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Logs {
    id: u64,
    since: Option<String>,
    limit: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Field {
    id: u64,
    field: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    id: u64,
    fields: Vec<String>,
}
