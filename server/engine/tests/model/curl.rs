//! Calls as `curl` lines, which can be pasted while `slymock serve --clock manual` runs and `slymock env` is set.

use serde_json::Value;

use crate::draw::{Body, Call};
use crate::subject::Subject;

const HEAD: &str = "curl -s -H \"x-api-key: $API_TOKEN\"";

/// The calls in order. Ids that they leave open are those of the moment.
pub(crate) fn lines(calls: &[Call]) -> String {
    let mut subject = Subject::new();
    let mut lines = Vec::new();
    for call in calls {
        lines.push(line(&subject, call));
        subject.perform(call);
        let snapshot = subject.snapshot();
        subject.learn(&snapshot);
    }
    lines.join("\n")
}

fn line(subject: &Subject, call: &Call) -> String {
    match call {
        Call::Wire { method, body, task } => {
            let url = format!("\"$SERVER_ADDRESS/public/api/v3/{method}\"");
            let task = task.as_ref().map(|task| format!(" -H 'x-task-id: {}'", subject.resolved(task)));
            format!("{HEAD}{} {url} {}", task.unwrap_or_default(), data(subject, body))
        }
        Call::Control { name, id, body } => {
            let (verb, path) = name.split_once(' ').unwrap_or(("POST", name));
            let path = path.replace("{id}", &subject.resolved(id).to_string());
            let body = subject.resolved(body);
            let body = match *name {
                "GET world" => "-o world.json".to_owned(),
                "PUT world" => "-d @world.json".to_owned(),
                _ => json(&body),
            };
            format!("{HEAD} -X {verb} \"$SERVER_ADDRESS/_slymock/{path}\" {body}")
        }
    }
}

fn data(subject: &Subject, body: &Body) -> String {
    match body {
        Body::Json(value) => json(&subject.resolved(value)),
        Body::Text(text) => format!("-d '{text}'"),
        Body::Parts(parts) => {
            let parts =
                parts.iter().map(|(name, content)| format!("-F '{name}={}'", content.replace('\'', "")));
            parts.collect::<Vec<_>>().join(" ")
        }
    }
}

fn json(value: &Value) -> String {
    format!("-H 'content-type: application/json' -d '{}'", value.to_string().replace('\'', "\\u0027"))
}
