"""The entities around tasks: agents, teams, workspaces, users and projects."""

import pytest

from the_fake import PROJECT, TEAM, WORKSPACE, refusal
from this_sdk import needs


@pytest.fixture
def more(control):
    """Adds a second entity of each kind."""
    world = control.get("world")
    world["teams"].append({"id": 2, "name": "others"})
    world["workspaces"].append({"id": 2, "teamId": 2, "name": "theirs"})
    world["agents"].append({"id": 3, "teamId": TEAM, "name": "asleep", "status": "waiting"})
    world["agents"].append({"id": 4, "teamId": 2, "name": "theirs"})
    world["projects"].append({"id": 2, "workspaceId": WORKSPACE, "name": "second"})
    world["projects"].append({"id": 3, "workspaceId": 2, "name": "theirs"})
    control.call("PUT", "world", world)


def ids(infos):
    return [info.id for info in infos]


def named(name):
    return [{"field": "name", "operator": "=", "value": name}]


def test_an_agent_is_read_back_whole(api):
    listed, _ = api.agent.get_list(TEAM)
    agent = api.agent.get_info_by_id(1)
    assert agent == listed
    assert (agent.id, agent.name, agent.team_id, agent.user_id) == (1, "main-agent", TEAM, 16154)
    assert (agent.status, agent.capabilities) == ("running", {})
    assert agent.token and agent.created_at and agent.updated_at
    assert api.agent.get_status(1) is api.agent.Status.RUNNING
    assert api.agent.get_info_by_id(5) is None


def test_the_agent_of_a_task_is_one_of_the_list(api):
    info = api.task.get_info_by_id(api.task.start(None, module_id=81)["id"])
    agents = [(agent.id, agent.name) for agent in api.agent.get_list(info["teamId"])]
    assert (info["agentId"], info["agentName"]) in agents


def test_agents_are_listed_by_team_and_name(api, more):
    assert (ids(api.agent.get_list(TEAM)), ids(api.agent.get_list(2))) == ([1, 2, 3], [4])
    assert ids(api.agent.get_list(TEAM, named("asleep"))) == [3]
    assert api.agent.get_info_by_name(TEAM, "asleep").id == 3
    assert api.agent.get_info_by_name(TEAM, "theirs") is None
    assert api.agent.get_status(3) is api.agent.Status.WAITING


@needs("agent.get_list_available")
def test_available_agents_run_unless_told_otherwise(api, more):
    assert ids(api.agent.get_list_available(TEAM)) == [1, 2]
    assert ids(api.agent.get_list_available(TEAM, show_only_running=False)) == [1, 2, 3]
    (gpu,) = api.agent.get_list_available(TEAM, has_gpu=True)
    assert (gpu.id, gpu.gpu_info["device_memory"][0]["available"] > 0) == (2, True)


def test_teams(api, more):
    assert [(team.id, team.name) for team in api.team.get_list()] == [
        (2, "others"), (TEAM, "alexxx"),
    ]
    team = api.team.get_info_by_id(TEAM)
    assert (team.id, team.name, team.role) == (TEAM, "alexxx", "admin")
    assert api.team.get_info_by_name("alexxx") == team
    assert ids(api.team.get_list(named("others"))) == [2]
    assert api.team.get_info_by_id(5) is None


def test_workspaces(api, more):
    assert (ids(api.workspace.get_list(TEAM)), ids(api.workspace.get_list(2))) == ([WORKSPACE], [2])
    workspace = api.workspace.get_info_by_id(WORKSPACE)
    assert (workspace.name, workspace.team_id) == ("my_super_workspace", TEAM)
    assert api.workspace.get_info_by_name(TEAM, "my_super_workspace") == workspace
    assert api.workspace.get_info_by_name(TEAM, "theirs") is None
    assert api.workspace.get_info_by_id(5) is None


def test_the_user_whose_token_it_is(api):
    me = api.user.get_my_info()
    assert (me.id, me.login, me.name) == (16154, "alexxx", "Alex")
    assert (me.email, me.disabled) == ("alexxx@example.com", False)
    task = api.task.get_info_by_id(api.task.start(1, module_id=81)["id"])
    assert (task["userId"], task["userLogin"]) == (me.id, me.login)


def test_projects_are_listed_by_workspace_and_name(api, more):
    assert ids(api.project.get_list(WORKSPACE)) == [2, PROJECT]
    assert ids(api.project.get_list(2)) == [3]
    assert ids(api.project.get_list(WORKSPACE, named("fruits_annotated"))) == [PROJECT]
    assert api.project.get_list(WORKSPACE, named("theirs")) == []


def test_a_project_is_the_same_by_id_by_name_and_in_a_list(api):
    project = api.project.get_info_by_id(PROJECT)
    assert (project.name, project.workspace_id) == ("fruits_annotated", WORKSPACE)
    assert (project.type, project.items_count, project.size) == ("images", 6, "22172241")
    assert api.project.get_info_by_name(WORKSPACE, "fruits_annotated").id == PROJECT
    (listed,) = api.project.get_list(WORKSPACE)
    for field in ("id", "name", "workspace_id", "type", "items_count", "custom_data"):
        assert getattr(listed, field) == getattr(project, field)
    assert api.project.get_info_by_id(5) is None
    assert api.project.get_info_by_name(WORKSPACE, "none") is None


def test_the_custom_data_of_a_project_is_changed(api):
    before = api.project.get_info_by_id(PROJECT)
    api.project.update_custom_data(PROJECT, {"a": 1})
    after = api.project.get_info_by_id(PROJECT)
    assert (after.custom_data, after.name) == ({"a": 1}, before.name)
    assert after.updated_at > before.updated_at


@needs("project.update_custom_data", "silent")
def test_a_silent_change_of_a_project_leaves_its_date_alone(api):
    before = api.project.get_info_by_id(PROJECT)
    api.project.update_custom_data(PROJECT, {"a": 1}, silent=True)
    after = api.project.get_info_by_id(PROJECT)
    assert (after.custom_data, after.updated_at) == ({"a": 1}, before.updated_at)


@needs("project.get_list", "team_id")
def test_projects_of_a_team(api, more):
    assert ids(api.project.get_list(team_id=TEAM)) == [2, PROJECT]
    assert ids(api.project.get_list(team_id=2)) == [3]


@pytest.mark.parametrize("module", ["agent", "workspace", "project"])
def test_lists_of_what_does_not_exist_are_a_404(api, module):
    assert refusal(getattr(api, module).get_list, 5).status_code == 404
