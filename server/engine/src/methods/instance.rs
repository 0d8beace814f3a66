//! `instance.*`: which version of the service this is, and the token by which an app is previewed.

use serde::{Deserialize, Serialize};

use super::ecosystem::by_slug;
use crate::call::Call;
use crate::ids::{AppId, ModuleId};
use crate::looks::{Looks, Sight};
use crate::method::{Evidence, Method, Read, Row, TaskRef, choice, code, read, seen};
use crate::refusal::Refusal;
use crate::reply::{Json, Object, Output};
use crate::request::{Field, FromPayload as _, Payload, Shape, TEXT};
use crate::state::State;
use crate::tables::{App, Task};

/// The newest SDK wants at least 6.18.3 or warns.
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
    const ABOUT: &'static str = "Tells the service's version; answered without a token.";
    const ANSWER: &'static str = "`{version}`";
    const SHAPE: Shape = Shape::Object(&[]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    const EVIDENCE: &'static [Evidence] = &[
        code("Since 6.73.76 the SDK asks for it after any answer that is not a 200."),
        seen("6.73.76 to 6.73.441 ask without end while it is not a 200 itself."),
        choice(80, "It needs no token, or old SDKs would have stormed the service."),
    ];
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
    const ABOUT: &'static str = "Tells a session token of an app, by its module's slug.";
    const ANSWER: &'static str = "the token, as plain text";
    const SHAPE: Shape = Shape::Object(&[Field::required("slug", TEXT, "The module's slug.")]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Among(Self::sessions);
    const EVIDENCE: &'static [Evidence] = &[
        code("AppApi.get_session_token of new releases takes the body as the token, as it is."),
        choice(40, "It is the token of the newest session of the app that runs; without one, another token."),
        choice(80, "An unknown slug is a 404."),
    ];
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
    /// The tasks of the module's apps, running or not.
    fn sessions(state: &State, payload: &Payload) -> Sight {
        let module = PreviewRequest::from_payload(payload.clone()).ok();
        let module = module.and_then(|request| by_slug(state, &request.slug).ok());
        Sight::Apps(module.map(|module| apps_of(state, module.id).collect()).unwrap_or_default())
    }
}

fn apps_of(state: &State, module: ModuleId) -> impl Iterator<Item = AppId> {
    state.tables.apps.rows_of(App::BY_MODULE, module).map(|app| app.id)
}

/// The newest running task of a module that has a session token.
fn newest_session(state: &State, module: ModuleId) -> Option<&Task> {
    apps_of(state, module)
        .flat_map(|app| state.tables.tasks.rows_of(Task::BY_APP, app))
        .filter(|task| task.status.is_running() && task.session_token().is_some())
        .max_by_key(|task| task.id)
}
