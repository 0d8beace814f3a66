//! The wire methods. [`METHODS`] is the only list of them in the repository: routing, documentation,
//! `slymock methods`, `slymock why` and the journal all read it. Each method is one block in the module
//! of its area: what it takes, what it answers, on what evidence, and what it does.

mod agents;
mod apps;
mod docs;
mod ecosystem;
mod files;
mod images;
mod instance;
mod models;
mod names;
mod places;
mod projects;
mod sessions;
mod source;
mod tasks;
mod users;
mod workflow;

use serde::Deserialize;

use crate::call::Call;
use crate::ids::TaskId;
use crate::listing::PER_PAGE;
pub(in crate::methods) use crate::looks::Looks;
use crate::refusal::Refusal;
use crate::reply::{Output, Reply};
use crate::request::{FromPayload, Payload, Shape, integer_in};
use crate::state::State;

pub use docs::{markdown, why};
pub(crate) use names::likely;
pub use names::{area, nearest};

/// All wire methods, sorted by name.
pub static METHODS: &[Row] = &[
    read::<tasks::context::GetTaskContext>(),
    read::<agents::Available>(),
    read::<agents::Info>(),
    read::<agents::List>(),
    read::<apps::Info>(),
    read::<apps::List>(),
    read::<sessions::List>(),
    read::<source::Download>(),
    read::<ecosystem::Info>(),
    read::<ecosystem::List>(),
    read::<files::Info>(),
    read::<images::HashesList>(),
    read::<instance::PreviewToken>(),
    read::<instance::Version>(),
    read::<models::Info>(),
    read::<models::Deployed>(),
    read::<models::List>(),
    write::<projects::EditInfo>(),
    read::<projects::Info>(),
    read::<projects::List>(),
    write::<tasks::data::AppDataSet>(),
    write::<tasks::training::ClearCheckpoints>(),
    read::<tasks::training::Checkpoints>(),
    read::<tasks::data::Get>(),
    write::<tasks::data::Set>(),
    write::<tasks::files::AddByHash>(),
    write::<tasks::files::Upload>(),
    read::<tasks::import::DownloadFile>(),
    read::<tasks::import::FilesList>(),
    read::<tasks::info::Info>(),
    read::<tasks::list::List>(),
    read::<tasks::logs::Download>(),
    write::<tasks::logs::Add>(),
    write::<tasks::meta::Update>(),
    write::<tasks::output::Set>(),
    write::<tasks::request::Direct>(),
    write::<tasks::run::RunApp>(),
    write::<tasks::plugin::RunDeploy>(),
    write::<tasks::detached::RunDtl>(),
    write::<tasks::plugin::RunPlugin>(),
    write::<tasks::detached::RunPython>(),
    write::<tasks::status::Update>(),
    write::<tasks::status::Stop>(),
    read::<tasks::training::Metrics>(),
    write::<tasks::import::UploadArchive>(),
    read::<places::TeamInfo>(),
    read::<places::TeamList>(),
    read::<users::Me>(),
    write::<workflow::AddInput>(),
    write::<workflow::AddOutput>(),
    read::<places::WorkspaceInfo>(),
    read::<places::WorkspaceList>(),
];

/// The row of the method with that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Row> {
    METHODS.binary_search_by(|row| row.name.cmp(name)).ok().map(|index| &METHODS[index])
}

/// What is known of one method.
#[derive(Debug)]
pub struct Row {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it does, as a sentence.
    pub about: &'static str,
    /// What it answers, in words.
    pub answer: &'static str,
    /// What it takes.
    pub shape: Shape,
    /// Where a request carries its task.
    pub task: TaskRef,
    /// What of time it looks at: what a repeat of it moves an auto clock to.
    pub looks: Looks,
    /// Whether an applied call counts as a poll of its task, as `for_polls` counts them.
    pub polls: bool,
    /// Whether it is answered without a token.
    pub open: bool,
    /// The most bytes of a JSON body, where that is more than most methods take.
    pub body_max: Option<u64>,
    /// What is known of it, and how well.
    pub evidence: &'static [Evidence],
    /// Whether a call with this payload takes its time, on this state.
    pub(crate) heavy: fn(&State, &Payload) -> bool,
    /// Reads a payload that has its shape.
    pub(crate) read: fn(Payload) -> Result<Ready, Refusal>,
    writes: bool,
}

/// Where a request carries the task it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskRef {
    /// In this field of the body, form or query; with dots where it is a field of a field.
    Body(&'static str),
    /// In the `x-task-id` header.
    Header,
    /// Nowhere.
    None,
}

impl TaskRef {
    /// The task of a request.
    pub(crate) fn of(self, payload: &Payload, call: &Call) -> Option<TaskId> {
        match self {
            Self::Body(field) => payload.integer(field).map(TaskId),
            Self::Header => call.task,
            Self::None => None,
        }
    }

    /// The task of a request that does not have its method's shape.
    pub(crate) fn in_body(self, body: &[u8], call: &Call) -> Option<TaskId> {
        match self {
            Self::Body(field) => integer_in(body, field).map(TaskId),
            Self::Header => call.task,
            Self::None => None,
        }
    }
}

/// One thing that is known of a method.
#[derive(Clone, Copy, Debug)]
pub struct Evidence {
    /// What is claimed, as a sentence.
    pub claim: &'static str,
    /// Where it comes from.
    pub source: Source,
}

/// Where a claim comes from, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Observed by running the SDK.
    Run,
    /// Read in the SDK's code.
    Code,
    /// Official text: the seed page, the developer portal, docstrings.
    Official,
    /// A third party's digest of the service's API documentation.
    Digest,
    /// Our choice where nothing is documented; how sure we are, in per cent.
    Choice(u8),
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Run => f.write_str("seen by running the SDK"),
            Self::Code => f.write_str("read in the SDK's code"),
            Self::Official => f.write_str("official text"),
            Self::Digest => f.write_str("third-party digest of the API documentation"),
            Self::Choice(sure) => write!(f, "our choice, {sure} % sure"),
        }
    }
}

pub(crate) const fn seen(claim: &'static str) -> Evidence {
    Evidence { claim, source: Source::Run }
}

pub(crate) const fn code(claim: &'static str) -> Evidence {
    Evidence { claim, source: Source::Code }
}

pub(crate) const fn official(claim: &'static str) -> Evidence {
    Evidence { claim, source: Source::Official }
}

pub(crate) const fn digest(claim: &'static str) -> Evidence {
    Evidence { claim, source: Source::Digest }
}

pub(crate) const fn choice(sure: u8, claim: &'static str) -> Evidence {
    Evidence { claim, source: Source::Choice(sure) }
}

/// What reads and writes have in common.
pub(in crate::methods) trait Method {
    const NAME: &'static str;
    const ABOUT: &'static str;
    const ANSWER: &'static str;
    const SHAPE: Shape;
    const TASK: TaskRef;
    const LOOKS: Looks;
    const EVIDENCE: &'static [Evidence];
    const POLLS: bool = false;
    const OPEN: bool = false;
    const BODY_MAX: Option<u64> = None;
    /// What it is asked. Made before any world is looked at, so that a large one holds up nobody.
    type Request: FromPayload + Send + 'static;
    type Reply: Reply;

    /// Whether it looks at more rows than can be looked at in a moment.
    fn is_heavy(_: &State, _: &Payload) -> bool {
        false
    }
}

/// A request that is nothing but an id.
#[derive(Debug, Deserialize)]
pub(in crate::methods) struct ById<I> {
    id: I,
}

/// A method that changes nothing.
pub(in crate::methods) trait Read: Method {
    fn run(state: &State, call: &Call, request: Self::Request) -> Result<Self::Reply, Refusal>;
}

/// A method that changes the world; it runs on a clone.
pub(in crate::methods) trait Write: Method {
    fn run(state: &mut State, call: &Call, request: Self::Request) -> Result<Self::Reply, Refusal>;
}

/// A call that is read, and needs but a world.
pub(crate) enum Ready {
    Read(Box<Reading>),
    Write(Box<Writing>),
}

type Reading = dyn FnOnce(&State, &Call) -> Result<Output, Refusal> + Send;
type Writing = dyn FnOnce(&mut State, &Call) -> Result<Output, Refusal> + Send;

impl std::fmt::Debug for Ready {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if matches!(self, Self::Read(_)) { "Read" } else { "Write" })
    }
}

const fn read<M: Read>() -> Row {
    row::<M>(false, |payload| {
        let request = M::Request::from_payload(payload)?;
        Ok(Ready::Read(Box::new(|state, call| Ok(M::run(state, call, request)?.into_output()))))
    })
}

const fn write<M: Write>() -> Row {
    row::<M>(true, |payload| {
        let request = M::Request::from_payload(payload)?;
        Ok(Ready::Write(Box::new(|state, call| Ok(M::run(state, call, request)?.into_output()))))
    })
}

const fn row<M: Method>(writes: bool, read: fn(Payload) -> Result<Ready, Refusal>) -> Row {
    Row {
        name: M::NAME,
        about: M::ABOUT,
        answer: M::ANSWER,
        shape: M::SHAPE,
        task: M::TASK,
        looks: M::LOOKS,
        polls: M::POLLS,
        open: M::OPEN,
        body_max: M::BODY_MAX,
        evidence: M::EVIDENCE,
        heavy: M::is_heavy,
        read,
        writes,
    }
}

impl Row {
    /// Whether a call may change the world.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.writes
    }

    /// Whether anybody looks at a request before its method runs.
    pub(crate) fn is_looked_at(&self) -> bool {
        self.lists() || !matches!(self.looks, Looks::Nothing)
    }

    /// Whether it is answered with a page of rows.
    #[must_use]
    pub fn lists(&self) -> bool {
        self.shape.fields().iter().any(|field| field.name == PER_PAGE)
    }
}
