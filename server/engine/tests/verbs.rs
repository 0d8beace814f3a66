//! The promises of each verb, checked for every method made from it; and those of list methods, checked
//! for all of them.

use serde_json::{Map, Value, json};
use slymock_engine::clock::Mode;
use slymock_engine::methods::{METHODS, Row, Verb};
use slymock_engine::noun::Noun;
use slymock_engine::request::{Field, Input, Kind, Need};
use slymock_engine::snapshot::{Fixture, TABLES};
use slymock_engine::{Call, Moment, Refusal, Settings, World};

const NOWHERE: u64 = 4_503_599_627_370_495;

/// The fields in which the first and second row added to a table differ from the existing row. Any two
/// moments of a row sort differently, so that confusing them fails a test.
const DIFFERENT: &[(&str, [&str; 2])] = &[
    ("createdAt", ["\"2019-01-02T00:00:00.000Z\"", "\"2019-01-03T00:00:00.000Z\""]),
    ("updatedAt", ["\"2019-01-05T00:00:00.000Z\"", "\"2019-01-04T00:00:00.000Z\""]),
    ("startedAt", ["\"2018-01-05T00:00:00.000Z\"", "\"2018-01-04T00:00:00.000Z\""]),
    ("finishedAt", ["\"2018-02-02T00:00:00.000Z\"", "\"2018-02-03T00:00:00.000Z\""]),
    ("imagesCount", ["5", "10"]),
    ("createdBy", ["16155", "16154"]),
    ("userId", ["16155", "16154"]),
];
/// Such fields of single tables.
const OWN: &[(&str, &str, [&str; 2])] = &[
    ("agents", "status", ["\"waiting\"", "\"running\""]),
    ("agents", "type", ["\"b\"", "\"a\""]),
    ("modules", "type", ["\"project\"", "\"collection\""]),
    ("projects", "type", ["\"volumes\"", "\"videos\""]),
    ("datasets", "size", ["7", "10"]),
    ("datasets", "parentId", ["null", "2533"]),
    ("apps", "moduleId", ["87", "86"]),
    ("models", "pluginId", ["9", "10"]),
    ("models", "taskId", ["121231", "121230"]),
    ("tasks", "status", ["\"error\"", "\"stopped\""]),
    ("tasks", "type", ["\"train\"", "\"app\""]),
];

/// The default world with three rows in each table that had one, so that lists have something to sort
/// and filter.
fn world() -> World {
    let mut fixture = serde_json::to_value(Fixture::default_world()).unwrap();
    for table in TABLES.iter().map(|(key, _)| *key).chain(["tasks"]) {
        let Some(first) = fixture[table].get(0).cloned() else { continue };
        let largest =
            fixture[table].as_array().unwrap().iter().filter_map(|row| row["id"].as_u64()).max().unwrap();
        for (which, letter) in ["b", "a"].into_iter().enumerate() {
            let mut row = first.clone();
            row["id"] = (largest + 1 + which as u64).into();
            let own = OWN.iter().filter(|(of, ..)| *of == table).map(|(_, field, texts)| (field, texts));
            let given = DIFFERENT.iter().filter(|(field, _)| row.get(field).is_some());
            let given: Vec<_> = given.map(|(field, texts)| (field, texts)).chain(own).collect();
            for (field, texts) in given {
                row[field] = serde_json::from_str(texts[which]).unwrap();
            }
            for field in ["name", "slug", "description"] {
                if let Some(text) = row.get(field).and_then(Value::as_str) {
                    row[field] = format!("{text} {letter}").into();
                }
            }
            fixture[table].as_array_mut().unwrap().push(row);
        }
    }
    for task in fixture["tasks"].as_array_mut().unwrap() {
        task["appId"] = 10_370.into();
    }
    fixture["models"][0]["taskId"] = 121_232.into();
    let settings = Settings { clock: Mode::Manual, ..Settings::default() };
    World::new(Fixture::from_value(fixture).unwrap(), &settings, Moment::VIRTUAL_START).unwrap()
}

fn call(world: &mut World, row: &'static Row, body: &Value) -> Result<Value, Refusal> {
    let input = Input::Json(body.to_string().into(), Vec::new());
    let output = world.apply(row, &Call::at(Moment::VIRTUAL_START), input)?;
    Ok(serde_json::from_slice(&output.bytes()).unwrap())
}

/// The methods of a verb, each with its kind of entity.
fn of(verb: Verb) -> Vec<(&'static Row, Noun)> {
    let made = METHODS.iter().filter_map(|row| Some((row, row.verb?)));
    let made: Vec<_> = made.filter(|(_, (of, _))| *of == verb).map(|(row, (_, noun))| (row, noun)).collect();
    assert!(!made.is_empty(), "no method is made from {verb:?}");
    made
}

/// The method of a verb for a kind of entity.
fn the(verb: Verb, noun: Noun) -> &'static Row {
    of(verb).into_iter().find(|(_, of)| *of == noun).map(|(row, _)| row).unwrap()
}

/// The rows of a kind in a snapshot.
fn rows(world: &World, noun: Noun) -> Vec<Value> {
    let snapshot = serde_json::to_value(world.snapshot()).unwrap();
    snapshot[noun.table().unwrap()].as_array().unwrap().clone()
}

/// The id in the default world for a field of a method.
fn id_of(row: &Row, field: &Field) -> Value {
    match field.name {
        "teamId" => 16_087.into(),
        "workspaceId" => 23_821.into(),
        "projectId" => 1951.into(),
        "appId" => 10_370.into(),
        other => panic!("{} needs {other}: add an id for it to this test", row.name),
    }
}

/// The required arguments of a list method, with ids of the default world.
fn request(row: &Row) -> Map<String, Value> {
    let needed = |field: &&Field| {
        field.need == Need::Required || (row.name, field.name) == ("projects.list", "workspaceId")
    };
    let fields = row.shape.fields().iter().filter(needed);
    fields.map(|field| (field.name.to_owned(), id_of(row, field))).collect()
}

/// The field names allowed in `filter` or `sort` of a list method.
fn columns(row: &Row, of: &str) -> &'static [&'static str] {
    let kind =
        |fields: &'static [Field], name: &str| fields.iter().find(|field| field.name == name).unwrap().kind;
    match (of, kind(row.shape.fields(), of)) {
        ("filter", Kind::List(Kind::Object(condition))) => match kind(condition, "field") {
            Kind::Choice(names) => names,
            _ => &[],
        },
        (_, Kind::Choice(names)) => names,
        _ => &[],
    }
}

fn entities(reply: &Value) -> Vec<Value> {
    reply["entities"].as_array().unwrap().clone()
}

fn is_missing(reply: &Result<Value, Refusal>) -> bool {
    matches!(reply, Err(Refusal::NotFound { .. }))
}

#[test]
fn info_tells_about_a_row_with_the_keys_that_are_documented() {
    for (row, noun) in of(Verb::Info) {
        let mut world = world();
        let id = rows(&world, noun)[0]["id"].clone();
        let reply = call(&mut world, row, &json!({"id": id})).unwrap();
        assert_eq!(reply["id"], id, "{}", row.name);
        let keys: Vec<&str> = reply.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(format!("`{{{}}}`", keys.join(", ")), row.answer, "{}", row.name);
        assert!(is_missing(&call(&mut world, row, &json!({"id": NOWHERE}))), "{}", row.name);
    }
}

#[test]
fn lists_show_the_keys_that_are_documented() {
    for (row, _) in of(Verb::List) {
        let listed = entities(&call(&mut world(), row, &request(row).into()).unwrap());
        let keys: Vec<&str> = listed[0].as_object().unwrap().keys().map(String::as_str).collect();
        assert!(row.answer.contains(&format!("each as `{{{}}}`", keys.join(", "))), "{}: {keys:?}", row.name);
    }
}

#[test]
fn lists_filter_by_each_column_that_they_declare() {
    for row in METHODS.iter().filter(|row| row.lists()) {
        let mut world = world();
        let mut body = request(row);
        body.insert("recursive".into(), true.into());
        let all = entities(&call(&mut world, row, &body.into()).unwrap());
        assert!(all.len() >= 3, "{}: {all:?}", row.name);
        for column in columns(row, "filter") {
            let Some(value) = all[0].get(*column) else { panic!("{} does not show {column}", row.name) };
            let mut chosen = |operator: &str, value: Value| {
                let mut body = request(row);
                let condition = json!([{"field": column, "operator": operator, "value": value}]);
                body.insert("filter".into(), condition);
                body.insert("recursive".into(), true.into());
                entities(&call(&mut world, row, &body.into()).unwrap())
            };
            // Sizes are shown as strings but compared as numbers.
            let compared = if *column == "size" {
                value.as_str().unwrap().parse::<u64>().unwrap().into()
            } else {
                value.clone()
            };
            assert!(!compared.is_null() || *column == "parentId", "{}: no row has a {column}", row.name);
            let has = |rows: &[Value]| rows.iter().filter(|row| row[*column] == *value).count();
            let (with, without) = (chosen("=", compared.clone()), chosen("!=", compared.clone()));
            assert_eq!((with.len(), has(&without)), (has(&with), 0), "{} by {column}", row.name);
            assert!(with.contains(&all[0]), "{} by {column}", row.name);
            assert_eq!(chosen("in", json!([compared])), with, "{} by {column}", row.name);
        }
    }
}

#[test]
fn lists_order_by_each_column_that_they_declare() {
    for row in METHODS.iter().filter(|row| row.lists()) {
        let mut world = world();
        for column in columns(row, "sort") {
            let mut ordered = |order: &str| {
                let mut body = request(row);
                body.insert("sort".into(), (*column).into());
                body.insert("sort_order".into(), order.into());
                body.insert("recursive".into(), true.into());
                entities(&call(&mut world, row, &body.into()).unwrap())
            };
            let (up, mut down) = (ordered("asc"), ordered("desc"));
            down.reverse();
            assert_eq!(up, down, "{} by {column}", row.name);
            let keys: Vec<Key> = up.iter().map(|row| Key::of(&row[*column])).collect();
            assert!(keys.is_sorted(), "{} by {column}: {keys:?}", row.name);
            assert!(keys.first() < keys.last(), "{}: all rows have the same {column}: {keys:?}", row.name);
        }
    }
}

/// A value as lists compare it: sizes are shown as strings but compared as numbers; missing values sort
/// last.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(u64),
    Text(String),
    Null,
}

impl Key {
    fn of(value: &Value) -> Self {
        let number = value.as_u64().or_else(|| value.as_str()?.parse().ok());
        let text = || value.as_str().map(|text| Self::Text(text.to_owned()));
        number.map(Self::Number).or_else(text).unwrap_or(Self::Null)
    }
}

#[test]
fn lists_of_a_row_that_is_not_there_are_refused() {
    for (row, noun) in of(Verb::List) {
        let mut world = world();
        let Some(parent) = row.shape.fields().iter().find(|field| field.need == Need::Required) else {
            assert_eq!(noun, Noun::Team, "{} lists all rows there are", row.name);
            continue;
        };
        assert!(is_missing(&call(&mut world, row, &json!({parent.name: NOWHERE}))), "{}", row.name);
    }
}

/// A request for `add` with a name.
fn new(row: &Row, name: &str) -> Value {
    let needed =
        row.shape.fields().iter().filter(|field| field.need == Need::Required && field.name != "name");
    let mut body: Map<String, Value> =
        needed.map(|field| (field.name.to_owned(), id_of(row, field))).collect();
    body.insert("name".into(), name.into());
    body.into()
}

#[test]
fn what_is_added_is_shown_and_listed_and_has_its_name_alone() {
    for (row, noun) in of(Verb::Add) {
        let mut world = world();
        let added = call(&mut world, row, &new(row, "new")).unwrap();
        let shown = call(&mut world, the(Verb::Info, noun), &json!({"id": added["id"]})).unwrap();
        assert_eq!(added, shown, "{}", row.name);
        let list = the(Verb::List, noun);
        let listed = entities(&call(&mut world, list, &request(list).into()).unwrap());
        assert_eq!(listed.last().unwrap()["id"], added["id"], "{}", row.name);
        let again = call(&mut world, row, &new(row, "new"));
        assert!(matches!(again, Err(Refusal::NotUnique { .. })), "{}: {again:?}", row.name);
        for field in row.shape.fields().iter().filter(|field| matches!(field.kind, Kind::Id)) {
            let mut body = new(row, "other");
            body[field.name] = NOWHERE.into();
            assert!(is_missing(&call(&mut world, row, &body)), "{}: {}", row.name, field.name);
        }
    }
}

/// Adds another row with the name of the first, as only a fixture can. Returns the new id.
fn twice(world: &mut World, noun: Noun) -> u64 {
    let mut fixture = serde_json::to_value(world.snapshot()).unwrap();
    let table = fixture[noun.table().unwrap()].as_array_mut().unwrap();
    let mut copy = table[0].clone();
    let id = table.iter().filter_map(|row| row["id"].as_u64()).max().unwrap() + 1;
    copy["id"] = id.into();
    table.push(copy);
    *world = world.replaced(Fixture::from_value(fixture).unwrap(), Moment::VIRTUAL_START).unwrap();
    id
}

#[test]
fn what_is_edited_is_shown_and_nothing_else_changes() {
    for (row, noun) in of(Verb::Edit) {
        let (mut world, info) = (world(), the(Verb::Info, noun));
        let ids: Vec<Value> = rows(&world, noun).iter().map(|row| row["id"].clone()).collect();
        let before = call(&mut world, info, &json!({"id": ids[0]})).unwrap();
        let edited = call(&mut world, row, &json!({"id": ids[0], "name": "edited"})).unwrap();
        assert_eq!(edited, call(&mut world, info, &json!({"id": ids[0]})).unwrap(), "{}", row.name);
        let mut expected = before.clone();
        expected["name"] = "edited".into();
        expected["updatedAt"] = json!(Moment::VIRTUAL_START);
        assert_eq!(edited, expected, "{}", row.name);
        let taken = call(&mut world, row, &json!({"id": ids[1], "name": "edited"}));
        assert!(matches!(taken, Err(Refusal::NotUnique { .. })), "{}: {taken:?}", row.name);
        let second = twice(&mut world, noun);
        let kept = call(&mut world, row, &json!({"id": second, "description": "d"}));
        assert_eq!(kept.unwrap()["description"], "d", "{}: an unchanged name is not checked", row.name);
        let own = call(&mut world, row, &json!({"id": ids[0], "name": "edited"}));
        assert_eq!(own.unwrap(), edited, "{}: a row may keep its own name", row.name);
        assert!(is_missing(&call(&mut world, row, &json!({"id": NOWHERE}))), "{}", row.name);
    }
}

#[test]
fn what_is_archived_leaves_all_but_the_list_of_what_is_archived() {
    for (row, noun) in of(Verb::Archive) {
        let mut world = world();
        let (info, list, add) = (the(Verb::Info, noun), the(Verb::List, noun), the(Verb::Add, noun));
        let gone = rows(&world, noun)[0].clone();
        assert_eq!(call(&mut world, row, &json!({"id": gone["id"]})).unwrap(), json!({"success": true}));
        assert!(is_missing(&call(&mut world, info, &json!({"id": gone["id"]}))), "{}", row.name);
        assert!(is_missing(&call(&mut world, row, &json!({"id": gone["id"]}))), "{}", row.name);
        let mut ids = |archived: bool| -> Vec<Value> {
            let mut body = request(list);
            body.insert("archived".into(), archived.into());
            let listed = entities(&call(&mut world, list, &body.into()).unwrap());
            listed.iter().map(|row| row["id"].clone()).collect()
        };
        assert!(!ids(false).contains(&gone["id"]), "{}", row.name);
        assert_eq!(ids(true), [gone["id"].clone()], "{}", row.name);
        let name = gone["name"].as_str().unwrap();
        assert!(call(&mut world, add, &new(add, name)).is_ok(), "{}: its name is free", row.name);
        let parent = add.shape.fields().iter().find(|field| matches!(field.kind, Kind::Id)).unwrap();
        let mut kept = new(add, "another");
        assert_eq!(kept[parent.name], id_of(add, parent), "{}", row.name);
        assert!(call(&mut world, add, &kept.take()).is_ok(), "{}: its parent is not archived", row.name);
    }
}
