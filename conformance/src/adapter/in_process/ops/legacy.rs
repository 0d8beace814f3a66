//! Operations that the SDK had up to 6.73.357.

use serde::Deserialize;
use serde_json::{Value, json};

use super::row::{Id, OperationRow, read};

pub(super) const OPS: &[OperationRow] = &[
    ("task.run_train", |client, args| {
        Box::pin(async move {
            let Run { agent, project, model, name, config } = read(args)?;
            Ok(json!(client.run_train(agent, project, model, &name, config).await?))
        })
    }),
    ("task.run_inference", |client, args| {
        Box::pin(async move {
            let Run { agent, project, model, name, config } = read(args)?;
            Ok(json!(client.run_inference(agent, project, model, &name, config).await?))
        })
    }),
    ("task.deploy_model", |client, args| {
        Box::pin(async move {
            let Deploy { agent, model } = read(args)?;
            Ok(json!(client.deploy_model(agent, model).await?))
        })
    }),
    ("task.deploy_model_async", |client, args| {
        Box::pin(async move {
            let Deploy { agent, model } = read(args)?;
            Ok(json!(client.deploy_model_async(agent, model).await?))
        })
    }),
    ("task.run_dtl", |client, args| {
        Box::pin(async move {
            let Dtl { workspace, graph, agent } = read(args)?;
            Ok(json!(client.run_dtl(workspace, graph, agent).await?))
        })
    }),
    ("task.create_detached", |client, args| {
        Box::pin(async move {
            let DetachedArgs { workspace } = read(args)?;
            Ok(json!(client.create_detached(workspace).await?))
        })
    }),
    ("task.import_files", |client, args| {
        Box::pin(async move {
            let Id { id } = read(args)?;
            Ok(client.import_files(id).await?)
        })
    }),
    ("task.download_import_file", |client, args| {
        Box::pin(async move {
            let Import { id, file } = read(args)?;
            let bytes = client.download_import_file(id, &file).await?;
            Ok(json!({"text": String::from_utf8_lossy(&bytes)}))
        })
    }),
    ("task.checkpoints", |client, args| {
        Box::pin(async move {
            let Id { id } = read(args)?;
            Ok(client.checkpoints(id).await?)
        })
    }),
    ("task.delete_unused_checkpoints", |client, args| {
        Box::pin(async move {
            let Id { id } = read(args)?;
            Ok(client.delete_unused_checkpoints(id).await?)
        })
    }),
    ("task.training_metrics", |client, args| {
        Box::pin(async move {
            let Id { id } = read(args)?;
            Ok(client.training_metrics(id).await?)
        })
    }),
    ("task.upload_dtl_archive", |client, args| {
        Box::pin(async move {
            let Archive { id, name, text } = read(args)?;
            client.upload_dtl_archive(id, &name, text.into()).await?;
            Ok(Value::Null)
        })
    }),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    agent: u64,
    project: u64,
    model: u64,
    name: String,
    config: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Deploy {
    agent: u64,
    model: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dtl {
    workspace: u64,
    graph: Value,
    agent: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DetachedArgs {
    workspace: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Import {
    id: u64,
    file: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Archive {
    id: u64,
    name: String,
    text: String,
}
