//! Names and tokens of worlds, the limit on their number, and forks and resets.

use std::time::Instant;

use slymock_engine::control::NewTasks;
use slymock_engine::ids::{TaskId, WorkspaceId};
use slymock_engine::journal::{Body, Outcome};
use slymock_engine::lifecycle::Status;

use super::*;

fn worlds(worlds_max: usize, mode: WorldsMode) -> Arc<Worlds> {
    let settings = Settings { clock: Mode::Manual, seed: 7, ..Settings::default() };
    let template =
        Template { fixture: Arc::default(), settings, mode, worlds_max, allow_forwards: Vec::new() };
    Arc::new(Worlds::new(template).unwrap())
}

fn named(name: &str) -> NewWorld {
    NewWorld { name: Some(name.to_owned()), ..NewWorld::default() }
}

#[test]
fn tokens_have_the_length_old_sdks_insist_on_and_are_the_same_in_each_run() {
    assert_eq!(DEFAULT_TOKEN.len(), TOKEN_LEN);
    let made = |worlds: &Worlds| worlds.make(NewWorld::default(), None).unwrap().token.to_string();
    let (first, second) = (worlds(9, WorldsMode::Fixed), worlds(9, WorldsMode::Fixed));
    let tokens = [made(&first), made(&first)];
    assert_eq!(tokens, [made(&second), made(&second)]);
    assert!(tokens[0] != tokens[1] && tokens.iter().all(|token| token.len() == TOKEN_LEN));
}

#[test]
fn names_are_unique_and_made_up_where_there_is_none() {
    let worlds = worlds(9, WorldsMode::Fixed);
    worlds.make(named("world-2"), None).unwrap();
    let made = worlds.make(NewWorld::default(), None).unwrap();
    assert_eq!(&*made.name, "world-3");
    let refused = |name: &str| worlds.make(named(name), None).err().unwrap().to_string();
    assert!(refused("world-2").contains("already"));
    assert!(refused("").contains("1 to 256"));
    assert!(refused(&"x".repeat(257)).contains("1 to 256"));
    assert!(refused("a\nb").contains("control characters"));
    worlds.delete("world-2").unwrap();
    worlds.make(named("world-2"), None).unwrap();
}

#[test]
fn there_is_room_for_so_many_worlds_and_no_more() {
    let worlds = worlds(2, WorldsMode::Fixed);
    worlds.make(named("a"), None).unwrap();
    let full = worlds.make(named("b"), None).err();
    assert_eq!(full, Some(Rejection::TooManyWorlds { limit: 2 }));
    worlds.delete("a").unwrap();
    worlds.make(named("b"), None).unwrap();
}

#[tokio::test]
async fn any_token_makes_a_world_where_that_is_wanted() {
    let fixed = worlds(9, WorldsMode::Fixed);
    assert_eq!(fixed.of_token(Some("mine")).await.err(), Some(Rejection::BadToken));
    assert_eq!(fixed.of_token(None).await.err(), Some(Rejection::NoToken));
    let any = worlds(3, WorldsMode::OnDemand);
    let mine = any.of_token(Some("mine")).await.unwrap();
    assert!(Arc::ptr_eq(&mine, &any.of_token(Some("mine")).await.unwrap()));
    assert!(!Arc::ptr_eq(&mine, &any.of_token(Some("yours")).await.unwrap()));
    assert_eq!(any.of_token(Some("theirs")).await.err(), Some(Rejection::TooManyWorlds { limit: 3 }));
    assert_eq!(any.of_token(Some(&"x".repeat(257))).await.err(), Some(Rejection::BadToken));
}

#[tokio::test]
async fn the_default_world_stays_and_a_world_that_took_its_place_has_its_token() {
    let worlds = worlds(9, WorldsMode::Fixed);
    assert!(worlds.delete(DEFAULT_NAME).is_err());
    assert_eq!(worlds.delete("nobody"), Err(Rejection::UnknownWorld { name: "nobody".to_owned() }));
    let old = worlds.default_world();
    let new = worlds.swap(&old, old.look().fork());
    assert!(
        Arc::ptr_eq(&new, &worlds.default_world()) && Arc::ptr_eq(&new, &worlds.named("default").unwrap())
    );
    assert!(Arc::ptr_eq(&new, &worlds.of_token(Some(DEFAULT_TOKEN)).await.unwrap()));
}

#[tokio::test]
async fn a_fork_goes_its_own_way_and_a_reset_brings_it_back_to_where_it_began() {
    let worlds = worlds(9, WorldsMode::Fixed);
    let status = |world: &SharedWorld| world.look().state().task(TaskId(121_230)).unwrap().status;
    let set = |world: &SharedWorld, status: Status| {
        let record = Record::of("set", None, Outcome::Done(None), Body::default());
        world
            .look()
            .control(clock::now(), record, |state| state.set_status(TaskId(121_230), status))
            .unwrap();
    };
    set(&worlds.default_world(), Status::Started);
    let fork = worlds.fork(DEFAULT_NAME, NewWorld { seed: Some(9), ..named("fork") }).await.unwrap();
    set(&worlds.default_world(), Status::Queued);
    set(&fork, Status::Error);
    assert_eq!((status(&worlds.default_world()), status(&fork)), (Status::Queued, Status::Error));
    assert_eq!((fork.look().state().seed(), worlds.default_world().look().state().seed()), (9, 7));
    let reset = fork.look().reset(clock::now()).unwrap();
    assert_eq!(status(&worlds.swap(&fork, reset)), Status::Started);
}

/// A request that holds the last reference to a large world must not wait until it is freed.
#[tokio::test]
async fn a_world_is_freed_aside() {
    let worlds = worlds(9, WorldsMode::Fixed);
    let large = |name: &str| {
        let made = worlds.make(named(name), None).unwrap();
        let new =
            NewTasks { status: Some(Status::Queued), count: 30_000, ..NewTasks::of(WorkspaceId(23_821)) };
        let record = Record::of("make", None, Outcome::Done(None), Body::default());
        made.look().control(clock::now(), record, |state| state.create_tasks(&new)).unwrap();
        worlds.delete(name).unwrap();
        made
    };
    let (aside, here) = (large("aside"), large("here"));
    let began = Instant::now();
    drop(aside);
    let aside = began.elapsed();
    let small = worlds.default_world().look().fork();
    let world = std::mem::replace(&mut *here.look(), small);
    drop(here);
    let began = Instant::now();
    drop(world);
    let here = began.elapsed();
    assert!(aside < here / 2, "{aside:?} aside, {here:?} here");
}
