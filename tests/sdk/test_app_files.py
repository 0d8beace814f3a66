"""Requests about an app before it runs: its files, the token of its session, its possible agents."""

import pytest
import supervisely as sly

from the_fake import TEAM, WORKSPACE, Control, refusal
from this_sdk import needs

APP = "supervisely-ecosystem/hello-world-app"
SERVE = 85
SETTINGS = "supervisely_integration/serve/inference_settings.yaml"
HASH = "SS1epJYFbxpqZZIkEDL6t2TDIVljF5MLT6Dh6Lw7dHA="
new_file = needs("app.download_git_file", "module_id")


def download(api, folder, module, **file):
    saved = folder / "new" / "file"
    api.app.download_git_file(module_id=module, save_path=str(saved), **file)
    return saved.read_bytes()


@new_file
@pytest.mark.parametrize("file", [{"file_path": SETTINGS}, {"file_key": "inference_settings"}])
def test_a_file_of_a_module_is_found_by_path_and_by_the_key_that_its_config_gives_it(
    api, tmp_path, file
):
    assert download(api, tmp_path, SERVE, **file) == b"confidence_threshold: 0.4\n"


@new_file
def test_each_module_has_its_config_and_its_readme(api, tmp_path):
    info = api.app.get_ecosystem_module_info(81)
    assert download(api, tmp_path, 81, file_path="README.md") == info.readme.encode()
    config = download(api, tmp_path, 81, file_path="config.json", version="v1.0.0", app_id=10370)
    assert b'"context_menu"' in config and b"contextMenu" not in config, "with the app's own spelling"


@new_file
def test_files_of_a_fixture_come_back_byte_for_byte(control, tmp_path):
    files = {"ä/b.txt": "a\r\nä", "empty": "", "README.md": "own", "bytes": {"hash": HASH}}
    made = control.world(fixture={
        "modules": [{"id": 5, "readme": "other", "files": files}], "apps": [], "tasks": [],
        "blobs": {HASH: "YSxiCjEsMgo="},
    })
    api = sly.Api(made.address, made.token)
    for path, content in {**files, "bytes": "a,b\n1,2\n"}.items():
        assert download(api, tmp_path, 5, file_path=path) == content.encode()
    assert Control(made).get("world")["modules"][0]["files"] == files


@new_file
@pytest.mark.parametrize("module, more", [
    (5, {"file_path": "config.json"}), (81, {"file_path": "src/main.py"}), (81, {"file_key": "a"}),
    (81, {"file_path": "config.json", "version": "v9"}),
    (83, {"file_path": "config.json", "app_id": 10370}),
])
def test_what_is_not_there_is_a_404(api, tmp_path, module, more):
    saved = tmp_path / "saved"
    asked = {"module_id": module, "save_path": str(saved), **more}
    assert refusal(api.app.download_git_file, **asked).status_code == 404
    assert not saved.exists()


def test_an_archive_is_refused_at_once(api, control, tmp_path, sleeps):
    saved = str(tmp_path / "archive.tar.gz")
    refused = refusal(api.app.download_git_archive, 81, None, "v1.0.1", saved)
    assert (refused.status_code, refused.json()["error"]) == (400, "Not modelled")
    assert control.count("ecosystem.file.download") == 1
    assert sleeps == []


@needs("app.get_session_token")
def test_the_token_of_an_app_is_that_of_its_newest_session_that_runs(api, control):
    nobodys = api.app.get_session_token(APP)
    assert len(nobodys) == 32 and api.app.get_session_token(APP) == nobodys
    tasks = [api.task.start(1, module_id=81, workspace_id=WORKSPACE)["id"] for _ in range(3)]
    control.advance(500)
    tokens = [api.task.get_info_by_id(task)["meta"]["sessionToken"] for task in tasks]
    assert api.app.get_session_token(APP) == tokens[2]
    api.task.stop(tasks[2])
    assert api.app.get_session_token(APP) == tokens[1]
    other = api.app.get_session_token("supervisely-ecosystem/while-true-script-v2")
    assert other not in [nobodys, *tokens]
    assert refusal(api.app.get_session_token, "nobody/none").status_code == 404


@pytest.mark.parametrize("tags, menu, tools", [
    ("session_tags", "context_menu", "integrated_into"),
    ("sessionTags", "contextMenu", "integratedInto"),
])
def test_keys_of_a_config_are_understood_and_shown_in_both_spellings(control, tags, menu, tools):
    config = {tags: ["deployed_nn"], menu: {"target": ["images_project"]}, tools: ["panel"]}
    world = control.world(fixture={
        "modules": [{"id": 5, "config": config}], "apps": [{"id": 6, "moduleId": 5}],
    })
    api = sly.Api(world.address, world.token)
    for one, other in (
        ({"session_tags": ["deployed_nn"]}, {"session_tags": ["a"]}),
        ({"context": ["images_project"]}, {"context": ["a"]}),
        ({"integrated_into": ["panel"]}, {"integrated_into": ["a"]}),
    ):
        assert [app.id for app in api.app.get_list(TEAM, **one)] == [6]
        assert api.app.get_list(TEAM, **other) == []
    info = api.app.get_ecosystem_module_info(5)
    assert info.get_context_menu_targets() == ["images_project"]
    (app,) = api.app.get_list(TEAM)
    for shown in (info.config, app.config):
        assert shown["session_tags"] == shown["sessionTags"] == ["deployed_nn"]
        assert shown["integrated_into"] == shown["integratedInto"] == ["panel"]
        assert shown["context_menu"] == shown["contextMenu"]


def test_the_names_of_the_browser_client_are_taken(api):
    started = {"params": {"state": {}}, "workspaceId": WORKSPACE, "moduleId": 81, "nodeId": 2}
    task = api.post("tasks.run.app", started).json()[0]["taskId"]
    assert api.task.get_info_by_id(task)["agentId"] == 2
    listed = {"withShared": True, "onlyRunning": True, "groupId": TEAM}
    (app,) = api.post("apps.list", listed).json()["entities"]
    assert [row["id"] for row in app["tasks"]] == [task]
    refused = refusal(api.post, "apps.list", {**listed, "teamId": 1})
    assert "conflicts with" in refused.json()["details"][0]["message"]


@needs("nn.deploy")
def test_the_default_world_has_what_a_deployment_looks_for(api):
    assert api.nn._deploy_api._find_agent(TEAM) == 2
    assert api.nn._deploy_api.find_serving_app_by_framework("RT-DETRv2")["id"] == SERVE
