//! Lists in every order while rows change. Each page shows what a naive model filters, sorts and cuts
//! from the rows; also in forks of a world, and after one of them is reset.

use std::cmp::Ordering;
use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::{Value, json};
use slymock_engine::clock::Mode;
use slymock_engine::methods;
use slymock_engine::request::Input;
use slymock_engine::snapshot::Fixture;
use slymock_engine::{Call, Moment, Settings, World};

const WORKSPACE: u64 = 23_821;
const FIRST: u64 = 500_000;
const STATUSES: [&str; 4] = ["finished", "started", "queued", "error"];

fn ask(world: &mut World, method: &str, request: &Value) -> Option<Value> {
    let row = methods::find(method).unwrap();
    let input = Input::Json(request.to_string().into(), Vec::new());
    let reply = world.apply(row, &Call::at(Moment::VIRTUAL_START), input).ok()?;
    Some(serde_json::from_slice(&reply.bytes()).unwrap())
}

/// A world of tasks whose ids have gaps, some without a start time.
fn world(tasks: &[(u64, usize, Option<u8>)]) -> (World, Vec<u64>) {
    let (mut rows, mut ids, mut id) = (Vec::new(), Vec::new(), FIRST);
    for (gap, status, day) in tasks {
        id += gap;
        let mut row = json!({"id": id, "status": STATUSES[*status], "description": ""});
        if let Some(day) = day {
            row["startedAt"] = format!("2025-01-{:02}T00:00:00.000Z", day + 1).into();
        }
        rows.push(row);
        ids.push(id);
    }
    let fixture = Fixture::from_value(json!({"tasks": rows})).unwrap();
    let settings = Settings { clock: Mode::Manual, ..Settings::default() };
    (World::new(fixture, &settings, Moment::VIRTUAL_START).unwrap(), ids)
}

/// A task as lists show it, made from its own reply.
fn shown(world: &mut World, id: u64) -> Value {
    let whole = ask(world, "tasks.info", &json!({"id": id})).unwrap();
    let keys = ["id", "type", "status", "startedAt", "finishedAt", "meta", "description"];
    keys.iter().map(|key| ((*key).to_owned(), whole[key].clone())).collect::<serde_json::Map<_, _>>().into()
}

#[derive(Clone, Debug)]
struct Wanted {
    sort: &'static str,
    descending: bool,
    nulls_first: Option<bool>,
    status: Option<usize>,
    per_page: usize,
}

impl Wanted {
    fn request(&self, page: usize) -> Value {
        let mut request = json!({
            "workspaceId": WORKSPACE, "sort": self.sort, "page": page, "per_page": self.per_page,
            "sort_order": if self.descending { "desc" } else { "asc" },
        });
        if let Some(first) = self.nulls_first {
            request["sort_nulls_order"] = if first { "first" } else { "last" }.into();
        }
        if let Some(status) = self.status {
            request["filter"] = json!([{"field": "status", "operator": "=", "value": STATUSES[status]}]);
        }
        request
    }

    fn naive(&self, mut rows: Vec<Value>) -> Vec<Value> {
        rows.retain(|row| self.status.is_none_or(|status| row["status"] == STATUSES[status]));
        let text = |row: &Value| row[self.sort].as_str().map(str::to_owned);
        let id = |row: &Value| row["id"].as_u64();
        rows.sort_by(|a, b| {
            let by_key = match (text(a), text(b)) {
                _ if self.sort == "id" => Ordering::Equal,
                (Some(a), Some(b)) => a.cmp(&b),
                (a, b) => {
                    // Rows without a value sort as the largest, unless the request places them.
                    let nulls_first = self.nulls_first.unwrap_or(self.descending);
                    let place = |value: &Option<String>| value.is_some() == nulls_first;
                    match place(&a).cmp(&place(&b)) {
                        Ordering::Equal => Ordering::Equal,
                        other => return other,
                    }
                }
            };
            let order = by_key.then(id(a).cmp(&id(b)));
            if self.descending { order.reverse() } else { order }
        });
        rows
    }

    /// Checks that all pages, joined, are what the naive model returns.
    fn check(&self, world: &mut World, ids: &[u64]) {
        let rows = ids.iter().map(|id| shown(world, *id)).collect();
        let naive = self.naive(rows);
        let mut joined = Vec::new();
        for page in 1..=naive.len() / self.per_page + 2 {
            let reply = ask(world, "tasks.list", &self.request(page)).unwrap();
            assert_eq!(reply["total"], naive.len(), "{self:?}");
            joined.extend(reply["entities"].as_array().unwrap().iter().cloned());
        }
        assert_eq!(joined, naive, "{self:?}");
    }
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let sort = prop::sample::select(vec!["id", "startedAt", "status", "type"]);
    let which = (any::<bool>(), prop::option::of(any::<bool>()), prop::option::of(0..STATUSES.len()));
    (sort, which, 1..90_usize).prop_map(|(sort, (descending, nulls_first, status), per_page)| Wanted {
        sort,
        descending,
        nulls_first,
        status,
        per_page,
    })
}

#[derive(Clone, Debug)]
enum Deed {
    Look(Wanted),
    Name(prop::sample::Index, u8),
    Status(prop::sample::Index, usize),
    Fork,
    Reset,
}

/// A step, and the world that takes it.
fn step() -> impl Strategy<Value = (prop::sample::Index, Deed)> {
    let place = any::<prop::sample::Index>;
    let deed = prop_oneof![
        4 => wanted().prop_map(Deed::Look),
        3 => (place(), any::<u8>()).prop_map(|(place, name)| Deed::Name(place, name)),
        3 => (place(), 0..STATUSES.len()).prop_map(|(place, status)| Deed::Status(place, status)),
        2 => Just(Deed::Fork),
        1 => Just(Deed::Reset),
    ];
    (place(), deed)
}

proptest! {
    #![proptest_config(super::sample::of(64))]

    #[test]
    fn pages_are_what_the_rows_say_in_every_order(
        tasks in prop::collection::vec((1..40_u64, 0..STATUSES.len(), prop::option::of(0..5_u8)), 1..160),
        steps in prop::collection::vec(step(), 1..30), last in wanted(),
    ) {
        let (world, ids) = world(&tasks);
        let mut worlds = vec![world];
        for (which, deed) in steps {
            let which = which.index(worlds.len());
            let world = &mut worlds[which];
            match deed {
                Deed::Look(wanted) => wanted.check(world, &ids),
                Deed::Name(place, name) => {
                    let mut text = String::new();
                    write!(text, "name {name}").unwrap();
                    ask(world, "tasks.meta.update", &json!({"id": place.get(&ids), "name": text})).unwrap();
                }
                Deed::Status(place, status) => {
                    // A task that has ended keeps its status, and the call is refused.
                    ask(world, "tasks.status.update", &json!({"id": place.get(&ids), "status": STATUSES[status]}));
                }
                Deed::Fork => {
                    let fork = world.fork();
                    worlds.push(fork);
                }
                Deed::Reset => *world = world.reset(Moment::VIRTUAL_START).unwrap(),
            }
            prop_assert_eq!(worlds[which].check(), Vec::<String>::new());
        }
        for world in &mut worlds {
            last.check(world, &ids);
        }
    }
}
