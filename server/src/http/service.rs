//! One request from its head to its reply: which path it is for, in which world, at what time. Wall time
//! is read here.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use hyper::body::{Body as _, Incoming};
use hyper::header::{HeaderValue, LOCATION};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};
use slymock_engine::faults::VISITS;
use slymock_engine::ids::TaskId;
use slymock_engine::journal::{Body, Outcome, Record, Visited};
use slymock_engine::methods;
use slymock_engine::reply::Output;
use slymock_engine::session::SHUTDOWN;
use slymock_engine::{Answered, Asked, Call, Held, Moment, Refusal, Taken, World};

use super::head;
use super::intake::{self, Room};
use super::outcome::Sent;
use super::render::{self, Reply};
use super::request::Request;
use super::{events, trust, visit};
use crate::aside::aside;
use crate::limits::Limits;
use crate::secrets::Secrets;
use crate::server::{Context, Door};
use crate::tap::Tap;
use crate::worlds::{Hold, Job, Shared};
use crate::{app, clock, control};

/// What a path leads to.
enum Route<'a> {
    Root,
    Method(&'a str),
    Control(&'a str),
    Session(&'a str),
    Events,
    Nothing,
}

impl<'a> Route<'a> {
    fn of(path: &'a str) -> Self {
        if path == "/" {
            return Self::Root;
        }
        if let Some(rest) = path.strip_prefix("/_slymock/") {
            return Self::Control(rest);
        }
        if let Some(rest) = path.strip_prefix("/net/") {
            return Self::Session(rest);
        }
        if path == events::PATH {
            return Self::Events;
        }
        // `SUPERVISELY_API_SERVER_ADDRESS` may leave out `/public/api`.
        let method = path.strip_prefix("/public/api/v3/").or_else(|| path.strip_prefix("/v3/"));
        method.map_or(Self::Nothing, Self::Method)
    }
}

/// Answers one request that has come in by `local`, and tells the listener's tap of it.
pub(crate) async fn answer(request: hyper::Request<Incoming>, door: Arc<Door>, local: SocketAddr) -> Sent {
    let (head, body) = request.into_parts();
    let (request, refusal) = match read(&head, body, local, &door.context).await {
        Ok(body) => (Request::new(head, body, &door), None),
        Err(refusal) => (Request::new(head, (Bytes::new(), None), &door), Some(refusal)),
    };
    let tap = request.tap.clone();
    let sent = match refusal {
        None => route(request, &door).await,
        Some(refusal) => Sent::Whole(refuse_unread(&door, request.head(), refusal).await),
    };
    tap.answered(&sent);
    sent
}

async fn read(
    head: &Parts,
    body: Incoming,
    local: SocketAddr,
    context: &Context,
) -> Result<(Bytes, Option<Room>), Refusal> {
    let limits = &context.limits;
    if let Err(refusal) = trust::check(head, local, context) {
        intake::discard(head, body, limits).await;
        return Err(refusal);
    }
    if head::bytes(head) > limits.head {
        return Err(Refusal::HeadTooLarge { limit: limits.head });
    }
    intake::read(head, body, body_max(head, limits), limits, &context.budget).await
}

/// The most bytes of the body that goes with `head`.
fn body_max(head: &Parts, limits: &Limits) -> u64 {
    match Route::of(head.uri.path()) {
        Route::Control(rest) if control::takes_fixture(head.method.as_str(), rest) => limits.fixture,
        Route::Method(method) if head::is_json(head) => {
            let of_method = methods::find(method).and_then(|row| row.body_max).unwrap_or(0);
            limits.json.max(of_method).min(limits.body)
        }
        Route::Method(_) | Route::Session(_) => limits.body,
        Route::Root | Route::Control(_) | Route::Events | Route::Nothing => limits.json.min(limits.body),
    }
}

async fn route(request: Request, door: &Arc<Door>) -> Sent {
    let path = request.head().uri.path().to_owned();
    match Route::of(&path) {
        Route::Root => Sent::Whole(root()),
        Route::Method(method) => wire(&Arc::new(request), method, door).await,
        Route::Events => events::answer(&request, door).await,
        Route::Session(rest) => visit::answer(&request, rest, door).await,
        Route::Control(rest) => Sent::Whole(control::answer(request, rest.to_owned(), door).await),
        Route::Nothing => {
            Sent::Whole(refuse(door, &path, None, Refusal::UnknownPath { path: path.clone() }).await)
        }
    }
}

/// A request that is refused before its body is looked at: in the journal of its world, where it names one. One of a
/// foreign page's names none: it must not even make one.
async fn refuse_unread(door: &Door, head: &Parts, refusal: Refusal) -> Reply {
    let path = head.uri.path();
    let world = match refusal {
        Refusal::Foreign { .. } | Refusal::ComesBack => Err(Refusal::BadToken),
        _ => door.context.worlds.of_key(head::token(head)).await,
    };
    let reply = render::refusal(&refusal);
    let now = match (Route::of(path), world) {
        (Route::Method(method), Ok(world)) => {
            note(&world, method, head::task_header(head), None, refusal).await
        }
        (Route::Session(rest), Ok(world)) => {
            note(&world, VISITS, None, Some(visit::visited(head, rest)), refusal).await
        }
        (Route::Session(rest), Err(_)) => {
            return refuse(door, VISITS, Some(visit::visited(head, rest)), refusal).await;
        }
        (Route::Method(method), Err(_)) => return refuse(door, method, None, refusal).await,
        (Route::Control(rest), _) => return refuse(door, &format!("_slymock/{rest}"), None, refusal).await,
        _ => return refuse(door, path, None, refusal).await,
    };
    render::dated(reply, now)
}

/// Journals a refusal in a world; the moment that its clock shows.
async fn note(
    world: &Arc<Shared>,
    method: &str,
    task: Option<TaskId>,
    visited: Option<Visited>,
    refusal: Refusal,
) -> Moment {
    let method = method.to_owned();
    let noted = world.quick(move |world| {
        // Whatever its body was, it is not told.
        let body = Body { cut: true, ..Body::default() };
        world.record(Record { visited, ..Record::of(&method, task, Outcome::Refused(refusal), body) });
        world.state().now()
    });
    noted.await
}

/// SDKs before 6.73.219 ask for `/` and read `Location`, which must not lead to https; any 3xx would.
fn root() -> Reply {
    let body = Bytes::from_static(b"slymock: a fake of the Supervisely task API\n");
    let mut reply = render::typed(StatusCode::OK, "text/plain; charset=utf-8", body);
    reply.headers_mut().insert(LOCATION, HeaderValue::from_static("/"));
    render::dated(reply, clock::now())
}

/// A request that belongs to no world: in the journal of the world that its listener is pinned to, or in the
/// server's own.
pub(crate) async fn refuse(door: &Door, what: &str, visited: Option<Visited>, refusal: Refusal) -> Reply {
    let reply = render::refusal(&refusal);
    let Some(pinned) = door.pinned().await else {
        let now = clock::now();
        let record = Record::of(what, None, Outcome::Refused(refusal), Body::default());
        door.context.worlds.record(now, Record { visited, ..record });
        return render::dated(reply, now);
    };
    render::dated(reply, note(&pinned, what, None, visited, refusal).await)
}

async fn wire(request: &Arc<Request>, method: &str, door: &Door) -> Sent {
    let open = methods::find(method).is_some_and(|row| row.open);
    let worlds = &door.context.worlds;
    let world = match worlds.of_key(head::token(request.head())).await {
        Ok(world) => world,
        Err(_) if open => door.pinned().await.unwrap_or_else(|| worlds.default_world()),
        Err(refusal) => return Sent::Whole(refuse(door, method, None, refusal).await),
    };
    let asked = ask(request, method, call(request, &door.context), &worlds.secrets).await;
    let answered = go_through(&world, asked, &request.tap, &door.context).await;
    finish(answered, request, "", &world, &door.context).await
}

/// Reads what a method is asked, away from other requests where that takes its time.
async fn ask(request: &Arc<Request>, method: &str, call: Call, secrets: &Arc<Secrets>) -> Asked {
    let read = move |request: &Request, method: &str, secrets: &Secrets| match request.input() {
        Ok(input) => {
            let told = secrets.cut(&input);
            Asked::named(method, call, input).telling(told)
        }
        Err(refusal) => Asked::unread(method, call, secrets.body(&request.body), refusal),
    };
    if !request.is_large() {
        return read(request, method, secrets);
    }
    let (request, method, secrets) = (Arc::clone(request), method.to_owned(), Arc::clone(secrets));
    aside(move || read(&request, &method, &secrets)).await
}

/// What a request brings beside its input.
pub(super) fn call(request: &Request, context: &Context) -> Call {
    Call { now: clock::now(), task: head::task_header(request.head()), strict: context.strict }
}

/// Brings a request through the world's gate. One that a fault holds up waits outside of it, and goes on even
/// when its client has left, as a slow server would; nothing comes of it when the server ends before.
pub(super) async fn go_through(
    world: &Arc<Shared>,
    asked: Asked,
    tap: &Tap,
    context: &Arc<Context>,
) -> Option<Answered> {
    let (held, hold) = match world.run(Take { asked, world: Arc::clone(world) }).await {
        Came::Answered(answered) => return Some(answered),
        Came::Held(held, hold) => (held, hold),
    };
    let (world, context, tap) = (Arc::clone(world), Arc::clone(context), tap.clone());
    let resumed = tokio::spawn(async move {
        tokio::select! {
            answered = wait_out(&world, held, hold, &tap) => Some(answered),
            () = context.ended() => None,
        }
    });
    resumed.await.unwrap_or_else(|failed| std::panic::resume_unwind(failed.into_panic()))
}

/// Waits for as long as a request is held up: by a fault and then, it may be, by its app.
async fn wait_out(world: &Arc<Shared>, mut held: Box<Held>, mut hold: Hold, tap: &Tap) -> Answered {
    loop {
        tap.held(held.until);
        hold.over().await;
        match world.run(Resume { held, world: Arc::clone(world) }).await {
            Came::Answered(answered) => return answered,
            Came::Held(longer, next) => (held, hold) = (longer, next),
        }
    }
}

/// A request that comes to a world.
struct Take {
    asked: Asked,
    world: Arc<Shared>,
}

/// What becomes of it at once.
enum Came {
    Answered(Answered),
    Held(Box<Held>, Hold),
}

impl Job for Take {
    type Done = Came;

    fn is_long(&self, world: &World, wall: Moment) -> bool {
        world.is_long(&self.asked, wall)
    }

    fn run(self, world: &mut World, wall: Moment) -> Came {
        Came::of(world.take(self.asked, wall), &self.world)
    }
}

impl Came {
    /// What a world has made of a request, while it is still the request's turn there, so that nobody moves the
    /// clock without knowing of a hold.
    fn of(taken: Taken, world: &Arc<Shared>) -> Self {
        match taken {
            Taken::Answered(answered) => Self::Answered(answered),
            Taken::Held(held) => {
                let hold = world.hold(held.until);
                Self::Held(held, hold)
            }
        }
    }
}

/// A request that was held up and goes on.
struct Resume {
    held: Box<Held>,
    world: Arc<Shared>,
}

impl Job for Resume {
    type Done = Came;

    fn is_long(&self, world: &World, wall: Moment) -> bool {
        world.resumes_long(&self.held, wall)
    }

    fn run(self, world: &mut World, wall: Moment) -> Came {
        Came::of(world.resume(*self.held, wall), &self.world)
    }
}

/// Makes a reply of what came of a request, asking a real app where it answers; `path` is what it is asked.
pub(super) async fn finish(
    answered: Option<Answered>,
    request: &Request,
    path: &str,
    world: &Arc<Shared>,
    context: &Context,
) -> Sent {
    let Some(Answered { result, fired, seq, now }) = answered else { return Sent::Closed };
    if let Some(fired) = &fired {
        request.tap.fired(fired.id);
    }
    let mut date = Some(now);
    let reply = match result {
        None => None,
        Some(Ok(Output::Forward(forward))) => {
            let asked = Passed { seq, ends: ends_app(&Method::POST, &forward.command, forward.task) };
            Some(passed(app::ask(forward, &world.token, context).await, asked, world).await)
        }
        Some(Ok(Output::Visit(visit))) => {
            let asked = Passed { seq, ends: ends_app(&request.head().method, path, visit.task) };
            let answer = app::pass_on(&visit, path, request, &world.token, context).await;
            // What a real app answers is passed on as it is, its date among it.
            date = date.filter(|_| answer.is_err());
            Some(passed(answer, asked, world).await)
        }
        Some(Ok(Output::File(bytes))) => Some(render::file(bytes)),
        Some(Ok(Output::Canned(answer))) => Some(render::canned(answer)),
        Some(Ok(Output::Text(bytes))) => Some(render::text(bytes)),
        Some(Ok(output)) => Some(render::json_bytes(output.bytes())),
        Some(Err(refusal)) => Some(render::refusal(&refusal)),
    };
    let sent = match (&fired, reply) {
        (Some(fired), reply) => Sent::of(&fired.rule.act, reply, &request.head().method),
        (None, Some(reply)) => Sent::Whole(reply),
        (None, None) => Sent::Closed,
    };
    sent.map(|reply| match date {
        Some(now) => render::dated(reply, now),
        None => reply,
    })
}

/// A request that a real app answers.
struct Passed {
    seq: u64,
    /// The task that ends when the app does as it was asked.
    ends: Option<TaskId>,
}

/// The task, when the command ends its app.
fn ends_app(verb: &Method, command: &str, task: TaskId) -> Option<TaskId> {
    Some(task).filter(|_| *verb == Method::POST && command.trim_matches('/') == SHUTDOWN)
}

/// An app's answer, or the refusal that it gave none; the world is told.
async fn passed(answer: Result<Reply, Refusal>, asked: Passed, world: &Arc<Shared>) -> Reply {
    let ends = asked.ends.filter(|_| answer.as_ref().is_ok_and(|reply| reply.status().is_success()));
    let (reply, outcome) = match answer {
        Ok(reply) => {
            let size = usize::try_from(reply.body().size_hint().lower()).unwrap_or(0);
            let outcome = Outcome::Passed(reply.status().as_u16(), size);
            (reply, outcome)
        }
        Err(refusal) => (render::refusal(&refusal), Outcome::Refused(refusal)),
    };
    let told = move |world: &mut World| {
        world.amend(asked.seq, outcome);
        if let Some(task) = ends {
            world.end_app(task);
        }
    };
    world.quick(told).await;
    reply
}
