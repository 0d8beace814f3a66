//! `apps.info` and `apps.list`: the apps of a team, with the tasks that run them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::sessions::{self, Session};
use super::{ById, Evidence, Looks, Method, Read, TaskRef, choice, code, seen};
use crate::call::Call;
use crate::ids::{AppId, ModuleId, TeamId, UserId};
use crate::listing::{self, Column, Key, Paging, Source, list_shape};
use crate::looks::Sight;
use crate::refusal::Refusal;
use crate::reply::{Object, Output, render};
use crate::request::{Field, FromPayload as _, Kind, Payload, Shape, TEXT};
use crate::state::State;
use crate::tables::{App, Module, find};

/// An app as the wire shows it.
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

const APP: &str = "`{id, createdBy, moduleId, disabled, userLogin, config, name, slug, isShared, tasks, repo, repoKey, repositoryModuleUrl, teamId}`, `tasks` as `apps.tasks.list` shows them";

/// An app and the module it was made of: a row of the listing.
struct Listed {
    app: Arc<App>,
    module: Arc<Module>,
}

impl Listed {
    fn of(state: &State, app: &Arc<App>) -> Result<Self, Refusal> {
        let module = find(&state.tables.modules, app.module_id)?;
        Ok(Self { app: Arc::clone(app), module: Arc::clone(module) })
    }

    fn view<'a>(&'a self, state: &'a State, tasks: Vec<Session<'a>>) -> View<'a> {
        let (app, module) = (&self.app, &self.module);
        View {
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
        }
    }
}

pub(super) enum Info {}

impl Method for Info {
    const NAME: &'static str = "apps.info";
    const ABOUT: &'static str = "Tells about one app of a team.";
    const ANSWER: &'static str = APP;
    const SHAPE: Shape = Shape::Object(&[Field::required("id", Kind::Id, "The app.")]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks =
        Looks::Among(|_, payload| Sight::Apps(vec![AppId(payload.integer("id").unwrap_or(0))]));
    const EVIDENCE: &'static [Evidence] = &[
        code("AppApi.get_info_by_id reads these keys into an AppInfo; a 404 becomes None."),
        choice(90, "An unknown app is a 404."),
    ];
    type Request = ById<AppId>;
    type Reply = Output;

    fn is_heavy(state: &State, _: &Payload) -> bool {
        state.has_many_tasks()
    }
}

impl Read for Info {
    fn run(state: &State, _: &Call, request: ById<AppId>) -> Result<Output, Refusal> {
        let listed = Listed::of(state, find(&state.tables.apps, request.id)?)?;
        let tasks = sessions::of_app(state, request.id, |_| true);
        Ok(Output::json(&listed.view(state, tasks)))
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
    #[serde(flatten)]
    paging: Paging,
}

const COLUMNS: &[Column<Listed>] = &[
    Column { name: "id", filters: true, sorts: true, key: |row| Key::id(row.app.id) },
    Column { name: "moduleId", filters: true, sorts: true, key: |row| Key::id(row.app.module_id) },
    Column { name: "name", filters: true, sorts: true, key: |row| Key::text(&row.module.name) },
    Column { name: "slug", filters: true, sorts: true, key: |row| Key::text(&row.module.slug) },
];

impl Method for List {
    const NAME: &'static str = "apps.list";
    const ABOUT: &'static str =
        "Lists a team's apps with the tasks that run them, filtered, ordered and in pages.";
    const ANSWER: &'static str = "`{total, perPage, pagesCount, after, entities: [app]}`";
    const SHAPE: Shape = list_shape!(
        filters: &["id", "moduleId", "name", "slug"],
        sorts: &["id", "moduleId", "name", "slug"],
        Field::required("teamId", Kind::Id, "The team.").also(&["groupId"]),
        Field::optional("context", Kind::List(&TEXT), "Context menus, one of which offers the app."),
        Field::optional("repositoryKey", TEXT, "The module's slug."),
        Field::optional("integratedInto", Kind::List(&TEXT), "Tools, one of which the app is integrated into."),
        Field::optional("sessionTags", Kind::List(&TEXT), "Tags, one of which the app's sessions have."),
        Field::optional("onlyRunning", Kind::Flag, "Whether only apps with running tasks, and those tasks."),
        Field::optional("showDisabled", Kind::Flag, "Whether disabled apps are listed too."),
        Field::optional("withShared", Kind::Flag, "Whether apps that other teams share are listed too."),
        Field::optional(
            "forceAllSessions",
            Kind::Flag,
            "Whether `tasks` has those that ended too; true when absent.",
        ),
    );
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Among(Self::sessions);
    const EVIDENCE: &'static [Evidence] = &[
        code("get_list sends all of these; get_sessions filters by moduleId."),
        seen("get_sessions of old releases takes the sessions from tasks and sends no forceAllSessions."),
        code("The button of the SDK's widget RunAppButton sends groupId for teamId."),
        code("Running is queued, consumed, started or deployed."),
        choice(60, "withShared is false when absent: get_sessions fails when it gets two apps of a module."),
        choice(50, "A team that does not exist is a 404."),
    ];
    type Request = ListRequest;
    type Reply = Output;

    fn is_heavy(state: &State, _: &Payload) -> bool {
        state.has_many_tasks()
    }
}

impl List {
    /// The tasks of the apps that are listed, running or not.
    fn sessions(state: &State, payload: &Payload) -> Sight {
        let Ok(request) = ListRequest::from_payload(payload.clone()) else { return Sight::Apps(Vec::new()) };
        let listed = state.tables.apps.values().filter_map(|app| Listed::of(state, app).ok());
        Sight::Apps(listed.filter(|row| request.wants(row)).map(|row| row.app.id).collect())
    }
}

impl Read for List {
    fn run(state: &State, _: &Call, request: ListRequest) -> Result<Output, Refusal> {
        find(&state.tables.teams, request.team_id)?;
        let apps = state.tables.apps.values().map(|app| Listed::of(state, app));
        let mut rows = apps.collect::<Result<Vec<_>, _>>()?;
        rows.retain(|row| request.wants(row));
        if request.only_running {
            rows.retain(|row| sessions::any_running(state, row.app.id));
        }
        let ended_too = request.force_all_sessions.unwrap_or(true) && !request.only_running;
        let fragment = |row: &Listed| {
            let tasks = sessions::of_app(state, row.app.id, |task| ended_too || sessions::is_running(task));
            render(&row.view(state, tasks))
        };
        let nth = |index: usize| &rows[index];
        let source = Source { len: rows.len(), nth: &nth, columns: COLUMNS, fragment: &fragment };
        listing::page(&source, &request.paging, &state.limits)
    }
}

impl ListRequest {
    fn wants(&self, Listed { app, module }: &Listed) -> bool {
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
