//! Checks a JSON value against a shape as Joi does: it converts values and collects all violations.

use std::borrow::Cow;

use serde_json::{Map, Number, Value};

use super::shape::{Field, Kind, Need};
use crate::excerpt::Excerpt;
use crate::ids::ID_MAX;
use crate::json;
use crate::keys::shorten;
use crate::likeness::closest;
use crate::names;
use crate::refusal::{Step, Violation};
use crate::time::iso;

pub(super) struct Checker {
    strict: bool,
    /// True for a list request, where unknown names of paging fields get a hint.
    is_list: bool,
    /// True if the value comes from a query: all values of a query are strings, so conversions cause no
    /// warnings.
    from_query: bool,
    path: Vec<Step>,
    violations: Excerpt<Violation>,
    warnings: Excerpt<String>,
}

impl Checker {
    pub(super) fn new(strict: bool, from_query: bool, is_list: bool) -> Self {
        Self {
            strict,
            is_list,
            from_query,
            path: Vec::new(),
            violations: Excerpt::default(),
            warnings: Excerpt::default(),
        }
    }

    pub(super) fn finish(self) -> (Excerpt<Violation>, Excerpt<String>) {
        (self.violations, self.warnings)
    }

    pub(super) fn object(&mut self, value: &mut Value, fields: &[Field], open: bool) {
        self.unquote(value);
        let Value::Object(object) = value else {
            return self.violate("object.base", "must be of type object");
        };
        let presence = Presence::of(object, fields);
        for (index, field) in fields.iter().enumerate() {
            // Skips absent fields early: a list has a dozen fields, of which most requests send two.
            if field.need == Need::Optional && !presence.has(index) {
                continue;
            }
            self.at(field.name, |checker| checker.field(object, field));
            for alias in field.aliases {
                self.at(*alias, |checker| checker.alias(object, field, alias));
            }
        }
        if !open && presence.has_others {
            self.unknown(object, fields);
        }
    }

    fn at(&mut self, name: impl Into<Cow<'static, str>>, check: impl FnOnce(&mut Self)) {
        self.path.push(Step::Key(name.into()));
        check(self);
        self.path.pop();
    }

    fn field(&mut self, object: &mut Map<String, Value>, field: &Field) {
        let aliased =
            field.aliases.iter().any(|alias| object.get(*alias).is_some_and(|value| !value.is_null()));
        match (json::member_mut(object, field.name), field.need) {
            (None, Need::Required) if !aliased => self.violate("any.required", "is required"),
            (None, _) => {}
            (Some(Value::Null), need) if aliased || absent_when_null(need, &field.kind) => {
                object.shift_remove(field.name);
            }
            (Some(value), _) => self.value(value, &field.kind),
        }
    }

    /// Moves a value from an alias to the name of its field. If both were sent and differ, it is a
    /// violation.
    fn alias(&mut self, object: &mut Map<String, Value>, field: &Field, alias: &str) {
        let Some(mut value) = object.shift_remove(alias).filter(|value| !value.is_null()) else { return };
        self.value(&mut value, &field.kind);
        match object.get(field.name) {
            None => {
                object.insert(field.name.to_owned(), value);
            }
            Some(own) if *own != value => {
                let rest = format!("conflicts with \"{}\", of which it is another name", field.name);
                self.violate_with("object.conflict", &rest, "peer", field.name.into());
            }
            Some(_) => {}
        }
    }

    fn unknown(&mut self, object: &mut Map<String, Value>, fields: &[Field]) {
        let mut unknown = Excerpt::default();
        object.retain(|name, _| {
            let known = is_known(name, fields);
            if !known {
                unknown.push_with(|| shorten(name));
            }
            known
        });
        self.unknown_names(unknown, fields);
    }

    /// Reports unknown fields: as violations if strict, otherwise as warnings.
    pub(super) fn unknown_names(&mut self, names: Excerpt<String>, fields: &[Field]) {
        let more = names.more();
        for name in names.first() {
            let hint = hint(name, fields, self.is_list);
            let told = |checker: &mut Self| match checker.strict {
                true => checker.violate("object.unknown", &format!("is not allowed{hint}")),
                false => checker.warn(&format!("is an unknown field{hint}")),
            };
            self.at(name.clone(), told);
        }
        match self.strict {
            true => self.violations.count(more),
            false => self.warnings.count(more),
        }
    }

    pub(super) fn value(&mut self, value: &mut Value, kind: &Kind) {
        match kind {
            Kind::Id => self.integer(value, 1, ID_MAX),
            Kind::Int { min } => self.integer(value, *min, ID_MAX),
            Kind::Number { min } => self.number(value, *min),
            Kind::Flag => self.flag(value),
            Kind::Name { max } => self.name(value, *max),
            Kind::Text { max } => self.text(value, *max),
            Kind::Choice(words) => self.choice(value, words),
            Kind::Moment => self.moment(value),
            Kind::List(item) => self.list(value, item),
            Kind::Object(fields) => self.object(value, fields, false),
            Kind::Map => self.object(value, &[], true),
            Kind::Any | Kind::Raw => {}
        }
    }

    fn integer(&mut self, value: &mut Value, min: u64, max: u64) {
        self.convert_number(value);
        let Value::Number(number) = value else {
            return self.violate("number.base", "must be a number");
        };
        let whole = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
        let whole = whole.or_else(|| number.as_f64().filter(|n| n.fract() == 0.0).map(|n| n as i128));
        let Some(whole) = whole else {
            return self.violate("number.integer", "must be an integer");
        };
        if whole < i128::from(min) {
            let rest = format!("must be greater than or equal to {min}");
            self.violate_with("number.min", &rest, "limit", min.into());
        } else if whole > i128::from(max) {
            self.violate("number.unsafe", "must be a safe number");
        } else {
            *value = Value::from(u64::try_from(whole).unwrap_or(max));
        }
    }

    fn number(&mut self, value: &mut Value, min: f64) {
        self.convert_number(value);
        match value.as_f64() {
            None => self.violate("number.base", "must be a number"),
            Some(number) if number < min => {
                let rest = format!("must be greater than or equal to {min}");
                self.violate_with("number.min", &rest, "limit", min.into());
            }
            Some(_) => {}
        }
    }

    fn convert_number(&mut self, value: &mut Value) {
        if let Value::String(text) = value
            && let Ok(number) = text.trim().parse::<Number>()
        {
            self.converted("a number");
            *value = Value::Number(number);
        }
    }

    fn flag(&mut self, value: &mut Value) {
        let converted = match value.as_str() {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        };
        if let Some(flag) = converted {
            self.converted("a boolean");
            *value = Value::Bool(flag);
        }
        if !value.is_boolean() {
            self.violate("boolean.base", "must be a boolean");
        }
    }

    fn text(&mut self, value: &Value, max: usize) {
        match value.as_str() {
            None => self.violate("string.base", "must be a string"),
            Some(text) if text.chars().count() > max => {
                let rest = format!("length must be less than or equal to {max} characters long");
                self.violate_with("string.max", &rest, "limit", max.into());
            }
            Some(_) => {}
        }
    }

    fn name(&mut self, value: &Value, max: usize) {
        self.text(value, max);
        if let Some(wrong) = value.as_str().and_then(names::wrong) {
            self.violate("string.name", wrong);
        }
    }

    fn choice(&mut self, value: &Value, words: &[&str]) {
        if !value.as_str().is_some_and(|text| words.contains(&text)) {
            let rest = format!("must be one of [{}]", words.join(", "));
            self.violate_with("any.only", &rest, "valids", words.to_vec().into());
        }
    }

    /// Supervisely takes a moment as text, and also as a number whose digits read as one. The method
    /// gets milliseconds.
    fn moment(&mut self, value: &mut Value) {
        let millis = match &*value {
            Value::String(text) => iso::read(text),
            Value::Number(number) => iso::read(&number.to_string()),
            _ => None,
        };
        match (millis, value.is_string()) {
            (Some(millis), _) => *value = millis.into(),
            (None, true) => self.violate("date.format", "must be in ISO 8601 date format"),
            (None, false) => self.violate("date.base", "must be a valid date"),
        }
    }

    fn list(&mut self, value: &mut Value, item: &Kind) {
        self.unquote(value);
        if self.from_query && !value.is_array() {
            *value = Value::Array(vec![value.take()]);
        }
        let Value::Array(items) = value else {
            return self.violate("array.base", "must be an array");
        };
        for (index, value) in items.iter_mut().enumerate() {
            self.path.push(Step::Index(index));
            self.value(value, item);
            self.path.pop();
        }
    }

    /// Parses an object or array in a query, where it is JSON text.
    fn unquote(&self, value: &mut Value) {
        if self.from_query
            && let Value::String(text) = value
            && text.starts_with(['[', '{'])
            && let Ok(parsed) = json::read(text.as_bytes())
        {
            *value = parsed;
        }
    }

    fn converted(&mut self, to: &str) {
        if !self.from_query {
            self.warn(&format!("came as text and was taken as {to}"));
        }
    }

    fn warn(&mut self, rest: &str) {
        self.warnings.push_with(|| Violation::new(&self.path, "", rest).message);
    }

    fn violate(&mut self, rule: &'static str, rest: &str) {
        self.violations.push_with(|| Violation::new(&self.path, rule, rest));
    }

    fn violate_with(&mut self, rule: &'static str, rest: &str, key: &str, value: Value) {
        self.violations.push_with(|| Violation::new(&self.path, rule, rest).with(key, value));
    }
}

/// The fields that an object has, under any of their names.
struct Presence {
    /// One bit for each of the first 64 fields.
    bits: u64,
    /// True if the object has members that are not among the fields.
    has_others: bool,
}

impl Presence {
    fn of(object: &Map<String, Value>, fields: &[Field]) -> Self {
        let mut presence = Self { bits: 0, has_others: false };
        for name in object.keys() {
            let first = fields.iter().take(64).rev();
            let bits = first.fold(0, |bits, field| bits << 1 | u64::from(field.has_name(name)));
            presence.bits |= bits;
            presence.has_others |= bits == 0 && !is_known(name, fields);
        }
        presence
    }

    /// True if the object may have the field at `index`. Fields after the first 64 have no bit.
    fn has(&self, index: usize) -> bool {
        index >= 64 || self.bits >> index & 1 == 1
    }
}

/// True if one of the fields has this name.
pub(super) fn is_known(name: &str, fields: &[Field]) -> bool {
    fields.iter().any(|field| field.has_name(name))
}

/// True if a field counts as absent when it is null.
fn absent_when_null(need: Need, kind: &Kind) -> bool {
    need == Need::Optional && !matches!(kind, Kind::Any)
}

/// Names of paging fields in other APIs. A list here ignores them.
const FOREIGN_PAGING: [&str; 8] =
    ["limit", "offset", "skip", "perPage", "pageSize", "page_size", "cursor", "page_token"];

/// A hint to append to the message about an unknown field; empty if there is none.
fn hint(name: &str, fields: &[Field], is_list: bool) -> String {
    if is_list && FOREIGN_PAGING.contains(&name) {
        return ": use page and per_page, or after".to_owned();
    }
    let near = closest(name, fields.iter().flat_map(Field::names));
    near.map(|near| format!(", did you mean {near}?")).unwrap_or_default()
}
