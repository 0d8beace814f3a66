//! Inputs derived from the shapes of methods and endpoints: many elements in each place that
//! accepts many.

use serde_json::{Value, json};
use slymock_server::endpoint_fields;
use slymock_server::engine::methods::{METHODS, Row};
use slymock_server::engine::request::{Field, Kind, Shape};

use crate::calls::{Call, Case, keys};
use crate::valid;

/// Maximum number of pairs in an address of 64 KiB.
const PAIRS_MOST: usize = 7_000;

/// The cases of all wire methods.
pub(crate) fn of_methods() -> Vec<Case> {
    // All methods share the code that refuses a body as a whole.
    let whole = |index: usize| index.is_multiple_of(6);
    METHODS.iter().enumerate().flat_map(|(index, row)| of_method(row, whole(index))).collect()
}

/// The cases of all endpoints of the control API.
pub(crate) fn of_endpoints() -> Vec<Case> {
    endpoint_fields()
        .flat_map(|(verb, path, fields)| {
            let path = path.replace("modules/{id}", "modules/81");
            let path = path.replace("{id}", "121230").replace("{name}", "{world}");
            let send = move |body: Vec<u8>| Call::control(verb, &path, body);
            let place = Place { subject: format!("{verb} {}", send(Vec::new()).path), fields, send };
            [place.wholes(), place.spots(valid::object("", fields))].concat()
        })
        .collect()
}

/// The cases of a method. A sample of methods also gets bodies that are wrong as a whole.
fn of_method(row: &'static Row, whole: bool) -> Vec<Case> {
    let send = |body: Vec<u8>| Call::wire(row.name, body);
    let place = Place { subject: row.name.to_owned(), fields: row.shape.fields(), send };
    let wholes = [place.wholes(), of_parts(row)].into_iter().flatten();
    let mut cases: Vec<Case> = wholes.map(|case| case.in_sample(whole)).collect();
    match row.shape {
        Shape::Texts(key) => cases.extend(of_texts(row, key)),
        Shape::Parts | Shape::Form(..) => {}
        Shape::Object(_) | Shape::List(_) | Shape::Open(_) => cases.extend(place.spots(valid::request(row))),
    }
    cases
}

/// A list of texts, as the whole body or as a query.
fn of_texts(row: &'static Row, key: &'static str) -> Vec<Case> {
    let texts = |count: usize| (0..count).map(|index| json!(format!("t{index}"))).collect::<Value>();
    let wrong = |count: usize| (0..count).map(Value::from).collect::<Value>();
    let pairs = move |count: usize| {
        Call::wire(row.name, "").with_query((0..count).map(move |index| format!("{key}={index:x}")))
    };
    vec![
        Case::new(row.name, "texts", move |count| Call::wire(row.name, texts(count).to_string())).done(),
        Case::new(row.name, "no texts", move |count| Call::wire(row.name, wrong(count).to_string())),
        Case::new(row.name, "the key again and again in the query", pairs).at_most(PAIRS_MOST / 2),
    ]
}

/// Multipart bodies, also for methods that do not accept them.
fn of_parts(row: &'static Row) -> Vec<Case> {
    let distinct = |count| (0..count).map(|index| (format!("p{index}"), "1".to_owned()));
    let again = |count| (0..count).map(|index| ("p".to_owned(), format!("{index}")));
    let one = |count: usize| [("p".to_owned(), "9".repeat(10 * count))].into_iter();
    vec![
        Case::new(row.name, "parts", move |count| Call::multipart(row.name, distinct(count))),
        Case::new(row.name, "parts of one name", move |count| Call::multipart(row.name, again(count))),
        Case::new(row.name, "a long part", move |count| Call::multipart(row.name, one(count))),
    ]
}

/// The target of calls that consist of fields.
#[derive(Clone)]
struct Place<S> {
    subject: String,
    fields: &'static [Field],
    send: S,
}

impl<S: Fn(Vec<u8>) -> Call + Clone + 'static> Place<S> {
    fn case(&self, input: &str, body: impl Fn(usize) -> String + 'static) -> Case {
        let send = self.send.clone();
        Case::new(&self.subject, input, move |count| send(body(count).into_bytes()))
    }

    /// Bodies and queries that are wrong or unusual as a whole.
    fn wholes(&self) -> Vec<Case> {
        let fields = self.fields;
        let unknown = |count: usize| keys(count).to_string();
        let twice = |count: usize| format!("{{\"k\": 0{}}}", ", \"k\": 1".repeat(count));
        let digits = move |count: usize| {
            let long = Value::from("9".repeat(10 * count));
            fields.iter().map(|field| (field.name.to_owned(), long.clone())).collect::<Value>().to_string()
        };
        let send = self.send.clone();
        let query = |name: fn(usize) -> String| {
            let send = send.clone();
            move |count| send(Vec::new()).with_query((0..count).map(name))
        };
        let pairs = |input: &str, name| Case::new(&self.subject, input, query(name)).at_most(PAIRS_MOST);
        vec![
            self.case("unknown fields", unknown),
            self.case("unknown fields", unknown).strict(),
            self.case("a key again and again", twice),
            self.case("each field a long text", digits),
            self.case("a number of many digits", |count| "9".repeat(10 * count)),
            self.case("an array", |count| json!(vec![1; count]).to_string()),
            pairs("pairs of a query", |index| format!("{index:x}=")),
            pairs("a pair again and again", |index| format!("a={:x}", index % 16)),
            pairs("a listed pair", |_| "a[]=1".to_owned()),
        ]
    }

    /// Each place that accepts many elements, in an otherwise valid request.
    fn spots(&self, request: Value) -> Vec<Case> {
        let mut spots = Vec::new();
        find_spots(&mut Vec::new(), self.fields, &mut spots);
        let method = self.subject.clone();
        let case = |spot: &Spot, input: &str, many: Many| {
            let (request, method, spot) = (request.clone(), method.clone(), spot.clone());
            let name = format!("{input} in {}", spot.name());
            self.case(&name, move |count| {
                let mut request = request.clone();
                *spot.place(&mut request, &method) = many(&spot, &method, count);
                request.to_string()
            })
        };
        spots
            .iter()
            .flat_map(|spot| spot.inputs().into_iter().map(|(input, many)| case(spot, input, many)))
            .collect()
    }
}

/// Makes the value of a place, with N elements.
type Many = fn(&Spot, &str, usize) -> Value;

/// A place in a request, by the fields that lead to it, through the first item of each list.
#[derive(Clone)]
struct Spot {
    steps: Vec<&'static Field>,
}

impl Spot {
    fn field(&self) -> &'static Field {
        self.steps.last().expect("the place has a field")
    }

    fn name(&self) -> String {
        self.steps.iter().map(|field| field.name).collect::<Vec<_>>().join(".")
    }

    fn inputs(&self) -> Vec<(&'static str, Many)> {
        match self.field().kind {
            Kind::List(_) => vec![("items", items), ("wrong items", wrong_items)],
            Kind::Map => vec![("keys", |_, _, count| keys(count))],
            Kind::Any | Kind::Raw => vec![
                ("keys", |_, _, count| keys(count)),
                ("items", |_, _, count| json!(vec![1; count])),
                ("a long text", |_, _, count| "x".repeat(10 * count).into()),
            ],
            Kind::Object(_) => vec![("unknown fields", |_, _, count| keys(count))],
            Kind::Text { .. } => vec![("a long text", |_, _, count| "x".repeat(10 * count).into())],
            _ => Vec::new(),
        }
    }

    /// The place in a request; missing parents are made.
    fn place<'a>(&self, request: &'a mut Value, method: &str) -> &'a mut Value {
        let mut place = request;
        for (index, field) in self.steps.iter().enumerate() {
            let object = place.as_object_mut().expect("a request is an object");
            let made = || valid::value(method, field.name, &field.kind, 0);
            place = object.entry(field.name).or_insert_with(made);
            let is_last = index + 1 == self.steps.len();
            if !is_last && place.is_array() {
                place = &mut place[0];
            }
        }
        place
    }
}

fn find_spots(above: &mut Vec<&'static Field>, fields: &'static [Field], spots: &mut Vec<Spot>) {
    for field in fields {
        above.push(field);
        spots.push(Spot { steps: above.clone() });
        let below = match field.kind {
            Kind::List(&Kind::Object(fields)) | Kind::Object(fields) => fields,
            _ => &[],
        };
        find_spots(above, below, spots);
        above.pop();
    }
}

fn items(spot: &Spot, method: &str, count: usize) -> Value {
    let field = spot.field();
    let Kind::List(item) = field.kind else { return Value::Null };
    (0..count).map(|index| valid::value(method, field.name, item, index)).collect()
}

fn wrong_items(spot: &Spot, _: &str, count: usize) -> Value {
    let Kind::List(item) = spot.field().kind else { return Value::Null };
    // A list of anything cannot have wrong items; the items of a list of lists are checked by the
    // method.
    json!(vec![valid::wrong(item).unwrap_or_else(|| json!([1])); count])
}
