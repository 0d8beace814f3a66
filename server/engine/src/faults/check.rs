//! The checks of a fault rule. Each problem is a violation of the request that has the rule.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::act::Distortion;
use super::form::{ActForm, MS_MAX, On, RuleForm};
use super::subject::{Facts, Methods};
use super::texts::Reset;
use crate::refusal::{Step, Violation};

/// Headers that the server must set itself, because they describe how the body is sent.
const OWN_HEADERS: [&str; 3] = ["content-length", "transfer-encoding", "connection"];

/// All problems of `rule`, which may name the methods in `methods`.
pub(super) fn violations(rule: &RuleForm, methods: &dyn Methods) -> Vec<Violation> {
    let mut found = Violations(Vec::new());
    let facts = rule.on.method.as_deref().and_then(|name| methods.facts(name));
    found.method(&rule.on, facts, methods);
    found.triggers(&rule.on);
    found.window(&rule.on);
    found.sources(&rule.act);
    found.reply(&rule.act);
    found.delivery(&rule.act);
    found.lists(rule, facts);
    found.0
}

fn distorts(act: &ActForm) -> bool {
    Distortion::of(act).is_any()
}

struct Violations(Vec<Violation>);

impl Violations {
    fn say(&mut self, path: [&str; 2], rule: &'static str, rest: &str) {
        let path = path.map(|key| Step::Key(key.to_owned().into()));
        self.0.push(Violation::new(&path, rule, rest));
    }

    fn method(&mut self, on: &On, facts: Option<Facts>, methods: &dyn Methods) {
        let Some(name) = on.method.as_deref() else { return };
        let Some(facts) = facts else {
            let near = methods.nearest(name).map(|near| format!(", did you mean {near}?"));
            let rest = format!("is neither a modelled nor a stubbed method{}", near.unwrap_or_default());
            return self.say(["on", "method"], "any.only", &rest);
        };
        if on.task.is_some() && !facts.task {
            let stub = if facts.stub { "is a stub and " } else { "" };
            let rest = format!("is not allowed: {name} {stub}does not name a task");
            self.say(["on", "task"], "any.unknown", &rest);
        }
    }

    fn triggers(&mut self, on: &On) {
        if on.nth.contains(&0) {
            self.say(["on", "nth"], "number.min", "must have only numbers greater than or equal to 1");
        }
        for (name, count) in [("first", on.first), ("every", on.every)] {
            if count == Some(0) {
                self.say(["on", name], "number.min", "must be greater than or equal to 1");
            }
        }
        if on.probability.is_some_and(|chance| !(chance > 0.0 && chance <= 1.0)) {
            self.say(["on", "probability"], "number.min", "must be greater than 0 and at most 1");
        }
    }

    fn window(&mut self, on: &On) {
        for (name, ms) in [("from_ms", on.from_ms), ("until_ms", on.until_ms)] {
            if ms.is_some_and(|ms| ms > MS_MAX) {
                self.say(["on", name], "number.max", &format!("must be less than or equal to {MS_MAX}"));
            }
        }
        if on.until_ms.is_some_and(|until| until <= on.from_ms.unwrap_or(0)) {
            self.say(["on", "until_ms"], "number.greater", "must be greater than from_ms");
        }
    }

    /// Checks that at most one key sets the source of the reply.
    fn sources(&mut self, act: &ActForm) {
        let sources = [
            ("status", act.status.is_some()),
            ("not_json", act.not_json),
            ("hang", act.hang),
            ("reset", act.reset == Some(Reset::BeforeReply)),
            ("commit_then_drop", act.commit_then_drop),
        ];
        let mut given = sources.into_iter().filter(|(_, given)| *given).map(|(name, _)| name);
        let (first, second) = (given.next(), given.next());
        if let (Some(first), Some(second)) = (first, second) {
            self.say(["do", second], "object.nand", &format!("conflicts with {first}"));
        }
        if let Some(source) = first.filter(|_| distorts(act)) {
            self.say(["do", source], "object.nand", "conflicts with the keys that change a list");
        }
        if *act == ActForm::default() {
            self.0.push(Violation::of("do", "object.min", "must have at least one action"));
        }
    }

    fn reply(&mut self, act: &ActForm) {
        if act.status.is_some_and(|status| !(200..=599).contains(&status)) {
            self.say(["do", "status"], "any.only", "must be from 200 to 599");
        }
        let bodies = [
            ("body", act.body.is_some()),
            ("body_text", act.body_text.is_some()),
            ("body_base64", act.body_base64.is_some()),
        ];
        let given: Vec<&str> = bodies.into_iter().filter(|(_, given)| *given).map(|(name, _)| name).collect();
        if let [_, second, ..] = given[..] {
            self.say(["do", second], "object.nand", &format!("conflicts with {}", given[0]));
        }
        let needy = given.first().copied().or((!act.headers.is_empty()).then_some("headers"));
        if let Some(name) = needy.filter(|_| act.status.is_none()) {
            self.say(["do", name], "object.with", "needs status");
        }
        if act.body_base64.as_ref().is_some_and(|text| STANDARD.decode(text).is_err()) {
            self.say(["do", "body_base64"], "string.base64", "must be base64");
        }
        for (name, value) in &act.headers {
            self.header(name, value);
        }
    }

    fn header(&mut self, name: &str, value: &str) {
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        let text = |byte: u8| byte == b'\t' || (byte >= b' ' && byte != 127);
        if name.is_empty() || !name.bytes().all(token) || !value.bytes().all(text) {
            self.say(["do", "headers"], "any.invalid", &format!("has an invalid header {name:?}: {value:?}"));
        } else if OWN_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
            self.say(["do", "headers"], "any.invalid", &format!("cannot set {name}: the server sets it"));
        }
    }

    fn delivery(&mut self, act: &ActForm) {
        let mid_reply = act.reset == Some(Reset::MidReply);
        let delivery = [
            ("truncate_at", act.truncate_at.is_some()),
            ("reset", mid_reply),
            ("dribble_bytes_per_s", act.dribble_bytes_per_s.is_some()),
        ];
        let silent = act.hang || act.commit_then_drop || act.reset == Some(Reset::BeforeReply);
        for (name, _) in delivery.iter().filter(|(_, given)| *given && silent) {
            self.say(["do", name], "object.nand", "needs a reply, but the rule sends none");
        }
        if mid_reply && act.truncate_at.is_some() {
            self.say(["do", "truncate_at"], "object.nand", "conflicts with reset");
        }
        if act.dribble_bytes_per_s == Some(0) {
            self.say(["do", "dribble_bytes_per_s"], "number.min", "must be greater than or equal to 1");
        }
        if act.delay_ms.is_some_and(|ms| ms > MS_MAX) {
            self.say(["do", "delay_ms"], "number.max", &format!("must be less than or equal to {MS_MAX}"));
        }
    }

    fn lists(&mut self, rule: &RuleForm, facts: Option<Facts>) {
        let named = rule.on.method.as_deref().filter(|_| distorts(&rule.act));
        if let Some(name) = named.filter(|_| facts.is_none_or(|facts| !facts.lists)) {
            self.say(["on", "method"], "any.only", &format!("must be a list method: {name} is not one"));
        }
        if distorts(&rule.act) && rule.on.task.is_some() {
            self.say(["on", "task"], "any.unknown", "is not allowed: a list request does not name a task");
        }
    }
}
