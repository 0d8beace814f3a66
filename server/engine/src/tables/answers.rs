//! Canned answers of apps, indexed by command. The counters of ordered answers are kept separately, so that
//! counting one answer does not copy all of them.

use std::sync::Arc;

use bytes::Bytes;
use imbl::OrdMap;
use indexmap::IndexMap;

use super::replies::{AppAnswer, AppPlace, AppReplies};
use crate::ids::FIXTURE_ID_MAX;
use crate::reply::render;

/// Canned answers of all apps of a world.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Answers {
    places: OrdMap<AppPlace, Arc<Place>>,
    /// Number of times that an ordered answer was given, by place and command.
    given: OrdMap<(AppPlace, Arc<str>), u64>,
}

#[derive(Debug, PartialEq)]
struct Place {
    /// Answers as they were set, without the counters.
    said: AppReplies,
    by_command: IndexMap<String, Command>,
}

#[derive(Debug, PartialEq)]
enum Command {
    Same(Bytes),
    InOrder {
        /// The command as it was set, with its slashes.
        key: Arc<str>,
        /// For each answer, the total number of requests after which it is used up.
        ends: Vec<u64>,
    },
}

pub(crate) enum StoredAnswer<'a> {
    /// Body as JSON.
    Same(Bytes),
    /// The current answer of a sequence.
    InOrder(&'a AppAnswer),
    /// Address of a real app that answers.
    At(&'a str),
}

impl Answers {
    /// Sets the answers of a place; replaces the previous ones and their counters.
    pub(crate) fn set(&mut self, place: AppPlace, mut said: AppReplies) {
        let before: Vec<_> = self.counts(place).map(|(key, _)| (place, Arc::clone(key))).collect();
        for key in &before {
            self.given.remove(key);
        }
        for (command, count) in std::mem::take(&mut said.answered) {
            self.given.insert((place, command.into()), count);
        }
        let by_command = by_command(&said);
        self.places.insert(place, Arc::new(Place { said, by_command }));
    }

    /// Returns the answers of a place as they were set, with the current counters.
    pub(crate) fn of(&self, place: AppPlace) -> Option<AppReplies> {
        let mut said = self.places.get(&place)?.said.clone();
        said.answered = self.counts(place).map(|(command, count)| (command.to_string(), *count)).collect();
        Some(said)
    }

    fn counts(&self, place: AppPlace) -> impl Iterator<Item = (&Arc<str>, &u64)> {
        let from = self.given.range((place, Arc::from(""))..);
        from.take_while(move |((of, _), _)| *of == place).map(|((_, command), count)| (command, count))
    }

    /// Returns the answer of a place to a command, and counts it as given.
    pub(crate) fn give(&mut self, at: AppPlace, command: &str) -> Option<StoredAnswer<'_>> {
        let place = self.places.get(&at)?;
        match place.by_command.get(bare(command)) {
            Some(Command::Same(reply)) => Some(StoredAnswer::Same(reply.clone())),
            Some(Command::InOrder { key, ends }) => {
                let answers = place.said.answers.get(&**key)?;
                let count = self.given.entry((at, Arc::clone(key))).or_default();
                let next = ends.partition_point(|end| *end <= *count);
                *count = count.saturating_add(1).min(FIXTURE_ID_MAX);
                answers.get(next).or(answers.last()).map(StoredAnswer::InOrder)
            }
            None => place.said.forward_to.as_deref().map(StoredAnswer::At),
        }
    }
}

/// Strips the slashes around a command: clients send an app's path with or without them.
fn bare(command: &str) -> &str {
    command.trim_matches('/')
}

fn by_command(said: &AppReplies) -> IndexMap<String, Command> {
    let mut commands = IndexMap::new();
    // If two keys differ only in slashes, the first one counts, and `replies` precede `answers`.
    for (key, reply) in &said.replies {
        commands.entry(bare(key).to_owned()).or_insert_with(|| Command::Same(render(reply)));
    }
    for (key, answers) in &said.answers {
        let mut end = 0_u64;
        let ends = answers.iter().map(|answer| {
            end = end.saturating_add(answer.times.unwrap_or(1));
            end
        });
        let ends = ends.collect();
        let in_order = || Command::InOrder { key: key.as_str().into(), ends };
        commands.entry(bare(key).to_owned()).or_insert_with(in_order);
    }
    commands
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn answers(said: Value) -> Answers {
        let mut answers = Answers::default();
        answers.set(AppPlace::World, serde_json::from_value(said).unwrap());
        answers
    }

    fn next(answers: &mut Answers, command: &str) -> Value {
        match answers.give(AppPlace::World, command) {
            Some(StoredAnswer::Same(reply)) => serde_json::from_slice(&reply).unwrap(),
            Some(StoredAnswer::InOrder(answer)) => answer.reply.clone(),
            Some(StoredAnswer::At(to)) => to.into(),
            None => Value::Null,
        }
    }

    #[test]
    fn answers_come_in_order_and_the_last_one_for_ever() {
        let mut app = answers(
            json!({"answers": {"/get": [{"reply": 1, "times": 2}, {"reply": 2}, {"reply": 3, "times": 2}]}}),
        );
        let given: Vec<_> = (0..7).map(|_| next(&mut app, "get/")).collect();
        assert_eq!(given, [1, 1, 2, 3, 3, 3, 3].map(Value::from));
        assert_eq!(app.of(AppPlace::World).unwrap().answered["/get"], 7);
        assert_eq!(next(&mut app, "other"), Value::Null);
        assert!(!app.of(AppPlace::World).unwrap().answered.contains_key("other"));
    }

    #[test]
    fn the_nearest_thing_that_was_said_answers() {
        let said = json!({"replies": {"a": 1, "/a": 2}, "answers": {"a/": [{"reply": 3}], "b": [{"reply": 4}]},
                          "forward_to": "http://127.0.0.1:1"});
        let mut app = answers(said);
        assert_eq!(next(&mut app, "a"), 1);
        assert_eq!(next(&mut app, "b"), 4);
        assert_eq!(next(&mut app, "c"), "http://127.0.0.1:1");
    }

    #[test]
    fn what_is_set_anew_begins_anew() {
        let mut app = answers(json!({"answers": {"a": [{"reply": 1}, {"reply": 2}]}, "answered": {"a": 1}}));
        assert_eq!(next(&mut app, "a"), 2);
        let task = AppPlace::Task(crate::ids::TaskId(1));
        app.set(task, app.of(AppPlace::World).unwrap());
        app.set(AppPlace::World, serde_json::from_value(json!({"answers": {"b": [{"reply": 3}]}})).unwrap());
        assert_eq!(app.of(AppPlace::World).unwrap().answered.len(), 0);
        assert_eq!(app.of(task).unwrap().answered["a"], 2, "another place keeps its counts");
    }
}
