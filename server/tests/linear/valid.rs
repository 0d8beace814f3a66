//! Valid values for fields, so that a call is not refused for another reason.

use serde_json::{Map, Value, json};
use slymock_server::engine::methods::Row;
use slymock_server::engine::request::{Field, Kind, Need, Shape};

/// The rows of the default world, by the field that names them.
const IDS: &[(&str, u64)] = &[
    ("workspaceId", 23_821),
    ("teamId", 16_087),
    ("moduleId", 81),
    ("appId", 10_370),
    ("agentId", 1),
    ("modelId", 12_380),
    ("pluginId", 8),
    ("projectId", 1_951),
    ("parentId", 2_532),
    ("projects", 1_951),
    ("models", 12_380),
    ("usersIds", 16_154),
];

/// The entity of `id`, by the area of the method; a task by default.
const AREAS: &[(&str, u64)] = &[
    ("agents.", 1),
    ("apps.info", 10_370),
    ("datasets.", 2_532),
    ("ecosystem.", 81),
    ("file-storage.", 7_660),
    ("models.", 12_380),
    ("projects.", 1_951),
    ("teams.", 16_087),
    ("workspaces.", 23_821),
];

/// Requests that the shapes do not describe.
fn told(method: &str) -> Option<Value> {
    Some(match method {
        "ecosystem.file.download" => {
            json!({"moduleId": 85, "filePath": "supervisely_integration/serve/inference_settings.yaml"})
        }
        "instance.get-render-previews-session-token" => {
            json!({"slug": "supervisely-ecosystem/hello-world-app"})
        }
        "tasks.import.download_file" => json!({"id": 121_230, "filename": "a"}),
        "tasks.output.set" => json!({"taskId": 121_230, "output": {"model": {"id": 12_380, "title": "t"}}}),
        "tasks.run.app" => json!({"moduleId": 81}),
        "tasks.run.dtl" => json!({"workspaceId": 23_821, "config": []}),
        "tasks.request.direct" => json!({"taskId": 121_230, "command": "is_ready"}),
        _ => return None,
    })
}

/// The smallest valid request of a method.
pub(crate) fn request(row: &Row) -> Value {
    told(row.name).unwrap_or_else(|| match row.shape {
        Shape::Texts(_) => json!([]),
        shape => object(row.name, shape.fields()),
    })
}

/// An object with its required fields.
pub(crate) fn object(method: &str, fields: &[Field]) -> Value {
    let needed = fields.iter().filter(|field| field.need == Need::Required);
    let pair = |field: &Field| (field.name.to_owned(), value(method, field.name, &field.kind, 0));
    Value::Object(needed.map(pair).collect::<Map<_, _>>())
}

/// The value of this number in a list of valid values of a field.
pub(crate) fn value(method: &str, name: &str, kind: &Kind, index: usize) -> Value {
    match kind {
        Kind::Id => id(method, name).into(),
        Kind::Int { min } => (*min).max(1).into(),
        Kind::Number { min } => (*min).into(),
        Kind::Flag => true.into(),
        Kind::Text { .. } if name == "field" => format!("f{index}.x").into(),
        Kind::Text { .. } if name == "slug" => "supervisely-ecosystem/hello-world-app".into(),
        Kind::Text { .. } | Kind::Name { .. } => format!("t{index}").into(),
        Kind::Choice(words) => words[0].into(),
        Kind::Moment => "2026-01-01T00:00:00Z".into(),
        Kind::List(item) => json!([value(method, name, item, index)]),
        Kind::Object(fields) => {
            let pair = |field: &Field| (field.name.to_owned(), value(method, field.name, &field.kind, index));
            let needed = fields.iter().filter(|field| field.need == Need::Required);
            Value::Object(needed.map(pair).collect())
        }
        Kind::Map | Kind::Raw => json!({}),
        Kind::Any if name == "logs" => json!({"level": "info", "message": format!("line {index}")}),
        Kind::Any => index.into(),
    }
}

/// A value that is invalid for a kind, if there is one.
pub(crate) fn wrong(kind: &Kind) -> Option<Value> {
    Some(match kind {
        Kind::Any | Kind::Raw => return None,
        Kind::Map | Kind::Object(_) | Kind::List(_) => json!(1),
        _ => json!({"not": "this"}),
    })
}

fn id(method: &str, name: &str) -> u64 {
    let named = IDS.iter().find(|(field, _)| *field == name);
    let area = || AREAS.iter().find(|(area, _)| name == "id" && method.starts_with(area));
    named.or_else(area).map_or(121_230, |(_, id)| *id)
}
