//! Field paths such as `data.chart1.series[0].y`: parsing, and reading, setting and appending at a path
//! in a JSON document. The rules are those of lodash.

use serde_json::{Map, Value};

use crate::keys::is_reserved;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    /// A key of an object. On an array, a key of digits is an index.
    Key(String),
    Index(usize),
}

/// The largest index. It is bounded because an index beyond the end of an array fills the gap with
/// nulls.
pub(crate) const INDEX_MAX: usize = 9_999;
/// Maximum number of segments. Together with the depth allowed for the payload below them, the document
/// stays shallow enough to be read back.
pub(crate) const SEGMENTS_MAX: usize = 48;

/// Maximum number of nulls that one call may fill gaps with: each costs as much memory as a value, but
/// not a byte of the request.
pub(crate) const GAPS_MAX: usize = INDEX_MAX + 1;

/// The number of nulls that a call may still add.
pub(crate) struct Gaps(usize);

impl Gaps {
    /// The number of nulls added so far.
    pub(crate) fn filled(&self) -> usize {
        GAPS_MAX - self.0
    }
}

impl Default for Gaps {
    fn default() -> Self {
        Self(GAPS_MAX)
    }
}

/// Parses a path. The error is a fragment of a sentence.
pub(crate) fn parse(path: &str) -> Result<Vec<Segment>, String> {
    let mut segments = Vec::new();
    for (position, dotted) in path.split('.').enumerate() {
        let (key, mut rest) = dotted.split_at(dotted.find('[').unwrap_or(dotted.len()));
        if key.contains(']') {
            return Err("a ] without its [".to_owned());
        }
        if is_reserved(key) {
            return Err("a key that is not allowed".to_owned());
        }
        if !key.is_empty() {
            segments.push(Segment::Key(key.to_owned()));
        } else if rest.is_empty() || position > 0 {
            return Err("an empty key".to_owned());
        }
        while let Some(open) = rest.strip_prefix('[') {
            let (index, after) = open.split_once(']').ok_or("a [ without its ]")?;
            segments.push(Segment::Index(parse_index(index)?));
            rest = after;
        }
        if !rest.is_empty() {
            return Err("text after a ]".to_owned());
        }
    }
    if segments.len() > SEGMENTS_MAX {
        return Err(format!("more than {SEGMENTS_MAX} steps"));
    }
    Ok(segments)
}

fn parse_index(digits: &str) -> Result<usize, String> {
    let index = digits.parse::<usize>().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()));
    index
        .filter(|index| *index <= INDEX_MAX)
        .ok_or_else(|| format!("an index that is not a number from 0 to {INDEX_MAX}"))
}

/// The value at `path`; `None` if there is none.
pub(crate) fn get<'a>(document: &'a Value, path: &[Segment]) -> Option<&'a Value> {
    path.iter().try_fold(document, |value, segment| match (value, segment) {
        (Value::Object(object), Segment::Key(key)) => object.get(key),
        (Value::Object(object), Segment::Index(index)) => object.get(&index.to_string()),
        (Value::Array(items), Segment::Index(index)) => items.get(*index),
        (Value::Array(items), Segment::Key(key)) => items.get(parse_index(key).ok()?),
        _ => None,
    })
}

/// Replaces the value at `path`. The error is a fragment of a sentence.
pub(crate) fn set(
    document: &mut Value,
    path: &[Segment],
    payload: Value,
    gaps: &mut Gaps,
) -> Result<(), String> {
    *place(document, path, gaps)? = payload;
    Ok(())
}

/// Appends `payload` to the value at `path`. Objects are merged, one level deep or recursively; an
/// array gets the items of the payload, or the payload as one item; any other value is replaced.
pub(crate) fn append(
    document: &mut Value,
    path: &[Segment],
    payload: Value,
    recursive: bool,
    gaps: &mut Gaps,
) -> Result<(), String> {
    merge(place(document, path, gaps)?, payload, recursive);
    Ok(())
}

fn merge(target: &mut Value, payload: Value, recursive: bool) {
    match (target, payload) {
        (Value::Array(items), Value::Array(more)) => items.extend(more),
        (Value::Array(items), one) => items.push(one),
        (Value::Object(object), Value::Object(more)) => {
            for (key, value) in more {
                match object.get_mut(&key).filter(|old| recursive && is_container(old)) {
                    Some(old) if is_container(&value) => merge(old, value, true),
                    _ => {
                        object.insert(key, value);
                    }
                }
            }
        }
        (target, payload) => *target = payload,
    }
}

fn is_container(value: &Value) -> bool {
    value.is_object() || value.is_array()
}

/// The place at `path`, created if it is missing. A scalar on the way is replaced, as in lodash. A key
/// on an array is an error: lodash sets a property there that JSON cannot show.
fn place<'a>(document: &'a mut Value, path: &[Segment], gaps: &mut Gaps) -> Result<&'a mut Value, String> {
    path.iter().try_fold(document, |value, segment| {
        if !is_container(value) {
            *value = match segment {
                Segment::Key(_) => Value::Object(Map::new()),
                Segment::Index(_) => Value::Array(Vec::new()),
            };
        }
        match (value, segment) {
            (Value::Array(items), Segment::Index(index)) => item(items, *index, gaps),
            (Value::Array(items), Segment::Key(key)) => match parse_index(key) {
                Ok(index) => item(items, index, gaps),
                Err(_) => Err(format!("the key {key:?} on an array")),
            },
            (Value::Object(object), segment) => {
                let key = match segment {
                    Segment::Key(key) => key.clone(),
                    Segment::Index(index) => index.to_string(),
                };
                Ok(object.entry(key).or_insert(Value::Null))
            }
            (scalar, _) => Ok(scalar),
        }
    })
}

fn item<'a>(items: &'a mut Vec<Value>, index: usize, gaps: &mut Gaps) -> Result<&'a mut Value, String> {
    if index >= items.len() {
        let nulls = index - items.len();
        let left = gaps.0.checked_sub(nulls);
        gaps.0 = left.ok_or_else(|| format!("one call fills gaps with {} nulls at most", GAPS_MAX))?;
        items.resize(index + 1, Value::Null);
    }
    Ok(&mut items[index])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_are_keys_and_indexes() {
        let key = |key: &str| Segment::Key(key.to_owned());
        assert_eq!(
            parse("data.chart1.series[0].y").unwrap(),
            [key("data"), key("chart1"), key("series"), Segment::Index(0), key("y")]
        );
        assert_eq!(parse("a[1][2]").unwrap(), [key("a"), Segment::Index(1), Segment::Index(2)]);
    }

    #[test]
    fn paths_that_do_not_parse_say_why() {
        for path in
            ["", ".", "a.", ".a", "a..b", "a[", "a]", "a[]", "a[x]", "a[-1]", "a[+1]", "a[0]b", "a[10000]"]
        {
            assert!(parse(path).is_err(), "{path}");
        }
        assert!(parse(&"a.".repeat(SEGMENTS_MAX)).is_err());
        assert!(parse(&["a"; SEGMENTS_MAX].join(".")).is_ok());
        assert!(parse(&["a"; SEGMENTS_MAX + 1].join(".")).is_err());
    }

    fn document() -> Value {
        json!({"data": {"my_val": 1}, "obj": {"val": 1, "res": 2, "deep": {"a": [1]}}, "list": [1, 2]})
    }

    /// The three cases of the comment in the SDK's `task_api.py`, above `set_fields`.
    #[test]
    fn replace_append_and_recursive_do_what_the_sdk_says() {
        let whole = json!({"obj": {"new_val": 1}});
        let sdk = json!({"data": {"my_val": 1}, "obj": {"val": 1, "res": 2}});
        let root: &[Segment] = &[];
        let mut replaced = sdk.clone();
        set(&mut replaced, root, whole.clone(), &mut Gaps::default()).unwrap();
        assert_eq!(replaced, json!({"obj": {"new_val": 1}}));
        let mut appended = sdk.clone();
        append(&mut appended, root, whole.clone(), false, &mut Gaps::default()).unwrap();
        assert_eq!(appended, json!({"data": {"my_val": 1}, "obj": {"new_val": 1}}));
        let mut merged = sdk;
        append(&mut merged, root, whole, true, &mut Gaps::default()).unwrap();
        assert_eq!(merged, json!({"data": {"my_val": 1}, "obj": {"val": 1, "res": 2, "new_val": 1}}));
    }

    #[test]
    fn arrays_are_appended_to_and_indexed() {
        let mut value = document();
        append(&mut value, &parse("list").unwrap(), json!([3]), false, &mut Gaps::default()).unwrap();
        append(&mut value, &parse("list").unwrap(), json!({"x": 4}), false, &mut Gaps::default()).unwrap();
        assert_eq!(value["list"], json!([1, 2, 3, {"x": 4}]));
        append(
            &mut value,
            &parse("obj").unwrap(),
            json!({"deep": {"a": [2], "b": 1}}),
            true,
            &mut Gaps::default(),
        )
        .unwrap();
        assert_eq!(value["obj"]["deep"], json!({"a": [1, 2], "b": 1}));
        set(&mut value, &parse("list[5].y").unwrap(), json!(9), &mut Gaps::default()).unwrap();
        assert_eq!(value["list"], json!([1, 2, 3, {"x": 4}, null, {"y": 9}]));
        assert_eq!(get(&value, &parse("list[5].y").unwrap()), Some(&json!(9)));
        assert_eq!(get(&value, &parse("list.5.y").unwrap()), Some(&json!(9)));
        assert_eq!(get(&value, &parse("list[9]").unwrap()), None);
    }

    #[test]
    fn what_is_missing_is_made_and_a_scalar_gives_way() {
        let mut value = json!({});
        set(&mut value, &parse("a.b[1]").unwrap(), json!("x"), &mut Gaps::default()).unwrap();
        assert_eq!(value, json!({"a": {"b": [null, "x"]}}));
        set(&mut value, &parse("a.b[1].c").unwrap(), json!(1), &mut Gaps::default()).unwrap();
        assert_eq!(value, json!({"a": {"b": [null, {"c": 1}]}}));
        append(&mut value, &parse("a.n").unwrap(), json!(1), true, &mut Gaps::default()).unwrap();
        assert_eq!(value["a"]["n"], 1);
        let before = value.clone();
        assert_eq!(
            set(&mut value, &parse("a.b.c").unwrap(), json!(1), &mut Gaps::default()),
            Err("the key \"c\" on an array".into())
        );
        assert_eq!(value, before);
    }

    #[test]
    fn one_call_fills_so_many_gaps_and_no_more() {
        let (mut value, mut gaps) = (json!({}), Gaps::default());
        set(&mut value, &parse("a[9999]").unwrap(), json!(1), &mut gaps).unwrap();
        set(&mut value, &parse("b[1]").unwrap(), json!(1), &mut gaps).unwrap();
        let refused = set(&mut value, &parse("c[1]").unwrap(), json!(1), &mut gaps).unwrap_err();
        assert!(refused.contains("10000 nulls at most"), "{refused}");
        set(&mut value, &parse("b[2]").unwrap(), json!(1), &mut gaps).unwrap();
    }
}
