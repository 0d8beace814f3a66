//! Operations that change or start a task.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use slymock_client::{FieldUpdate, FileUpload, RequestOptions, StartOptions};

use super::row::{Args, Failure, Id, OperationRow, parse_status, read};

pub(super) const OPS: &[OperationRow] = &[
    ("task.start", |client, args| {
        Box::pin(async move { Ok(Value::Object(client.start(start_options(args)?).await?.into_inner())) })
    }),
    ("task.stop", |client, args| {
        Box::pin(async move {
            let Id { id } = read(args)?;
            Ok(json!(client.stop(id).await?))
        })
    }),
    ("task.send_request", |client, args| {
        Box::pin(async move {
            let request: RequestArgs = read(args)?;
            let options = request.options();
            Ok(client.send_request(request.id, &request.command, request.data, options).await?)
        })
    }),
    ("task.set_field", |client, args| {
        Box::pin(async move {
            let OneUpdate { id, field, payload, append, recursive } = read(args)?;
            Ok(client.set_field(id, &field, payload, append, recursive).await?)
        })
    }),
    ("task.set_fields", |client, args| {
        Box::pin(async move {
            let Updates { id, fields } = read(args)?;
            let fields: Vec<_> = fields.into_iter().map(Update::into_field).collect();
            Ok(client.set_fields(id, &fields).await?)
        })
    }),
    ("task.set_fields_from_dict", |client, args| {
        Box::pin(async move {
            let Dict { id, fields } = read(args)?;
            Ok(client.set_fields_from_dict(id, fields).await?)
        })
    }),
    ("task.update_meta", |client, args| {
        Box::pin(async move {
            let Meta { id, data, agent_storage_folder, relative_app_dir } = read(args)?;
            let (folder, dir) = (agent_storage_folder.as_deref(), relative_app_dir.as_deref());
            client.update_meta(id, data, folder, dir).await?;
            Ok(Value::Null)
        })
    }),
    ("task.update_status", |client, args| {
        Box::pin(async move {
            let NewStatus { id, status } = read(args)?;
            client.update_status(id, parse_status(&status)?).await?;
            Ok(Value::Null)
        })
    }),
    ("task.submit_logs", |client, args| {
        Box::pin(async move {
            let LinesArgs { logs } = read(args)?;
            client.submit_logs(&logs).await?;
            Ok(Value::Null)
        })
    }),
    ("task.upload_files", |client, args| {
        Box::pin(async move {
            let Upload { id, files, progress } = read(args)?;
            let files: Vec<_> = files.into_iter().map(UploadArgs::into_upload).collect();
            let mut counts = Vec::new();
            client.upload_files(id, &files, |count| counts.push(count)).await?;
            Ok(if progress { json!({"progress": counts}) } else { Value::Null })
        })
    }),
];

/// Replaces the client's own defaults by the options of the call.
fn start_options(args: Args) -> Result<StartOptions, Failure> {
    let given: Start = read(args)?;
    let default = StartOptions::default();
    Ok(StartOptions {
        agent: given.agent,
        app: given.app,
        module: given.module,
        workspace: given.workspace,
        description: given.description.unwrap_or(default.description),
        params: given.params.unwrap_or(default.params),
        log_level: given.log_level.unwrap_or(default.log_level),
        users: given.users.unwrap_or(default.users),
        app_version: given.app_version.unwrap_or(default.app_version),
        is_branch: given.is_branch.unwrap_or(default.is_branch),
        task_name: given.task_name.unwrap_or(default.task_name),
        restart_policy: given.restart_policy.unwrap_or(default.restart_policy),
        proxy_keep_url: given.proxy_keep_url.unwrap_or(default.proxy_keep_url),
        redirect_requests: given.redirect_requests.unwrap_or(default.redirect_requests),
        ..StartOptions::default()
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Start {
    agent: Option<u64>,
    app: Option<u64>,
    module: Option<u64>,
    workspace: Option<u64>,
    description: Option<String>,
    params: Option<Value>,
    log_level: Option<String>,
    users: Option<Vec<u64>>,
    app_version: Option<String>,
    is_branch: Option<bool>,
    task_name: Option<String>,
    restart_policy: Option<String>,
    proxy_keep_url: Option<bool>,
    redirect_requests: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestArgs {
    id: u64,
    command: String,
    data: Map<String, Value>,
    context: Option<Map<String, Value>>,
    skip_response: Option<bool>,
    timeout_s: Option<u64>,
    outside_request: Option<bool>,
}

impl RequestArgs {
    fn options(&self) -> RequestOptions {
        let default = RequestOptions::default();
        RequestOptions {
            context: self.context.clone().unwrap_or(default.context),
            skip_response: self.skip_response.unwrap_or(default.skip_response),
            timeout: self.timeout_s.map_or(default.timeout, Duration::from_secs),
            outside_request: self.outside_request.unwrap_or(default.outside_request),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneUpdate {
    id: u64,
    field: String,
    payload: Value,
    #[serde(default)]
    append: bool,
    #[serde(default)]
    recursive: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Update {
    field: String,
    payload: Value,
    append: Option<bool>,
    recursive: Option<bool>,
}

impl Update {
    fn into_field(self) -> FieldUpdate {
        let Self { field, payload, append, recursive } = self;
        let mut update = FieldUpdate::new(field, payload);
        (update.append, update.recursive) = (append, recursive);
        update
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Updates {
    id: u64,
    fields: Vec<Update>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dict {
    id: u64,
    fields: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Meta {
    id: u64,
    data: Map<String, Value>,
    agent_storage_folder: Option<String>,
    relative_app_dir: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewStatus {
    id: u64,
    status: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LinesArgs {
    logs: Vec<Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Upload {
    id: u64,
    files: Vec<UploadArgs>,
    #[serde(default)]
    progress: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UploadArgs {
    name: String,
    text: String,
}

impl UploadArgs {
    fn into_upload(self) -> FileUpload {
        FileUpload { name: self.name, content: self.text.into() }
    }
}
