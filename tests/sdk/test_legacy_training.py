"""Training tasks: run_train, checkpoints, metrics and models. SDKs up to 6.73.357 have these methods."""

import json
import logging

import pytest
import supervisely as sly
from supervisely.task import progress

from coverage_of import covers
from the_fake import MODEL, PROJECT, TASK, WORKSPACE, refusal
from this_sdk import needs

pytestmark = needs("task.run_train")
CONFIG = {"epochs": 2, "lr": 0.001, "layers": [{"name": "a"}]}


@pytest.fixture
def training(api):
    return api.task.run_train(1, PROJECT, MODEL, "my_model", CONFIG)


def to_the_end(api, control, task):
    while api.task.get_info_by_id(task)["status"] != "finished":
        control.to_next()


def ids(checkpoints):
    return [checkpoint["id"] for checkpoint in checkpoints]


@covers("run_train")
def test_a_training_task_is_read_back_whole(api, training):
    info = api.task.get_info_by_id(training)
    assert (info["type"], info["status"]) == ("train", "queued")
    assert (info["workspaceId"], info["agentId"]) == (WORKSPACE, 1)
    assert info["settings"]["config"] == CONFIG
    given = {"projects": [PROJECT], "models": [MODEL], "model": {"id": MODEL}}
    assert {key: info["meta"]["input"][key] for key in given} == given
    listed = api.task.get_list(WORKSPACE, [{"field": "type", "operator": "=", "value": "train"}])
    assert [task["id"] for task in listed] == [training]


@covers("run_train")
def test_a_training_task_needs_no_config(api):
    task = api.task.run_train(1, PROJECT, MODEL, "my_model")
    assert api.task.get_info_by_id(task)["settings"]["config"] == {}


@covers("get_training_metrics", "list_checkpoints")
def test_metrics_and_checkpoints_grow_an_epoch_a_stage(api, control, training):
    seen = []
    for _ in range(4):
        metrics, checkpoints = (
            api.task.get_training_metrics(training), api.task.list_checkpoints(training),
        )
        status = api.task.get_info_by_id(training)["status"]
        seen.append((status, len(metrics), len(checkpoints)))
        control.to_next()
    assert seen == [("queued", 0, 0), ("consumed", 0, 0), ("started", 1, 1), ("finished", 2, 2)]
    assert [(entry["type"], entry["epoch"]) for entry in metrics] == [("train", 1), ("train", 2)]


@pytest.mark.serve("--clock", "manual", "--lifecycle", "realistic")
@covers("get_training_metrics", "list_checkpoints")
def test_a_long_training_learns_from_epoch_to_epoch(api, control, training):
    to_the_end(api, control, training)
    metrics = api.task.get_training_metrics(training)
    assert [entry["epoch"] for entry in metrics] == [1, 2, 3, 4, 5]
    losses = [entry["metrics"]["loss"] for entry in metrics]
    assert all(isinstance(loss, float) for loss in losses)
    assert losses == sorted(set(losses), reverse=True), "the loss falls"
    stamps = [entry["timestamp"] for entry in metrics]
    assert stamps == sorted(set(stamps))
    checkpoints = api.task.list_checkpoints(training)
    assert ids(checkpoints) == sorted(set(ids(checkpoints)))
    for checkpoint in checkpoints:
        assert set(checkpoint) >= {"modelTitle", "subdir", "sizeb", "best_now", "createdAt"}
        assert checkpoint["status"] == "uploaded"
    assert [checkpoint["createdAt"] for checkpoint in checkpoints] == stamps


@covers("run_train", "delete_unused_checkpoints", "list_checkpoints")
def test_a_finished_training_leaves_a_model_made_from_the_last_checkpoint(api, control, training):
    assert "output" not in api.task.get_info_by_id(training)["meta"]
    to_the_end(api, control, training)
    output = api.task.get_info_by_id(training)["meta"]["output"]
    model = api.model.get_info_by_id(output["model"]["id"])
    assert (model.name, model.task_id, model.plugin_id) == ("my_model", training, 8)
    assert (model.workspace_id, model.team_id) == (WORKSPACE, 16087)
    last = api.task.list_checkpoints(training)[-1]
    assert api.task.delete_unused_checkpoints(training) == {"success": True}
    assert api.task.list_checkpoints(training) == [last]


@pytest.mark.serve("--clock", "manual", "--lifecycle", "realistic")
@covers("delete_unused_checkpoints", "list_checkpoints")
def test_a_running_training_keeps_its_newest_checkpoint_and_goes_on(api, control, training):
    while len(api.task.list_checkpoints(training)) < 3:
        control.to_next()
    newest = api.task.list_checkpoints(training)[-1]
    assert api.task.delete_unused_checkpoints(training) == {"success": True}
    assert api.task.list_checkpoints(training) == [newest]
    control.to_next()
    after = ids(api.task.list_checkpoints(training))
    assert after[0] == newest["id"] < after[1]
    assert len(api.task.get_training_metrics(training)) == 4, "metrics are never deleted"


@pytest.mark.parametrize("method", ["list_checkpoints", "delete_unused_checkpoints"])
def test_checkpoints_of_other_tasks_are_never_asked_for(api, control, started, method):
    # The SDK tries to raise a RuntimeError with a reason, but fails to format its text.
    with pytest.raises(IndexError):
        getattr(api.task, method)(started)
    assert control.count("tasks.checkpoints.list") == control.count("tasks.checkpoints.clear") == 0


class Lines(logging.Handler):
    """The output that an agent reads from its app: the SDK's log as JSON."""

    def __init__(self):
        super().__init__()
        self.formatter = sly.logger.handlers[0].formatter
        self.read = []

    def emit(self, record):
        self.read.append(json.loads(self.format(record)))


@pytest.fixture
def logged():
    """Returns the log lines that a function of the SDK writes."""
    lines = Lines()
    sly.logger.addHandler(lines)

    def lines_of(report, *args):
        lines.read.clear()
        report(*args)
        return list(lines.read)

    yield lines_of
    sly.logger.removeHandler(lines)


@covers("submit_logs", "get_training_metrics")
def test_metrics_that_the_task_logs_are_added(api, control, training, logged):
    api.add_header("x-task-id", str(training))
    for epoch in (1, 2):
        api.task.submit_logs(logged(progress.report_metrics_training, epoch, {"loss": 1 / epoch}))
    api.task.submit_logs(logged(progress.report_metrics_validation, 2, {"map": 0.5}))
    metrics = api.task.get_training_metrics(training)
    assert [(entry["type"], entry["epoch"], entry["metrics"]) for entry in metrics] == [
        ("train", 1, {"loss": 1.0}), ("train", 2, {"loss": 0.5}), ("val", 2, {"map": 0.5}),
    ]
    assert len(control.log(training)) == 3, "they are lines of the log, too"


@covers("submit_logs", "list_checkpoints", "delete_unused_checkpoints")
def test_checkpoints_that_the_task_logs_are_added(api, training, logged):
    api.add_header("x-task-id", str(training))
    for number in range(2):
        saved = (number, "{:03d}".format(number), 1000 + number, number == 1, {"loss": 0.5})
        api.task.submit_logs(logged(progress.report_checkpoint_saved, *saved))
    checkpoints = api.task.list_checkpoints(training)
    fields = [(entry["subdir"], entry["sizeb"], entry["best_now"]) for entry in checkpoints]
    assert fields == [("000", 1000, False), ("001", 1001, True)]
    assert len(set(ids(checkpoints))) == 2
    assert api.task.delete_unused_checkpoints(training) == {"success": True}
    assert api.task.list_checkpoints(training) == checkpoints[1:]


@covers("get_training_metrics")
def test_a_model_tells_the_metrics_of_the_task_that_made_it(api, control, training):
    to_the_end(api, control, training)
    model = api.task.get_info_by_id(training)["meta"]["output"]["model"]["id"]
    assert len(api.model.get_training_metrics(model)) == 2
    assert api.model.get_training_metrics(model) == api.task.get_training_metrics(training)
    assert api.model.get_training_metrics(MODEL) == [], "no task made it"
    assert api.model.get_training_metrics(5) is None


def test_the_model_of_a_training_is_found_by_its_name(api, control, training):
    first = api.model.get_info_by_name(WORKSPACE, "unet_v2_cars")
    assert first == api.model.get_info_by_id(MODEL)
    assert api.model.get_list(WORKSPACE) == [first]
    assert api.model.get_info_by_name(WORKSPACE, "my_model") is None
    to_the_end(api, control, training)
    trained = api.model.get_info_by_name(WORKSPACE, "my_model")
    made = api.task.get_info_by_id(training)["meta"]["output"]["model"]["id"]
    assert (trained.id, trained.task_id) == (made, training)
    assert api.model.get_list(WORKSPACE) == [first, trained]
    assert api.model.get_free_name(WORKSPACE, "my_model") == "my_model_001"


@covers("get_training_metrics")
def test_other_tasks_have_no_metrics_and_unknown_tasks_none_at_all(api, started):
    for task in (TASK, started):
        assert api.task.get_info_by_id(task)["type"] != "train"
        assert api.task.get_training_metrics(task) == []
    assert api.task.get_training_metrics(5) is None


@pytest.mark.parametrize("agent, project", [(5, PROJECT), (1, 5)])
def test_what_does_not_exist_cannot_be_trained_with(api, agent, project):
    assert refusal(api.task.run_train, agent, project, MODEL, "my_model").status_code == 404
    assert len(api.task.get_list(WORKSPACE)) == 1, "nothing was started"


def test_training_from_an_unknown_model_is_never_sent(api, control):
    # The SDK reads the model, and does not check the result.
    with pytest.raises(AttributeError):
        api.task.run_train(1, PROJECT, 5, "my_model")
    assert control.count("tasks.run.plugin") == 0
