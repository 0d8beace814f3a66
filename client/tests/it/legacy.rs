//! Operations that the official SDK dropped.

use bytes::Bytes;
use serde_json::{Value, json};
use slymock_client::Error;

use crate::operations::sent;
use crate::service::{against, ok, reply, status};

#[tokio::test]
async fn training_and_inference_ask_for_the_models_plugin_first() {
    let replies = || vec![ok(&json!({"id": 3, "pluginId": 8})), ok(&json!({"taskId": 9}))];
    let expected = |kind: &str, config: Value| {
        json!({
            "taskType": kind, "agentId": 1, "pluginId": 8, "version": null, "config": config,
            "projects": [2], "models": [3], "name": "n",
        })
    };
    let (client, service, _) = against([replies(), replies()].concat());
    assert_eq!(client.run_train(1, 2, 3, "n", None).await.unwrap(), 9);
    assert_eq!(client.run_inference(1, 2, 3, "n", Some(json!({"a": 1}))).await.unwrap(), 9);
    let asked = service.asked();
    let methods: Vec<_> = asked.iter().map(|asked| asked.method()).collect();
    assert_eq!(methods, ["models.info", "tasks.run.plugin", "models.info", "tasks.run.plugin"]);
    assert_eq!(asked[0].json(), json!({"id": 3}));
    assert_eq!(asked[1].json(), expected("train", json!({})));
    assert_eq!(asked[3].json(), expected("inference", json!({"a": 1})));
}

#[tokio::test]
async fn a_model_is_served_by_the_task_that_serves_it_already() {
    let (client, service, _) = against(vec![ok(&json!([{"id": 9}, {"id": 10}]))]);
    assert_eq!(client.deploy_model_async(1, 3).await.unwrap(), 9);
    assert_eq!(
        (service.asked()[0].method(), service.bodies()),
        ("models.info.deployed", vec![json!({"id": 3})])
    );
}

#[tokio::test]
async fn a_model_that_is_not_served_yet_is_deployed_and_waited_for() {
    let task = |status: &str| ok(&json!({"id": 9, "status": status}));
    let replies = vec![ok(&json!([])), ok(&json!({"taskId": 9})), task("queued"), task("deployed")];
    let (client, service, pauses) = against(replies);
    assert_eq!(client.deploy_model(1, 3).await.unwrap(), 9);
    let expected = json!({
        "agentId": 1, "modelId": 3, "restartPolicy": "never", "settings": {"gpu_device": 0},
        "pluginId": null, "version": null,
    });
    assert_eq!((service.asked()[1].method(), &service.bodies()[1]), ("tasks.run.deploy", &expected));
    assert_eq!(pauses.seconds(), [1]);
}

#[tokio::test]
async fn a_model_that_stops_instead_is_a_failure() {
    let stopped = ok(&json!({"id": 9, "status": "stopped"}));
    let (client, ..) = against(vec![ok(&json!([{"id": 9}])), stopped]);
    assert!(matches!(client.deploy_model(1, 3).await, Err(Error::TaskFailed { id: Some(9) })));
}

#[tokio::test]
async fn graphs_and_detached_tasks_give_the_id_of_a_task() {
    let answer = || ok(&json!({"taskId": 9}));
    let (id, method, body) = sent(answer(), async |client| client.run_dtl(1, json!([{}]), None).await).await;
    assert_eq!((id, method.as_str()), (9, "tasks.run.dtl"));
    assert_eq!(body, json!({"workspaceId": 1, "config": [{}], "advanced": {"agentId": null}}));
    let (id, method, body) = sent(answer(), async |client| client.create_detached(1).await).await;
    assert_eq!((id, method.as_str()), (9, "tasks.run.python"));
    assert_eq!(body, json!({"workspaceId": 1, "script": "xxx", "advanced": {"ignoreAgent": true}}));
    let (client, ..) = against(vec![ok(&json!({"id": 9})), ok(&json!({"taskId": "9"}))]);
    assert!(matches!(client.create_detached(1).await, Err(Error::BadAnswer(_))));
    assert!(matches!(client.create_detached(1).await, Err(Error::BadAnswer(_))));
}

#[tokio::test]
async fn import_files_and_metrics_are_told_as_they_are() {
    let (seen, method, body) = sent(ok(&json!([])), async |client| client.import_files(7).await).await;
    assert_eq!((seen, method.as_str(), body), (json!([]), "tasks.import.files_list", json!({"id": 7})));
    let (_, method, body) = sent(ok(&json!([])), async |client| client.training_metrics(7).await).await;
    assert_eq!((method.as_str(), body), ("tasks.train-metrics", json!({"taskId": 7})));
    let download = async |client: &slymock_client::Client| client.download_import_file(7, "/a").await;
    let (seen, method, body) = sent(reply(200, "", b"\xff\x00"), download).await;
    assert_eq!((seen.as_ref(), method.as_str()), (&b"\xff\x00"[..], "tasks.import.download_file"));
    assert_eq!(body, json!({"id": 7, "filename": "/a"}));
}

#[tokio::test]
async fn only_a_train_task_has_checkpoints() {
    let train = || ok(&json!({"id": 7, "type": "train"}));
    let replies =
        vec![train(), ok(&json!([1])), train(), ok(&json!({})), ok(&json!({"type": "app"})), status(404)];
    let (client, service, _) = against(replies);
    assert_eq!(client.checkpoints(7).await.unwrap(), json!([1]));
    assert_eq!(client.delete_unused_checkpoints(7).await.unwrap(), json!({}));
    assert!(matches!(client.checkpoints(7).await, Err(Error::InvalidArgument(_))));
    assert!(matches!(client.delete_unused_checkpoints(7).await, Err(Error::NotFound { .. })));
    let asked = service.asked();
    assert_eq!((asked[1].method(), asked[3].method()), ("tasks.checkpoints.list", "tasks.checkpoints.clear"));
    assert_eq!(asked.len(), 6);
}

#[tokio::test]
async fn an_archive_is_uploaded_under_its_name_without_the_ending() {
    let (client, service, _) = against(vec![ok(&json!({}))]);
    client.upload_dtl_archive(7, "graph.tar", Bytes::from_static(b"tar")).await.unwrap();
    let asked = &service.asked()[0];
    let body = asked.text();
    assert_eq!(asked.method(), "tasks.upload.dtl_archive");
    for part in [
        "name=\"id\"\r\n\r\n7\r\n",
        "name=\"name\"\r\n\r\ngraph\r\n",
        "name=\"archive\"; filename=\"graph.tar\"\r\nContent-Type: application/x-tar\r\n\r\ntar\r\n",
    ] {
        assert!(body.contains(part), "{part} is not in {body}");
    }
}
