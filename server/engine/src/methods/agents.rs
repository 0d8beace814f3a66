//! `agents.*`: the machines that run tasks.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::call::Call;
use crate::ids::{AgentId, TeamId};
use crate::listing::{self, Section, Show, list_shape};
use crate::looks::Looks;
use crate::method::{Area, ById, ListCall, Method, Read, Row, TaskRef, read};
use crate::refusal::Refusal;
use crate::reply::{Json, Object, Output, render_to};
use crate::request::{Field, Kind, Shape, TEXT};
use crate::state::State;
use crate::tables::{Agent, AgentStatus, Entity, TableRow};

const AGENT: &str = "`{id, name, token, status, userId, teamId, capabilities, createdAt, updatedAt, isPublic, type, disabled, version}`";

/// An agent on the wire: without its environment variables, and with its graphics cards only on request.
#[derive(Serialize)]
pub(super) struct View(Agent);

impl View {
    fn of(agent: &Agent, with_gpu: bool) -> Self {
        let gpu_info = agent.gpu_info.clone().filter(|_| with_gpu);
        Self(Agent { gpu_info, envs: Object::new(), ..agent.clone() })
    }
}

impl Area for Agent {
    fn methods() -> Vec<Row> {
        vec![read::<Available>(), read::<Info>(), read::<List>()]
    }
}

pub(super) enum Info {}

impl Method for Info {
    const NAME: &'static str = "agents.info";
    const ABOUT: &'static str = "Returns one agent.";
    const ANSWER: &'static str = AGENT;
    const SHAPE: Shape = Shape::Object(&[Field::required("id", Kind::Id, "Id of the agent.")]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    type Request = ById<AgentId>;
    type Reply = Json<View>;
}

impl Read for Info {
    fn run(state: &State, _: &Call, request: ById<AgentId>) -> Result<Json<View>, Refusal> {
        Ok(Json(View::of(state.tables.agents.find(request.id)?, true)))
    }
}

pub(super) enum List {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListRequest {
    team_id: TeamId,
    #[serde(default)]
    extra_fields: Vec<String>,
}

impl Method for List {
    const NAME: &'static str = "agents.list";
    const ABOUT: &'static str = "Lists a team's agents, with filtering, sorting and paging.";
    const ANSWER: &'static str = "`{total, perPage, pagesCount, after, entities: [agent]}`";
    const SHAPE: Shape = Shape::List(&[
        Field::required("teamId", Kind::Id, "Id of the team."),
        Field::optional(
            "extraFields",
            Kind::List(&TEXT),
            "Additional fields: `gpuInfo` adds the graphics cards.",
        ),
    ]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    type Request = ListCall<ListRequest>;
    type Reply = Output;

    fn shape() -> Shape {
        list_shape(Self::SHAPE.fields(), Agent::COLUMNS)
    }
}

impl Read for List {
    fn run(state: &State, _: &Call, request: ListCall<ListRequest>) -> Result<Output, Refusal> {
        let team = state.tables.teams.find(request.own.team_id)?.id;
        let with_gpu = request.own.extra_fields.iter().any(|field| field == "gpuInfo");
        let part = Section { table: &state.tables.agents, parent: team.0, within: None, wanted: None };
        let show =
            |agent: &TableRow<Agent>, bytes: &mut Vec<u8>| render_to(&View::of(agent, with_gpu), bytes);
        let show = if with_gpu { Show::Own(&show) } else { Show::Kept(&show) };
        listing::page_of_part(&part, &request.paging, &state.limits, &show)
    }
}

pub(super) enum Available {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AvailableRequest {
    team_id: TeamId,
    #[serde(default)]
    without_public: bool,
    #[serde(default)]
    any_status: bool,
    #[serde(default, rename = "needGPU")]
    needs_gpu: bool,
    #[serde(rename = "type")]
    kind: Option<String>,
    version: Option<String>,
    #[serde(default)]
    envs: Vec<WantedEnv>,
    min_nvidia_driver_version: Option<String>,
}

#[derive(Debug, Deserialize)]
struct WantedEnv {
    field: String,
    value: Option<Value>,
}

impl Method for Available {
    const NAME: &'static str = "agents.available";
    const ABOUT: &'static str = "Lists the agents on which a team could run a task.";
    const ANSWER: &'static str = "an array of agents with `gpuInfo`, ordered by id";
    const SHAPE: Shape = Shape::Object(&[
        Field::required("teamId", Kind::Id, "Id of the team."),
        Field::optional("withoutPublic", Kind::Flag, "True to leave out public agents of other teams."),
        Field::optional("anyStatus", Kind::Flag, "True to include agents that are not running."),
        Field::optional("needGPU", Kind::Flag, "True to list only agents with graphics cards."),
        Field::optional("type", TEXT, "Type of task that the agent must take."),
        Field::optional(
            "pluginVersionId",
            Kind::Id,
            "Accepted and ignored: agents of the fake run any plugin.",
        ),
        Field::optional("version", TEXT, "Minimum version of the agent."),
        Field::optional(
            "envs",
            Kind::List(&Kind::Object(&[
                Field::required("field", TEXT, "Name of the variable."),
                Field::optional("operator", TEXT, "Accepted and ignored: the value must be equal."),
                Field::optional("value", Kind::Any, "Value of the variable; when absent, any value matches."),
            ])),
            "Environment variables that the agent must have.",
        ),
        Field::optional("minNvidiaDriverVersion", TEXT, "Minimum version of the graphics driver."),
    ]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    type Request = AvailableRequest;
    type Reply = Json<Vec<View>>;
}

impl Read for Available {
    fn run(state: &State, _: &Call, request: AvailableRequest) -> Result<Json<Vec<View>>, Refusal> {
        state.tables.teams.find(request.team_id)?;
        let fitting = state.tables.agents.rows().filter(|agent| request.fits(agent));
        Ok(Json(fitting.map(|agent| View::of(agent, true)).collect()))
    }
}

impl AvailableRequest {
    fn fits(&self, agent: &Agent) -> bool {
        let mine = agent.team_id == self.team_id || (agent.is_public && !self.without_public);
        let awake = self.any_status || agent.status == AgentStatus::Running;
        let gpu = agent.gpu();
        let driver = gpu.and_then(|gpu| gpu.get("driver_version")?.as_str()).unwrap_or_default();
        let is_new_enough = |version: &str, least: &Option<String>| {
            least.as_deref().is_none_or(|least| is_at_least(version, least))
        };
        mine && awake
            && !agent.disabled
            && (gpu.is_some() || !self.needs_gpu)
            && is_new_enough(driver, &self.min_nvidia_driver_version)
            && is_new_enough(&agent.version, &self.version)
            && self.kind.as_deref().is_none_or(|kind| takes(agent, kind))
            && self.envs.iter().all(|wanted| has(agent, wanted))
    }
}

fn takes(agent: &Agent, kind: &str) -> bool {
    let types = agent.capabilities.get("types").and_then(Value::as_array);
    types.is_none_or(|types| types.iter().any(|known| known.as_str() == Some(kind)))
}

fn has(agent: &Agent, wanted: &WantedEnv) -> bool {
    agent.envs.get(&wanted.field).is_some_and(|value| wanted.value.as_ref().is_none_or(|want| want == value))
}

/// Returns true if a version such as `6.7.39` is `least` or later. Text that is not numbers joined by
/// dots is not a version: it is never late enough, and no version is late enough for it.
fn is_at_least(version: &str, least: &str) -> bool {
    let (Some(mut version), Some(mut least)) = (numbers(version), numbers(least)) else { return false };
    let length = version.len().max(least.len());
    version.resize(length, 0);
    least.resize(length, 0);
    version >= least
}

/// Returns the numbers of a version, without a pre-release after `-`.
fn numbers(version: &str) -> Option<Vec<u64>> {
    let (release, _) = version.split_once('-').unwrap_or((version, ""));
    release.trim_start_matches('v').split('.').map(|digits| digits.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::is_at_least;

    #[test]
    fn versions_are_compared_number_by_number() {
        for (version, least) in
            [("6.7.39", "6.7.39.0"), ("v6.10", "6.9.9"), ("6.7.39", "v6.7.39-rc.1"), ("7", "6")]
        {
            assert!(is_at_least(version, least), "{version} {least}");
        }
        for (version, least) in [("6.7.39", "6.7.40"), ("6.7", "6.7.0.1"), ("6.7.39", "abc"), ("", "1")] {
            assert!(!is_at_least(version, least), "{version} {least}");
        }
    }
}
