//! Operations on models and archives, which the SDK had up to 6.73.357.

#![expect(clippy::unnecessary_wraps, reason = "the rules of all forms have one type")]

use serde_json::{Value, json};

use super::form::{Args, Form, any_body, given, object, task_as_id};
use super::replies::{any_result, ignored, new_task_id, sent_object};

/// `docs/wire/models.md#models.info`: asked for `pluginId` first.
const MODEL: &[&str] = &["models.info"];

pub(super) const FORMS: &[Form] = &[
    Form::change("task.run_train", "tasks.run.plugin", train, new_task_id).also(MODEL),
    Form::change("task.run_inference", "tasks.run.plugin", inference, new_task_id).also(MODEL),
    // `docs/wire/tasks.md#tasks.run.deploy`: sent only if models.info.deployed returned no task. The result
    // of the waiting form depends on its polls.
    Form::change("task.deploy_model", "tasks.run.deploy", deploy, any_result)
        .also(&["models.info.deployed", "tasks.info"]),
    Form::change("task.deploy_model_async", "tasks.run.deploy", deploy, new_task_id)
        .also(&["models.info.deployed"]),
    // `docs/wire/tasks.md#tasks.checkpoints.clear`: tasks.info comes first.
    Form::change("task.delete_unused_checkpoints", "tasks.checkpoints.clear", task_as_id, sent_object)
        .also(&["tasks.info"]),
    // `docs/wire/tasks.md#tasks.upload.dtl_archive`: multipart.
    Form::change("task.upload_dtl_archive", "tasks.upload.dtl_archive", any_body, ignored),
];

/// `docs/wire/tasks.md#tasks.run.plugin`. `pluginId` follows from the model, not from the
/// arguments. A run without a `config` sends an empty one, as `scenarios/tasks/run-plugin.json` demands.
fn plugin(args: &Args, kind: &str) -> Option<Value> {
    let one = |name: &str| given(args, name).map(|id| json!([id]));
    Some(object([
        ("taskType", Some(json!(kind))),
        ("agentId", given(args, "agent")),
        ("projects", one("project")),
        ("models", one("model")),
        ("name", given(args, "name")),
        ("config", given(args, "config").or_else(|| Some(json!({})))),
    ]))
}

fn train(args: &Args) -> Option<Value> {
    plugin(args, "train")
}

fn inference(args: &Args) -> Option<Value> {
    plugin(args, "inference")
}

fn deploy(args: &Args) -> Option<Value> {
    Some(object([("agentId", given(args, "agent")), ("modelId", given(args, "model"))]))
}

#[cfg(test)]
mod tests {
    use super::super::form::{body_of, results_of};
    use super::*;

    #[test]
    fn the_arguments_reach_the_body() {
        let run = json!({"agent": 1, "project": 2, "model": 3, "name": "mine"});
        let sent = |kind: &str| {
            json!({
                "taskType": kind, "agentId": 1, "projects": [2], "models": [3], "name": "mine", "config": {},
            })
        };
        let rows = [
            ("task.run_train", run.clone(), sent("train")),
            ("task.run_inference", run, sent("inference")),
            ("task.deploy_model", json!({"agent": 1, "model": 3}), json!({"agentId": 1, "modelId": 3})),
            ("task.delete_unused_checkpoints", json!({"id": 7}), json!({"id": 7})),
            ("task.upload_dtl_archive", json!({"id": 7, "name": "a.tar", "text": ""}), Value::Null),
        ];
        for (op, args, wanted) in rows {
            assert_eq!(body_of(FORMS, op, &args), wanted, "{op} {args}");
        }
    }

    #[test]
    fn a_deployment_that_is_waited_for_is_not_judged_by_its_start() {
        let args = json!({"agent": 1, "model": 3});
        let rows = [
            ("task.deploy_model", json!({"taskId": 5}), vec![]),
            ("task.deploy_model_async", json!({"taskId": 5}), vec![json!({"returns": {"eq": 5}})]),
            ("task.deploy_model_async", json!({"taskId": "5"}), vec![]),
        ];
        for (op, reply, wanted) in rows {
            assert_eq!(results_of(FORMS, op, &args, &reply), wanted, "{op} {reply}");
        }
    }
}
