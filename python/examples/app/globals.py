"""Values that all modules of the app share. The agent sets the variables that they come from."""

import supervisely as sly

api = sly.Api.from_env()
session_id = sly.env.task_id()  # the task that this app runs as
workspace_id = sly.env.workspace_id()
agent_id = sly.env.agent_id(raise_not_found=False)
