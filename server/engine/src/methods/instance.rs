//! `instance.*`: the version of the instance, and the token of an app's preview.

use serde::{Deserialize, Serialize};

use super::ecosystem::by_slug;
use crate::call::Call;
use crate::ids::{AppId, ModuleId};
use crate::looks::{Looks, Sight};
use crate::method::{Method, Read, Row, TaskRef, read};
use crate::refusal::Refusal;
use crate::reply::{Json, Object, Output};
use crate::request::{Field, FromPayload as _, Payload, Shape, TEXT};
use crate::state::State;
use crate::tables::{App, Task};

/// The newest SDK warns about versions below 6.18.3.
const VERSION: &str = "6.20.0";

pub(super) fn methods() -> Vec<Row> {
    vec![read::<PreviewToken>(), read::<Version>()]
}

pub(super) enum Version {}

#[derive(Serialize)]
pub(super) struct VersionReply {
    version: &'static str,
}

impl Method for Version {
    const NAME: &'static str = "instance.version";
    const ABOUT: &'static str = "Returns the version of the instance; needs no token.";
    const ANSWER: &'static str = "`{version}`";
    const SHAPE: Shape = Shape::Object(&[]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    const OPEN: bool = true;
    type Request = Object;
    type Reply = Json<VersionReply>;
}

impl Read for Version {
    fn run(_: &State, _: &Call, _: Object) -> Result<Json<VersionReply>, Refusal> {
        Ok(Json(VersionReply { version: VERSION }))
    }
}

pub(super) enum PreviewToken {}

#[derive(Debug, Deserialize)]
pub(super) struct PreviewRequest {
    slug: String,
}

impl Method for PreviewToken {
    const NAME: &'static str = "instance.get-render-previews-session-token";
    const ABOUT: &'static str = "Returns a session token of an app, by the slug of its module.";
    const ANSWER: &'static str = "the token, as plain text";
    const SHAPE: Shape = Shape::Object(&[Field::required("slug", TEXT, "Slug of the module.")]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Among(Self::sessions);
    type Request = PreviewRequest;
    type Reply = Output;
}

impl Read for PreviewToken {
    fn run(state: &State, _: &Call, request: PreviewRequest) -> Result<Output, Refusal> {
        let module = by_slug(state, &request.slug)?;
        let running = newest_session(state, module.id).and_then(Task::session_token);
        Ok(Output::Text(running.map_or_else(|| state.draw_preview(module.id), str::to_owned).into()))
    }
}

impl PreviewToken {
    /// Returns the tasks of the module's apps, running or not, because a change of any of them can change the
    /// reply.
    fn sessions(state: &State, payload: &Payload) -> Sight {
        let module = PreviewRequest::from_payload(payload.clone()).ok();
        let module = module.and_then(|request| by_slug(state, &request.slug).ok());
        Sight::Apps(module.map(|module| apps_of(state, module.id).collect()).unwrap_or_default())
    }
}

fn apps_of(state: &State, module: ModuleId) -> impl Iterator<Item = AppId> {
    state.tables.apps.rows_of(App::BY_MODULE, module).map(|app| app.id)
}

/// Returns the newest running task of a module that has a session token.
fn newest_session(state: &State, module: ModuleId) -> Option<&Task> {
    apps_of(state, module)
        .flat_map(|app| state.tables.tasks.rows_of(Task::BY_APP, app))
        .filter(|task| task.status.is_running() && task.session_token().is_some())
        .max_by_key(|task| task.id)
}
