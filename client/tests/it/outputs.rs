//! Requests that set the output of a task.

use serde_json::{Value, json};
use slymock_client::{Client, Error, TextOutput};

use crate::operations::sent;
use crate::service::{against, ok, row, status};

/// The output that an operation sends.
async fn shown(call: impl AsyncFnOnce(&Client) -> Result<Value, Error>) -> Value {
    let (answer, method, mut body) = sent(ok(&json!({"success": true})), call).await;
    assert_eq!((answer, method.as_str()), (json!({"success": true}), "tasks.output.set"));
    assert_eq!(body["taskId"], 7);
    body["output"].take()
}

fn green(name: &str) -> Value {
    json!({"className": format!("zmdi {name}"), "color": "#33c94c", "backgroundColor": "#d9f7e4"})
}

fn file(icon: &str, title: &str, url: &str, download: bool, about: &str) -> Value {
    json!({"general": {
        "icon": green(icon), "title": title, "titleUrl": url, "download": download, "description": about,
    }})
}

#[tokio::test]
async fn a_project_is_shown_by_the_name_it_is_given() {
    let bare = shown(async |client| client.set_output_project(7, 5, Some("p"), None).await).await;
    assert_eq!(bare, json!({"project": {"id": 5, "title": "p"}}));
    let preview =
        shown(async |client| client.set_output_project(7, 5, Some("p"), Some("/x.png")).await).await;
    assert_eq!(preview, json!({"project": {"id": 5, "title": "p", "preview": "/x.png"}}));
}

#[tokio::test]
async fn a_project_without_a_name_is_asked_for_its_own() {
    let (client, service, _) =
        against(vec![ok(&json!({"id": 5, "name": "own"})), ok(&json!({})), status(404)]);
    client.set_output_project(7, 5, None, None).await.unwrap();
    let asked = service.asked();
    assert_eq!((asked[0].method(), asked[0].json()), ("projects.info", json!({"id": 5})));
    assert_eq!(asked[1].json()["output"], json!({"project": {"id": 5, "title": "own"}}));
    let missing = client.set_output_project(7, 5, None, None).await;
    assert!(matches!(missing, Err(Error::NotFound { id: Some(5), .. })));
}

#[tokio::test]
async fn reports_and_directories_link_to_the_page_of_a_file() {
    let report = shown(async |client| client.set_output_report(7, 5, "r", None).await).await;
    assert_eq!(report, file("zmdi-receipt", "r", "/files/5", false, "Report"));
    let told = shown(async |client| client.set_output_report(7, 5, "r", Some("d")).await).await;
    assert_eq!(told["general"]["description"], "d");
    let directory = shown(async |client| client.set_output_directory(7, Some(5), "/d").await).await;
    assert_eq!(directory, file("zmdi-folder", "/d", "/files/5", false, "Directory"));
    let bare = shown(async |client| client.set_output_directory(7, None, "/d").await).await;
    assert_eq!(bare["general"].get("titleUrl"), None);
}

#[tokio::test]
async fn downloads_are_shown_at_the_url_they_are_given() {
    let archive = shown(async |client| client.set_output_archive(7, 5, "a", Some("/u")).await).await;
    assert_eq!(archive, file("zmdi-archive", "a", "/u", true, "Download archive"));
    let download =
        shown(async |client| client.set_output_file_download(7, 5, "f", Some("/u"), None).await).await;
    assert_eq!(download, file("zmdi-file", "f", "/u", true, "Download file"));
    let call =
        async |client: &Client| client.set_output_file_download(7, 5, "f", Some("/u"), Some(false)).await;
    assert_eq!(shown(call).await["general"]["download"], false);
}

#[tokio::test]
async fn a_download_without_a_url_is_asked_for_its_path_or_shown_at_its_page() {
    for (info, url) in [(json!({"storagePath": "/s/x"}), "/s/x"), (json!({}), "/files/5")] {
        let (client, service, _) = against(vec![ok(&info), ok(&json!({}))]);
        client.set_output_archive(7, 5, "a", None).await.unwrap();
        let asked = service.asked();
        assert_eq!((asked[0].method(), asked[0].json()), ("file-storage.info", json!({"id": 5})));
        assert_eq!(asked[1].json()["output"]["general"]["titleUrl"], url);
    }
}

#[tokio::test]
async fn errors_are_red_and_link_to_the_logs() {
    let icon =
        json!({"className": "zmdi zmdi-alert-octagon", "color": "#ff83a6", "backgroundColor": "#ffeae9"});
    let bare = shown(async |client| client.set_output_error(7, "t", None, None).await).await;
    assert_eq!(bare, json!({"general": {"icon": icon, "title": "t", "showLogs": true, "isError": true}}));
    let told = shown(async |client| client.set_output_error(7, "t", Some("d"), Some(false)).await).await;
    assert_eq!((&told["general"]["showLogs"], &told["general"]["description"]), (&json!(false), &json!("d")));
}

#[tokio::test]
async fn a_text_is_shown_in_the_colours_it_is_given() {
    let text = TextOutput { background_color: "#fff".to_owned(), ..TextOutput::new("t") };
    let seen = shown(async |client| client.set_output_text(7, &text).await).await;
    let mut icon = green("zmdi-comment-alt-text");
    icon["backgroundColor"] = json!("#fff");
    assert_eq!(seen, json!({"general": {"icon": icon, "title": "t", "showLogs": false, "isError": false}}));
}

#[tokio::test]
async fn an_experiment_is_shown_as_it_is() {
    let data = row(json!({"model_name": "m"}));
    let seen = shown(async |client| client.set_output_experiment(7, data).await).await;
    assert_eq!(seen, json!({"experiment": {"data": {"model_name": "m"}}}));
}
