"""The apps of a team and the modules of the ecosystem."""

import pytest

from the_fake import TEAM
from this_sdk import needs

APP = 10370
HELLO, WHILE_TRUE, SERVE = 81, 83, 85
SLUG = "supervisely-ecosystem/hello-world-app"


def of_module(module):
    return [{"field": "moduleId", "operator": "=", "value": module}]


@pytest.fixture
def three(control):
    """Tasks of the app: a started, a queued and a finished one."""
    return [control.make(status=status)[0] for status in ("started", "queued", "finished")]


def tasks(app):
    return sorted(task["id"] for task in app.tasks)


def test_every_field_of_an_app_is_filled(api, three):
    (app,) = api.app.get_list(TEAM)
    assert (app.id, app.module_id, app.team_id, app.slug) == (APP, HELLO, TEAM, SLUG)
    assert (app.name, app.repo) == ("Hello World", "https://github.com/" + SLUG)
    assert (app.is_shared, app.disabled) == (False, False)
    assert (app.user_login, app.created_by_id) == ("alexxx", 16154)
    assert app.config["categories"] == ["development"]
    assert tasks(app) == three
    for task in app.tasks:
        info = api.task.get_info_by_id(task["id"])
        assert (task["status"], task["type"]) == (info["status"], "app")


def test_an_app_is_found_by_its_module(api):
    assert [app.id for app in api.app.get_list(TEAM, of_module(HELLO))] == [APP]
    assert api.app.get_list(TEAM, of_module(WHILE_TRUE)) == []


def test_the_first_start_of_a_module_brings_its_app_to_the_team(api):
    session = api.app.start(agent_id=1, module_id=WHILE_TRUE, params={})
    (app,) = api.app.get_list(TEAM, of_module(WHILE_TRUE))
    assert app.id == session.app_id != APP
    assert (app.name, tasks(app)) == ("While True Script v2", [session.task_id])
    again = api.app.start(agent_id=1, module_id=WHILE_TRUE, params={})
    assert again.app_id == app.id
    assert [found.id for found in api.app.get_list(TEAM)] == [APP, app.id]


def test_only_running_apps_and_their_running_sessions(api, control, three):
    (app,) = api.app.get_list(TEAM, only_running=True)
    assert (app.id, tasks(app)) == (APP, three[:2])
    for task in three[:2]:
        control.call("PATCH", "tasks/{}".format(task), {"status": "finished"})
    assert api.app.get_list(TEAM, only_running=True) == []
    assert [found.id for found in api.app.get_list(TEAM)] == [APP]


@needs("app.get_list", "force_all_sessions")
def test_all_sessions_of_an_app_are_listed_when_they_are_asked_for(api, three):
    (all_of_them,) = api.app.get_list(TEAM, force_all_sessions=True)
    (running,) = api.app.get_list(TEAM, force_all_sessions=False)
    assert (tasks(all_of_them), tasks(running)) == (three, three[:2])


def test_an_app_by_its_id(api):
    app = api.app.get_info_by_id(APP)
    assert (app.id, app.module_id, app.name, app.slug) == (APP, HELLO, "Hello World", SLUG)
    (listed,) = api.app.get_list(TEAM)
    assert app._replace(tasks=None) == listed._replace(tasks=None)
    assert api.app.get_info_by_id(5) is None


def test_a_module_of_the_ecosystem(api):
    assert api.app.get_ecosystem_module_id(SLUG) == HELLO
    module = api.app.get_ecosystem_module_info(HELLO)
    assert (module.id, module.slug, module.name) == (HELLO, SLUG, "Hello World")
    assert module.get_latest_release()["version"] == "v1.0.1"
    assert module.get_arguments(images_project=1951) == {"slyProjectId": 1951}
    assert api.app.get_info(HELLO)["id"] == HELLO
    modules = api.app.get_list_ecosystem_modules()
    assert [found["id"] for found in modules] == [HELLO, WHILE_TRUE, SERVE]


def test_a_module_that_is_not_there(api):
    with pytest.raises(KeyError):
        api.app.get_ecosystem_module_id("supervisely-ecosystem/none")


@needs("app.find_module_id_by_app_name")
def test_a_module_is_found_by_its_name(api):
    assert api.app.find_module_id_by_app_name("hello") == HELLO
