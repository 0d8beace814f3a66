//! The form of an operation, and helpers that read the arguments of a call.

#![expect(clippy::unnecessary_wraps, reason = "the rules of all forms have one type")]

use serde_json::{Map, Value};

/// Arguments of a call, by their names.
pub(in super::super) type Args = Map<String, Value>;

/// One operation: the requests that it must send, and the results that a reply allows.
pub(in super::super) struct Form {
    /// Name of the operation.
    pub(in super::super) op: &'static str,
    /// The method whose response decides the result.
    pub(in super::super) method: &'static str,
    /// Further methods that a client may send for it.
    pub(in super::super) also: &'static [&'static str],
    /// True if the method changes something on the server.
    pub(in super::super) changes: bool,
    /// The part of the body that follows from the arguments: the body of each request of `method` must be
    /// like it (an object may have more keys, an array has exactly these items; a number equals its text, as
    /// in a query). `None`: nothing is demanded.
    pub(in super::super) body: fn(&Args) -> Option<Value>,
    /// Things that the call may do after `method` was answered with this JSON (status 200): alternatives,
    /// each an object of expectation words as in a scenario. Empty: nothing is demanded.
    pub(in super::super) result: fn(&Args, &Value) -> Vec<Value>,
    /// True if a 404 for `method` may also be reported as `null`.
    pub(in super::super) null_at_404: bool,
}

/// The type of [`Form::body`].
type BodyRule = fn(&Args) -> Option<Value>;
/// The type of [`Form::result`].
type ResultRule = fn(&Args, &Value) -> Vec<Value>;

impl Form {
    /// A form whose method only reads.
    pub(super) const fn read(
        op: &'static str,
        method: &'static str,
        body: BodyRule,
        result: ResultRule,
    ) -> Self {
        Self { op, method, also: &[], changes: false, body, result, null_at_404: false }
    }

    /// A form whose method changes something.
    pub(super) const fn change(
        op: &'static str,
        method: &'static str,
        body: BodyRule,
        result: ResultRule,
    ) -> Self {
        Self { op, method, also: &[], changes: true, body, result, null_at_404: false }
    }

    /// The form with further methods that a client may send.
    pub(super) const fn also(self, also: &'static [&'static str]) -> Self {
        Self { also, ..self }
    }

    /// The form with a 404 that may be reported as `null`.
    pub(super) const fn or_null_at_404(self) -> Self {
        Self { null_at_404: true, ..self }
    }
}

/// Returns an argument; none if the call leaves it out or passes `null`, which clients treat alike.
pub(super) fn given(args: &Args, name: &str) -> Option<Value> {
    args.get(name).filter(|value| !value.is_null()).cloned()
}

/// Returns an object of those pairs that have a value.
pub(super) fn object<const N: usize>(pairs: [(&str, Option<Value>); N]) -> Value {
    let present = pairs.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Value::Object(present.collect())
}

/// Demands the id of the call's task as `id`.
pub(super) fn task_as_id(args: &Args) -> Option<Value> {
    Some(object([("id", given(args, "id"))]))
}

/// Demands the id of the call's task as `taskId`.
pub(super) fn task_as_task_id(args: &Args) -> Option<Value> {
    Some(object([("taskId", given(args, "id"))]))
}

/// The form of an operation in a table, for tests.
#[cfg(test)]
pub(super) fn form_of<'a>(forms: &'a [Form], op: &str) -> &'a Form {
    forms.iter().find(|form| form.op == op).unwrap_or_else(|| panic!("no form of {op}"))
}

/// The body that a form demands for a call, for tests.
#[cfg(test)]
pub(super) fn body_of(forms: &[Form], op: &str, args: &Value) -> Value {
    (form_of(forms, op).body)(args.as_object().expect("arguments are an object")).unwrap_or_default()
}

/// The results that a form allows, for tests.
#[cfg(test)]
pub(super) fn results_of(forms: &[Form], op: &str, args: &Value, reply: &Value) -> Vec<Value> {
    (form_of(forms, op).result)(args.as_object().expect("arguments are an object"), reply)
}

/// Demands nothing of a body.
pub(super) fn any_body(_: &Args) -> Option<Value> {
    None
}
