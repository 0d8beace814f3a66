//! Calls drawn from the declared shapes of all methods, and calls of the control API. A method that is added later is
//! drawn without a further line.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};
use slymock_engine::methods::{METHODS, Row};
use slymock_engine::request::{Field, Kind, Need, Shape};

/// The calls of the control API, as `VERB path`.
pub(crate) const CONTROLS: &[&str] = &[
    "DELETE faults",
    "DELETE journal",
    "DELETE stubs",
    "GET world",
    "PATCH tasks/{id}",
    "POST clock",
    "POST faults",
    "POST reset",
    "POST stubs",
    "POST tasks",
    "POST tasks/next",
    "POST tasks/{id}/step",
    "POST worlds",
    "PUT app",
    "PUT modules/{id}/app",
    "PUT tasks/{id}/app",
    "PUT world",
];

/// Key of an object that stands for an id: `{"$id": [TABLE, NUMBER]}` is the id of row NUMBER, modulo their number, of a
/// table. Rows are known only when the call is made.
pub(crate) const ID: &str = "$id";

#[derive(Clone, Debug)]
pub(crate) enum Call {
    /// A wire method with a body, and the task in `x-task-id`.
    Wire { method: String, body: Body, task: Option<Value> },
    /// A call of the control API: one of [`CONTROLS`], with the `{id}` of its path.
    Control { name: &'static str, id: Value, body: Value },
}

#[derive(Clone, Debug)]
pub(crate) enum Body {
    Json(Value),
    /// A text that is not JSON.
    Text(&'static str),
    /// Names and contents of the parts of a form.
    Parts(Vec<(String, String)>),
}

/// Names that collide.
const NAMES: [&str; 4] = ["a", "b", "lemons", "\u{fc}ber"];

pub(crate) fn call() -> BoxedStrategy<Call> {
    prop_oneof![7 => wire(), 1 => aimed(), 3 => super::machine::control()].boxed()
}

fn wire() -> impl Strategy<Value = Call> {
    let rows: Vec<_> = METHODS.iter().map(method).collect();
    let task = prop_oneof![1 => Just(None), 2 => id_of("tasks").prop_map(Some)];
    let any_row = proptest::strategy::Union::new(rows);
    (any_row, task, spoiling()).prop_map(|((method, body), task, spoil)| {
        let (method, body) = spoil.apply(method, body);
        Call::Wire { method, body, task }
    })
}

/// Calls that random values seldom make: commands of apps, JSON patches, statuses of tasks.
fn aimed() -> impl Strategy<Value = Call> {
    let wire = |method: &str, body: Value| Call::Wire {
        method: method.to_owned(),
        body: Body::Json(body),
        task: None,
    };
    let command = select(vec!["count", "is_running", "unknown", "sly/shutdown"]);
    prop_oneof![
        3 => (id_of("tasks"), command).prop_map(move |(id, command)| wire(
            "tasks.request.direct", json!({"taskId": id, "command": command, "context": {}, "state": {}}))),
        2 => id_of("tasks").prop_map(move |id| wire(
            "tasks.app-v2.data.set", json!({"taskId": id, "patch": [{"op": "remove", "path": "/none"}]}))),
        1 => id_of("tasks").prop_map(move |id| wire("tasks.stop", json!({"id": id}))),
        1 => Just(wire("tasks.run.app", json!({"moduleId": 81, "params": {"slymock": "never-ends"}}))),
    ]
}

/// A change that makes a request wrong.
#[derive(Clone, Copy, Debug)]
enum Spoiling {
    None,
    NotJson,
    Unknown,
    Drop(Index),
    Mistype(Index),
}

fn spoiling() -> impl Strategy<Value = Spoiling> {
    prop_oneof![
        24 => Just(Spoiling::None),
        1 => Just(Spoiling::NotJson),
        1 => Just(Spoiling::Unknown),
        2 => any::<Index>().prop_map(Spoiling::Drop),
        2 => any::<Index>().prop_map(Spoiling::Mistype),
    ]
}

impl Spoiling {
    fn apply(self, method: String, body: Body) -> (String, Body) {
        let Body::Json(Value::Object(mut fields)) = body else { return (method, body) };
        let key = |index: Index, fields: &Map<String, Value>| {
            (!fields.is_empty()).then(|| fields.keys().nth(index.index(fields.len())).cloned()).flatten()
        };
        match self {
            Self::NotJson => return (method, Body::Text("{\"id\": ")),
            Self::Unknown => return (format!("{method}s"), Body::Json(Value::Object(fields))),
            Self::Drop(index) => drop(key(index, &fields).map(|key| fields.shift_remove(&key))),
            Self::Mistype(index) => {
                drop(key(index, &fields).map(|key| fields.insert(key, json!({"not": "this"}))))
            }
            Self::None => {}
        }
        (method, Body::Json(Value::Object(fields)))
    }
}

fn method(row: &'static Row) -> BoxedStrategy<(String, Body)> {
    let body = match row.shape {
        Shape::Object(fields) | Shape::List(fields) => object(row.name, fields).prop_map(Body::Json).boxed(),
        Shape::Open(fields) => (object(row.name, fields), small())
            .prop_map(|(mut body, more)| {
                body["more"] = more;
                Body::Json(body)
            })
            .boxed(),
        Shape::Texts(_) => prop::collection::vec(select(NAMES.to_vec()), 0..3)
            .prop_map(|texts| Body::Json(json!(texts)))
            .boxed(),
        Shape::Parts => prop::collection::vec(select(NAMES.to_vec()), 0..3).prop_map(files).boxed(),
        Shape::Form(fields, file) => object(row.name, fields)
            .prop_map(move |body| {
                let texts = body.as_object().into_iter().flatten();
                let mut parts: Vec<_> =
                    texts.map(|(name, value)| (name.clone(), value.to_string())).collect();
                parts.push((file.to_owned(), "bytes".to_owned()));
                Body::Parts(parts)
            })
            .boxed(),
    };
    body.prop_map(|body| (row.name.to_owned(), body)).boxed()
}

/// The parts of an upload: a label and the bytes of each file.
fn files(names: Vec<&'static str>) -> Body {
    let parts = names.into_iter().enumerate().flat_map(|(number, name)| {
        let hash = slymock_engine::tables::hash_of(name.as_bytes());
        let label = json!({"fullpath": format!("/{name}"), "hash": hash}).to_string();
        [(number.to_string(), label), (format!("{number}-file"), name.to_owned())]
    });
    Body::Parts(parts.collect())
}

/// An object with the required fields and with some of the others.
fn object(method: &'static str, fields: &'static [Field]) -> BoxedStrategy<Value> {
    let field = |field: &'static Field| {
        let value = value(method, field.name, &field.kind);
        let given = match field.need {
            Need::Required => value.prop_map(Some).boxed(),
            Need::Optional => prop::option::weighted(0.3, value).boxed(),
        };
        (Just(field.name), given)
    };
    let fields: Vec<_> = fields.iter().map(field).collect();
    fields
        .prop_map(|drawn| {
            let given = drawn.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
            Value::Object(given.collect())
        })
        .boxed()
}

fn value(method: &'static str, name: &'static str, kind: &'static Kind) -> BoxedStrategy<Value> {
    match kind {
        Kind::Id => id(method, name),
        Kind::Int { min } => (*min..min + 4).prop_map(Value::from).boxed(),
        Kind::Number { min } => Just(json!(min)).boxed(),
        Kind::Flag => any::<bool>().prop_map(Value::from).boxed(),
        Kind::Text { .. } | Kind::Name { .. } => select(NAMES.to_vec()).prop_map(Value::from).boxed(),
        Kind::Choice(words) => select(words.to_vec()).prop_map(Value::from).boxed(),
        Kind::Moment => Just(json!("2026-01-01T00:00:01.000Z")).boxed(),
        Kind::List(item) => {
            prop::collection::vec(value(method, name, item), 0..3).prop_map(Value::from).boxed()
        }
        Kind::Object(fields) => object(method, fields),
        Kind::Map => select(vec![json!({}), json!({"a": 1}), json!({"a": {"b": [1]}})]).boxed(),
        Kind::Any | Kind::Raw => small().boxed(),
    }
}

pub(crate) fn small() -> impl Strategy<Value = Value> {
    select(vec![json!(1), json!("a"), json!([1]), json!({"a": 1}), json!({"a": {"b": [2]}}), Value::Null])
}

/// An id: mostly one of a row of the table that the field or the method names.
fn id(method: &'static str, name: &'static str) -> BoxedStrategy<Value> {
    let of_method = method.split('.').next().unwrap_or("tasks");
    let table = match name.strip_suffix("Id").or_else(|| name.strip_suffix("Ids")) {
        Some("parent") => "datasets".to_owned(),
        Some(entity) => format!("{entity}s"),
        None if name == "id" => of_method.to_owned(),
        None => name.to_owned(),
    };
    id_of(&table)
}

/// The id of a row of a table; sometimes one that no row has.
pub(crate) fn id_of(table: &str) -> BoxedStrategy<Value> {
    let table = table.to_owned();
    let known = (0..8_u64).prop_map(move |number| json!({ID: [table, number]}));
    prop_oneof![9 => known, 1 => select(vec![json!(5), json!(999_999)])].boxed()
}
