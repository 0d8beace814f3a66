"""The wire methods that fault rules may name."""

from __future__ import annotations

# Methods whose requests are about a task: a rule may name the task.
OF_TASKS = (
    "tasks.info",
    "tasks.stop",
    "tasks.status.update",
    "tasks.log.download",
    "tasks.logs.add",
    "tasks.data.get",
    "tasks.data.set",
    "tasks.app-v2.data.set",
    "tasks.output.set",
    "tasks.meta.update",
    "tasks.request.direct",
    "tasks.train-metrics",
    "tasks.checkpoints.list",
    "tasks.checkpoints.clear",
    "tasks.files.bulk.add-by-hash",
    "tasks.files.bulk.upload",
    "tasks.import.files_list",
    "tasks.import.download_file",
    "tasks.upload.dtl_archive",
    "GetTaskContext",
    "workflow.node.add-input",
    "workflow.node.add-output",
)
# Methods whose responses are pages of rows: a rule may change the pages.
OF_LISTS = (
    "tasks.list",
    "projects.list",
    "workspaces.list",
    "teams.list",
    "agents.list",
    "apps.list",
    "apps.tasks.list",
    "datasets.list",
    "ecosystem.list",
    "models.list",
)
OTHERS = (
    "tasks.run.app",
    "tasks.run.deploy",
    "tasks.run.dtl",
    "tasks.run.plugin",
    "tasks.run.python",
    "projects.info",
    "projects.editInfo",
    "workspaces.info",
    "teams.info",
    "users.me",
    "agents.info",
    "agents.available",
    "apps.info",
    "datasets.info",
    "datasets.add",
    "datasets.archive",
    "datasets.editInfo",
    "datasets.remove",
    "ecosystem.info",
    "ecosystem.file.download",
    "models.info",
    "models.info.deployed",
    "file-storage.info",
    "images.internal.hashes.list",
    "instance.get-render-previews-session-token",
    "instance.version",
)
# Old SDKs call themselves for ever when the first one fails, and hang when the others do; so a rule without
# a method leaves them alone, and rules for them are drawn only on demand.
SPARED = ("instance.version", "tasks.files.bulk.upload", "tasks.upload.dtl_archive")
USUAL = tuple(method for method in OF_TASKS + OF_LISTS + OTHERS if method not in SPARED)
