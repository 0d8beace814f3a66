//! The endpoints of the control API, one row each: the only list of them.

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
    /// What the journal calls a call of it.
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) reads: Reads,
    pub(super) run: fn(Exchange) -> ReplyFuture,
}

/// What an endpoint reads.
pub(super) enum Reads {
    /// Fields, of the body or the query.
    Fields(&'static [Field]),
    /// A body that is a whole world.
    Fixture,
}

impl Reads {
    pub(super) fn fields(&self) -> &'static [Field] {
        match self {
            Self::Fields(fields) => fields,
            Self::Fixture => &[],
        }
    }

    /// Whether a body may hold a whole world.
    pub(super) fn may_hold_fixture(&self) -> bool {
        match self {
            Self::Fields(fields) => fields.iter().any(|field| matches!(field.kind, Kind::Raw)),
            Self::Fixture => true,
        }
    }
}

use Reads::{Fields, Fixture};

/// A row: verb, path, what is read, the function that answers, and the meaning.
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
    Field::optional("name", NAME, "Its name; made up when absent."),
    Field::optional("seed", Kind::Int { min: 0 }, "The seed of every draw; the server's when absent."),
    Field::optional("clock", MODE, "How its time moves; as the fixture or the server says when absent."),
    Field::optional("lifecycle", Kind::Any, "What tasks walk that bring none: a preset's name or an object."),
    Field::optional("fixture", Kind::Raw, "What it begins as; the default world when absent."),
    Field::optional("from", NAME, "The name of the world that it is forked from."),
];

const CLOCK: &[Field] = &[
    Field::optional("mode", MODE, "How it moves."),
    Field::optional("advance_ms", Kind::Int { min: 0 }, "So many milliseconds on."),
    Field::optional("to", Kind::Text { max: 64 }, "`next`, or an RFC 3339 moment to come."),
];

const TASKS: &[Field] = &[
    Field::required("workspaceId", Kind::Id, "Their workspace."),
    Field::optional("type", Kind::Text { max: 64 }, "Their type; `app` when absent."),
    Field::optional("status", STATUS, "The status they hold, or the stage they start in."),
    Field::optional("lifecycle", Kind::Any, "What they walk: a preset's name or an object."),
    Field::optional("count", Kind::Int { min: 1 }, "How many; 1 when absent."),
];

const APP: &[Field] = &[
    Field::optional("replies", Kind::Map, "Canned answers by command, the same one each time."),
    Field::optional("answers", Kind::Map, "Answers in order by command, the last one for ever."),
    Field::optional("forward_to", Kind::Text { max: 2048 }, "Where a real app listens."),
];

const FILES: &[Field] = &[
    Field::optional("hash", Kind::Text { max: 64 }, "Base64 of the SHA-256."),
    Field::optional("task", Kind::Id, "The task."),
    Field::optional("path", Kind::Name { max: 4096 }, "The path of the task's file."),
];

const RULE: &[Field] = &[
    Field::optional("on", Kind::Map, "Which requests; all of them when absent."),
    Field::required("do", Kind::Map, "What becomes of them."),
];

const STUB: &[Field] = &[
    Field::required("method", NAME, "The wire method."),
    Field::required("reply", Kind::Any, "Its answer, any JSON."),
];

const JOURNAL: &[Field] = &[
    Field::optional("method", TEXT, "Only this method."),
    Field::optional("task", Kind::Id, "Only this task."),
    Field::optional("verb", Kind::Text { max: 64 }, "Only visits to `/net` with this HTTP method."),
    Field::optional("path", Kind::Text { max: 65_536 }, "Only visits to `/net` of this path."),
    Field::optional("since", Kind::Int { min: 0 }, "Only entries with a greater number."),
    Field::optional("limit", Kind::Int { min: 0 }, "Only the newest so many entries."),
    Field::optional("scope", Kind::Choice(&["world", "server"]), "`server`: requests without a world."),
];

/// As [`JOURNAL`], but for the limit: entries are shown by the newest, not forgotten by them.
const FORGET: &[Field] = &[JOURNAL[0], JOURNAL[1], JOURNAL[2], JOURNAL[3], JOURNAL[4], JOURNAL[6]];
const ONE_FAULT: &[Field] = &[Field::optional("id", Kind::Id, "Only this rule.")];
const ONE_STUB: &[Field] = &[Field::optional("method", TEXT, "Only this method.")];

pub(super) static ENDPOINTS: &[Endpoint] = &[
    endpoint!("GET" "health", Fields(&[]), world::health, "Says that the server answers."),
    endpoint!("GET" "worlds", Fields(&[]), worlds::list, "Lists the worlds, the oldest first."),
    endpoint!("POST" "worlds", Fields(WORLD), worlds::make, "Makes a world and gives its token."),
    endpoint!("DELETE" "worlds/{name}", Fields(&[]), worlds::delete, "Forgets a world."),
    endpoint!("GET" "world", Fields(&[]), world::get, "The whole world as a fixture."),
    endpoint!("PUT" "world", Fixture, world::put, "Replaces the world by a fixture; empties its journal."),
    endpoint!("POST" "reset", Fields(&[]), world::reset, "Brings the world back to its fixture and seed."),
    endpoint!("POST" "save", Fields(&[]), world::save, "Writes the default world to the file of `--save-world`."),
    endpoint!("GET" "clock", Fields(&[]), clock::get, "Where the clock stands."),
    endpoint!("POST" "clock", Fields(CLOCK), clock::post, "Changes the clock's mode, or moves it forward."),
    endpoint!("POST" "tasks", Fields(TASKS), tasks::post, "Makes tasks."),
    endpoint!(
        "PATCH" "tasks/{id}",
        Fields(&[Field::required("status", STATUS, "The status.")]),
        tasks::patch,
        "Puts a task into any status and holds it there."
    ),
    endpoint!("POST" "tasks/{id}/step", Fields(&[]), tasks::step, "Has a task leave its present stage."),
    endpoint!("PUT" "tasks/{id}/app", Fields(APP), apps::of_task, "Sets who answers requests to a task's app."),
    endpoint!("PUT" "modules/{id}/app", Fields(APP), apps::of_module, "Sets who answers requests to all apps of a module."),
    endpoint!("PUT" "app", Fields(APP), apps::of_world, "Sets who answers requests to all apps of the world."),
    endpoint!(
        "GET" "files",
        Fields(FILES),
        files::get,
        "The stored bytes of an upload, by `hash`, or by `task` and `path`."
    ),
    endpoint!("GET" "faults", Fields(&[]), faults::get, "The fault rules, and how often each was met and fired."),
    endpoint!("POST" "faults", Fields(RULE), faults::post, "Adds a fault rule after all others."),
    endpoint!("DELETE" "faults", Fields(ONE_FAULT), faults::delete, "Removes the fault rules, or one."),
    endpoint!("GET" "stubs", Fields(&[]), stubs::get, "The canned replies of methods that are not modelled."),
    endpoint!("POST" "stubs", Fields(STUB), stubs::post, "Sets a canned reply."),
    endpoint!("DELETE" "stubs", Fields(ONE_STUB), stubs::delete, "Removes the canned replies, or one."),
    endpoint!("GET" "methods", Fields(&[]), stubs::methods, "The wire methods that are answered, stubs marked."),
    endpoint!("GET" "journal", Fields(JOURNAL), journal::get, "What was asked and what became of it."),
    endpoint!("DELETE" "journal", Fields(FORGET), journal::delete, "Forgets the journal, or what is asked for."),
];
