//! The endpoints of the control API, one row each. This is the only list of them.

use std::future::Future;
use std::pin::Pin;

use slymock_engine::lifecycle::Status;
use slymock_engine::request::{Field, Kind};

use super::exchange::Exchange;
use super::reply::ControlReply;
use super::{apps, clock, faults, files, journal, stubs, tasks, world, worlds};
use crate::http::rejection::Rejection;

type ReplyFuture = Pin<Box<dyn Future<Output = Result<ControlReply, Rejection>> + Send>>;

/// One endpoint.
pub(super) struct Endpoint {
    pub(super) verb: &'static str,
    /// The path after `/_slymock/`; `{id}` stands for a task or a module, `{name}` for a world.
    pub(super) path: &'static str,
    /// Name in the journal.
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) reads: Reads,
    pub(super) run: fn(Exchange) -> ReplyFuture,
}

/// The input of an endpoint.
pub(super) enum Reads {
    /// Fields of the body or the query.
    Fields(&'static [Field]),
    /// A body that is a fixture.
    Fixture,
}

impl Reads {
    pub(super) fn fields(&self) -> &'static [Field] {
        match self {
            Self::Fields(fields) => fields,
            Self::Fixture => &[],
        }
    }

    /// True if a body may contain a fixture.
    pub(super) fn may_hold_fixture(&self) -> bool {
        match self {
            Self::Fields(fields) => fields.iter().any(|field| matches!(field.kind, Kind::Raw)),
            Self::Fixture => true,
        }
    }
}

use Reads::{Fields, Fixture};

/// A row: verb, path, input, handler, description.
macro_rules! endpoint {
    ($verb:literal $path:literal, $reads:expr, $run:path, $about:literal) => {
        Endpoint {
            verb: $verb,
            path: $path,
            name: concat!("_slymock/", $verb, " ", $path),
            about: $about,
            reads: $reads,
            run: |exchange| Box::pin(async { $run(exchange).await.map(ControlReply::from) }),
        }
    };
}

const TEXT: Kind = Kind::Text { max: 256 };
const NAME: Kind = Kind::Name { max: 256 };
const STATUS: Kind = Kind::Choice(Status::NAMES);
const MODE: Kind = Kind::Choice(&["real", "manual", "auto"]);

const WORLD: &[Field] = &[
    Field::optional("name", NAME, "Name of the world; generated when absent."),
    Field::optional("seed", Kind::Int { min: 0 }, "Seed of everything random; the server's when absent."),
    Field::optional("clock", MODE, "Clock mode; that of the fixture or the server when absent."),
    Field::optional("lifecycle", Kind::Any, "Default lifecycle of tasks: a preset name or an object."),
    Field::optional("fixture", Kind::Raw, "Initial state; the server's fixture when absent."),
    Field::optional("from", NAME, "Name of the world to fork."),
];

const CLOCK: &[Field] = &[
    Field::optional("mode", MODE, "New clock mode."),
    Field::optional("advance_ms", Kind::Int { min: 0 }, "Milliseconds to move forward."),
    Field::optional("to", Kind::Text { max: 64 }, "`next`, or a later time in RFC 3339."),
];

const TASKS: &[Field] = &[
    Field::required("workspaceId", Kind::Id, "Workspace of the tasks."),
    Field::optional("type", Kind::Text { max: 64 }, "Type of the tasks; `app` when absent."),
    Field::optional("status", STATUS, "Status the tasks hold, or the stage they start in."),
    Field::optional("lifecycle", Kind::Any, "Lifecycle of the tasks: a preset name or an object."),
    Field::optional("count", Kind::Int { min: 1 }, "Number of tasks; 1 when absent."),
    Field::optional("description", Kind::Text { max: 255 }, "Description of the tasks."),
    Field::optional("meta", Kind::Map, "Keys of `meta`, in addition to those that every task has."),
    Field::optional("settings", Kind::Map, "Parameters with which the tasks were started."),
];

const NEXT: &[Field] = &[
    Field::required("lifecycle", Kind::Any, "Lifecycle of the next tasks: a preset name or an object."),
    Field::optional("times", Kind::Int { min: 1 }, "Number of tasks that follow it; 1 when absent."),
];

const APP: &[Field] = &[
    Field::optional("replies", Kind::Map, "One canned answer for each command."),
    Field::optional("answers", Kind::Map, "Answers for each command, in order; the last one repeats."),
    Field::optional("forward_to", Kind::Text { max: 2048 }, "Address of a real app."),
];

const FILES: &[Field] = &[
    Field::optional("hash", Kind::Text { max: 64 }, "Base64 of the SHA-256."),
    Field::optional("task", Kind::Id, "Id of the task."),
    Field::optional("path", Kind::Name { max: 4096 }, "The path of the task's file."),
];

const RULE: &[Field] = &[
    Field::optional("on", Kind::Map, "Requests the rule applies to; all when absent."),
    Field::required("do", Kind::Map, "The action."),
];

const STUB: &[Field] = &[
    Field::required("method", NAME, "The wire method."),
    Field::required("reply", Kind::Any, "The reply, any JSON."),
];

const JOURNAL: &[Field] = &[
    Field::optional("method", TEXT, "Only this method."),
    Field::optional("task", Kind::Id, "Only this task."),
    Field::optional("verb", Kind::Text { max: 64 }, "Only visits to `/net` with this HTTP method."),
    Field::optional("path", Kind::Text { max: 65_536 }, "Only visits to `/net` of this path."),
    Field::optional("since", Kind::Int { min: 0 }, "Only entries with a greater number."),
    Field::optional("limit", Kind::Int { min: 0 }, "Only the newest N entries."),
    Field::optional("scope", Kind::Choice(&["world", "server"]), "`server`: requests without a world."),
];

/// As [`JOURNAL`], without the limit, which applies only to showing entries.
const FORGET: &[Field] = &[JOURNAL[0], JOURNAL[1], JOURNAL[2], JOURNAL[3], JOURNAL[4], JOURNAL[6]];
const ONE_FAULT: &[Field] = &[Field::optional("id", Kind::Id, "Only this rule.")];
const ONE_STUB: &[Field] = &[Field::optional("method", TEXT, "Only this method.")];

pub(super) static ENDPOINTS: &[Endpoint] = &[
    endpoint!("GET" "health", Fields(&[]), world::health, "Reports that the server is up, and its version."),
    endpoint!("GET" "worlds", Fields(&[]), worlds::list, "Lists the worlds, the oldest first."),
    endpoint!("POST" "worlds", Fields(WORLD), worlds::make, "Makes a world and returns its token."),
    endpoint!("DELETE" "worlds/{name}", Fields(&[]), worlds::delete, "Deletes a world."),
    endpoint!("GET" "world", Fields(&[]), world::get, "Returns the whole world as a fixture."),
    endpoint!("PUT" "world", Fixture, world::put, "Replaces the world by a fixture and empties its journal."),
    endpoint!("POST" "reset", Fields(&[]), world::reset, "Resets the world to its fixture and seed."),
    endpoint!("POST" "save", Fields(&[]), world::save, "Writes the default world to the file of `--save-world`."),
    endpoint!("GET" "clock", Fields(&[]), clock::get, "Returns the mode and time of the clock, and the next event."),
    endpoint!("POST" "clock", Fields(CLOCK), clock::post, "Changes the clock's mode, or moves it forward."),
    endpoint!("POST" "tasks", Fields(TASKS), tasks::post, "Makes tasks."),
    endpoint!("POST" "tasks/next", Fields(NEXT), tasks::next, "Sets the lifecycle of the next tasks that clients start."),
    endpoint!("GET" "tasks/{id}", Fields(&[]), tasks::get, "Returns a task with its lifecycle and its timeline; moves no clock."),
    endpoint!(
        "PATCH" "tasks/{id}",
        Fields(&[Field::required("status", STATUS, "The new status.")]),
        tasks::patch,
        "Sets the status of a task and holds it there."
    ),
    endpoint!("POST" "tasks/{id}/step", Fields(&[]), tasks::step, "Ends the present stage of a task."),
    endpoint!("PUT" "tasks/{id}/app", Fields(APP), apps::of_task, "Sets the answers, or the real app, for requests to a task's app."),
    endpoint!("PUT" "modules/{id}/app", Fields(APP), apps::of_module, "Sets the same for all apps of a module."),
    endpoint!("PUT" "app", Fields(APP), apps::of_world, "Sets the same for all apps of the world."),
    endpoint!(
        "GET" "files",
        Fields(FILES),
        files::get,
        "Returns the bytes of an upload, by `hash`, or by `task` and `path`."
    ),
    endpoint!("GET" "faults", Fields(&[]), faults::get, "Returns the fault rules, and how many requests each matched and fired on."),
    endpoint!("POST" "faults", Fields(RULE), faults::post, "Adds a fault rule after all others."),
    endpoint!("DELETE" "faults", Fields(ONE_FAULT), faults::delete, "Removes all fault rules, or one."),
    endpoint!("GET" "stubs", Fields(&[]), stubs::get, "Returns the canned replies of methods that are not modelled."),
    endpoint!("POST" "stubs", Fields(STUB), stubs::post, "Sets a canned reply."),
    endpoint!("DELETE" "stubs", Fields(ONE_STUB), stubs::delete, "Removes all canned replies, or one."),
    endpoint!("GET" "methods", Fields(&[]), stubs::methods, "Lists the wire methods with a reply; stubs are marked."),
    endpoint!("GET" "journal", Fields(JOURNAL), journal::get, "Returns the requests of the world and their outcomes."),
    endpoint!("DELETE" "journal", Fields(FORGET), journal::delete, "Removes all entries of the journal, or those that match."),
];
