//! `apps.info` and `apps.list`: the apps of a team, with the tasks that run them.

use serde::{Deserialize, Serialize};

use super::sessions::{self, Session};
use crate::call::Call;
use crate::ids::{AppId, ModuleId, TeamId, UserId};
use crate::listing::{self, Rows, list_shape};
use crate::looks::{Looks, Sight};
use crate::method::{Area, ById, ListCall, Method, Read, Row, TaskRef, read};
use crate::refusal::Refusal;
use crate::reply::{Object, Output, render};
use crate::request::{Field, FromPayload as _, Kind, Payload, Shape, TEXT};
use crate::state::State;
use crate::tables::{App, Column, Key, Module};

/// An app on the wire.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View<'a> {
    id: AppId,
    created_by: UserId,
    module_id: ModuleId,
    disabled: bool,
    user_login: &'a str,
    config: Object,
    name: &'a str,
    slug: &'a str,
    is_shared: bool,
    tasks: Vec<Session<'a>>,
    repo: &'a str,
    repo_key: &'a str,
    repository_module_url: &'a str,
    team_id: TeamId,
}

const APP: &str = "`{id, createdBy, moduleId, disabled, userLogin, config, name, slug, isShared, tasks, repo, repoKey, repositoryModuleUrl, teamId}`, with `tasks` in the form of `apps.tasks.list`";

/// Columns of an app and its module by which lists of apps are filtered and ordered.
struct AppRow {
    id: AppId,
    module_id: ModuleId,
    name: String,
    slug: String,
}

impl AppRow {
    fn of(app: &App, module: &Module) -> Self {
        Self { id: app.id, module_id: module.id, name: module.name.clone(), slug: module.slug.clone() }
    }
}

const COLUMNS: &[Column<AppRow>] = &[
    Column::id("id", |row| Key::id(row.id)),
    Column::id("moduleId", |row| Key::id(row.module_id)),
    Column::text("name", |row| Key::text(&row.name)),
    Column::text("slug", |row| Key::text(&row.slug)),
];

fn view<'a>(state: &'a State, app: &'a App, tasks: Vec<Session<'a>>) -> Result<View<'a>, Refusal> {
    let module = state.tables.modules.find(app.module_id)?;
    Ok(View {
        id: app.id,
        created_by: app.created_by,
        module_id: app.module_id,
        disabled: app.disabled,
        user_login: state.user(app.created_by).map_or("", |user| &user.login),
        config: module.shown_config(),
        name: &module.name,
        slug: &module.slug,
        is_shared: app.is_shared,
        tasks,
        repo: &module.repo,
        repo_key: &module.slug,
        repository_module_url: &module.repository_module_url,
        team_id: app.team_id,
    })
}

impl Area for App {
    fn methods() -> Vec<Row> {
        vec![read::<Info>(), read::<List>()]
    }
}

pub(super) enum Info {}

impl Method for Info {
    const NAME: &'static str = "apps.info";
    const ABOUT: &'static str = "Returns one app of a team.";
    const ANSWER: &'static str = APP;
    const SHAPE: Shape = Shape::Object(&[Field::required("id", Kind::Id, "Id of the app.")]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks =
        Looks::Among(|_, payload| Sight::Apps(vec![AppId(payload.integer("id").unwrap_or(0))]));
    const HEAVY: Option<fn(&State, &Payload) -> bool> = Some(|state, _| state.has_many_tasks());
    type Request = ById<AppId>;
    type Reply = Output;
}

impl Read for Info {
    fn run(state: &State, _: &Call, request: ById<AppId>) -> Result<Output, Refusal> {
        let app = state.tables.apps.find(request.id)?;
        let tasks = sessions::of_app(state, app.id, |_| true);
        Ok(Output::json(&view(state, app, tasks)?))
    }
}

pub(super) enum List {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListRequest {
    team_id: TeamId,
    #[serde(default)]
    context: Vec<String>,
    repository_key: Option<String>,
    #[serde(default)]
    integrated_into: Vec<String>,
    #[serde(default)]
    session_tags: Vec<String>,
    #[serde(default)]
    only_running: bool,
    #[serde(default)]
    show_disabled: bool,
    #[serde(default)]
    with_shared: bool,
    force_all_sessions: Option<bool>,
}

impl Method for List {
    const NAME: &'static str = "apps.list";
    const ABOUT: &'static str =
        "Lists a team's apps and the tasks that run them, with filtering, sorting and paging.";
    const ANSWER: &'static str = "`{total, perPage, pagesCount, after, entities: [app]}`";
    const SHAPE: Shape = Shape::List(&[
        Field::required("teamId", Kind::Id, "Id of the team.").also(&["groupId"]),
        Field::optional("context", Kind::List(&TEXT), "Context menus, one of which must offer the app."),
        Field::optional("repositoryKey", TEXT, "Slug of the app's module."),
        Field::optional("integratedInto", Kind::List(&TEXT), "Tools, one of which must integrate the app."),
        Field::optional("sessionTags", Kind::List(&TEXT), "Tags, one of which the app's sessions must have."),
        Field::optional(
            "onlyRunning",
            Kind::Flag,
            "True to list only apps with running tasks, and only those tasks.",
        ),
        Field::optional("showDisabled", Kind::Flag, "True to include disabled apps."),
        Field::optional("withShared", Kind::Flag, "True to include apps that other teams share."),
        Field::optional(
            "forceAllSessions",
            Kind::Flag,
            "True to include ended tasks in `tasks`; true when absent.",
        ),
    ]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Among(Self::sessions);
    const HEAVY: Option<fn(&State, &Payload) -> bool> = Some(|state, _| state.has_many_tasks());
    type Request = ListCall<ListRequest>;
    type Reply = Output;

    fn shape() -> Shape {
        list_shape(Self::SHAPE.fields(), COLUMNS)
    }
}

impl List {
    /// Returns the tasks of all selected apps, running or not, because a change of any of them can change the
    /// reply.
    fn sessions(state: &State, payload: &Payload) -> Sight {
        let Ok(request) = ListRequest::from_payload(payload.clone()) else { return Sight::Apps(Vec::new()) };
        Sight::Apps(request.chosen(state).map(|(app, _)| app.id).collect())
    }
}

impl Read for List {
    fn run(state: &State, _: &Call, request: ListCall<ListRequest>) -> Result<Output, Refusal> {
        let ListCall { own, paging } = request;
        state.tables.teams.find(own.team_id)?;
        let apps =
            own.chosen(state).filter(|(app, _)| !own.only_running || sessions::any_running(state, app.id));
        let rows: Vec<AppRow> = apps.map(|(app, module)| AppRow::of(app, module)).collect();
        let ended_too = own.force_all_sessions.unwrap_or(true) && !own.only_running;
        let fragment = |row: &AppRow| {
            let tasks = sessions::of_app(state, row.id, |task| ended_too || sessions::is_running(task));
            // Cannot fail: a listed app and its module exist.
            view(state, state.tables.apps.at(row.id.0), tasks)
                .map_or_else(|_| "null".into(), |view| render(&view))
        };
        let nth = |index: usize| &rows[index];
        let source = Rows { len: rows.len(), nth: &nth, columns: COLUMNS, fragment: &fragment };
        listing::page(&source, &paging, &state.limits)
    }
}

impl ListRequest {
    /// Returns the selected apps, whether they have running tasks or not, each with its module.
    fn chosen<'a>(&'a self, state: &'a State) -> impl Iterator<Item = (&'a App, &'a Module)> {
        let module_of = |app: &'a App| Some((app, state.tables.modules.get(app.module_id)?));
        state.tables.apps.rows().filter_map(module_of).filter(|(app, module)| self.wants(app, module))
    }

    fn wants(&self, app: &App, module: &Module) -> bool {
        let one_of = |wanted: &[String], known: Vec<&str>| {
            wanted.is_empty() || wanted.iter().any(|word| known.contains(&word.as_str()))
        };
        (app.team_id == self.team_id || (self.with_shared && app.is_shared))
            && (self.show_disabled || !app.disabled)
            && self.repository_key.as_ref().is_none_or(|key| *key == module.slug)
            && one_of(&self.context, module.targets())
            && one_of(&self.integrated_into, module.words("integratedInto"))
            && one_of(&self.session_tags, module.words("sessionTags"))
    }
}
