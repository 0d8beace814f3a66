//! A client with a world of its own, which counts its changes there.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::client::Client;
use crate::serving::Serving;

const ACTIONS: usize = 200;
const TASK: u64 = 121_230;
const HELLO: &str = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";

pub(crate) struct Counted {
    client: Client,
    seed: u64,
    drawn: u64,
    /// Calls over all rounds.
    pub(crate) calls: u64,
    /// Wire calls of this round, by method.
    sent: BTreeMap<String, u64>,
    tasks: u64,
    lines: u64,
    files: u64,
    items: u64,
}

/// The expected end of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// A response with this status.
    Status(u16),
    /// The connection ends before the response is complete.
    Broken,
}

/// The faults of calls: the action, the end of the call, and true if the call takes effect.
fn faults() -> [(Value, End, bool); 7] {
    [
        (json!({"status": 503}), End::Status(503), false),
        (json!({"not_json": true}), End::Status(200), false),
        (json!({"reset": true}), End::Broken, false),
        (json!({"reset": "mid_reply"}), End::Broken, true),
        (json!({"truncate_at": 3}), End::Broken, true),
        (json!({"commit_then_drop": true}), End::Broken, true),
        (json!({"delay_ms": 3}), End::Status(200), true),
    ]
}

impl Counted {
    /// Makes the world.
    pub(crate) fn begin(server: &Serving, seed: u64) -> Self {
        let made =
            Client::new(server.host(), server.token()).control("POST", "worlds", &json!({"seed": seed}));
        let client = Client::new(server.host(), made["token"].as_str().unwrap());
        let sent = BTreeMap::new();
        Self { client, seed, drawn: 0, calls: 0, sent, tasks: 0, lines: 0, files: 0, items: 0 }
    }

    /// A random number below `below`, which depends only on the seed and the number of earlier draws.
    fn draw(&mut self, below: u64) -> u64 {
        self.drawn += 1;
        let mut mixed = self.seed.wrapping_add(self.drawn.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }

    /// Resets the world, makes 200 random actions, and compares the world with the counts.
    pub(crate) fn round(&mut self) {
        self.client.control("POST", "reset", &Value::Null);
        (self.tasks, self.lines, self.files, self.items) = (0, 0, 0, 0);
        self.sent.clear();
        self.client.control("PATCH", &format!("tasks/{TASK}"), &json!({"status": "started"}));
        for _ in 0..ACTIONS {
            self.act();
        }
        self.compare();
    }

    fn act(&mut self) {
        match self.draw(12) {
            0 | 1 => self.call("tasks.info", &json!({"id": TASK}), End::Status(200)),
            2 => self.call("tasks.list", &json!({"workspaceId": 23_821, "per_page": 5}), End::Status(200)),
            3 => self.call("tasks.info", &json!({"id": 5}), End::Status(404)),
            4 => {
                self.call("tasks.run.app", &json!({"moduleId": 81}), End::Status(200));
                self.tasks += 1;
            }
            5 => self.add_lines(End::Status(200), true),
            6 => self.upload(),
            7 => self.append(),
            8 | 9 => self.meet_a_fault(),
            10 => self.control(),
            _ => self.visit_a_world(),
        }
    }

    fn ended(&mut self, method: &str, body: &str, wanted: End) {
        let found = self.client.wire(method, body).map_or(End::Broken, |(status, _)| End::Status(status));
        assert_eq!(found, wanted, "{method} {body} (seed {}, number {})", self.seed, self.drawn);
        self.note(method);
    }

    fn note(&mut self, method: &str) {
        *self.sent.entry(method.to_owned()).or_default() += 1;
        self.calls += 1;
    }

    fn call(&mut self, method: &str, body: &Value, wanted: End) {
        self.ended(method, &body.to_string(), wanted);
    }

    fn add_lines(&mut self, end: End, takes_effect: bool) {
        let count = 1 + self.draw(20);
        let lines: Vec<_> = (0..count).map(|line| json!({"message": format!("line {line}")})).collect();
        self.call("tasks.logs.add", &json!({"logs": lines}), end);
        self.lines += if takes_effect { count } else { 0 };
    }

    fn append(&mut self) {
        let field = json!({"field": "items", "payload": [self.items], "append": true});
        self.call("tasks.data.set", &json!({"taskId": TASK, "fields": [field]}), End::Status(200));
        self.items += 1;
    }

    fn upload(&mut self) {
        let label = json!({"fullpath": format!("/{}", self.files), "hash": HELLO});
        let part = |name: &str, text: &str| {
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
        };
        let body = format!("{}{}--b--\r\n", part("0", &label.to_string()), part("0-file", "hello"));
        let method = "tasks.files.bulk.upload";
        let kind = "multipart/form-data; boundary=b";
        let path = format!("/public/api/v3/{method}");
        let (status, _) = self.client.send("POST", &path, kind, body.as_bytes()).unwrap();
        assert_eq!(status, 200);
        self.note(method);
        self.files += 1;
    }

    fn meet_a_fault(&mut self) {
        let all = faults();
        let (act, end, takes_effect) = all[usize::try_from(self.draw(all.len() as u64)).unwrap()].clone();
        let rule = json!({"on": {"method": "tasks.logs.add", "nth": [1]}, "do": act});
        let id = self.client.control("POST", "faults", &rule)["id"].clone();
        self.add_lines(end, takes_effect);
        let left = self.client.control("DELETE", "faults", &json!({"id": id}));
        assert_eq!(left["faults"], json!([]));
    }

    fn control(&mut self) {
        self.calls += 3;
        let clock = self.client.control("GET", "clock", &Value::Null);
        assert!(clock["now"].is_string(), "{clock}");
        self.client.control("PUT", "app", &json!({"replies": {"get": self.drawn}}));
        let journal = self.client.control("GET", "journal?limit=1", &Value::Null);
        assert_eq!(journal["entries"].as_array().unwrap().len(), 1);
    }

    /// Makes a world, reads it and deletes it.
    fn visit_a_world(&mut self) {
        let made = self.client.control("POST", "worlds", &json!({}));
        let text = |key: &str| made[key].as_str().unwrap().to_owned();
        let own = std::mem::replace(&mut self.client.token, text("token"));
        let (status, _) = self.client.wire("tasks.info", &json!({"id": TASK}).to_string()).unwrap();
        assert_eq!(status, 200);
        self.client.token = own;
        self.client.control("DELETE", &format!("worlds/{}", text("name")), &Value::Null);
        self.calls += 3;
    }

    /// Compares the world and its journal with the counts.
    fn compare(&mut self) {
        let world = self.client.control("GET", "world", &Value::Null);
        let tasks = world["tasks"].as_array().unwrap();
        let task = tasks.iter().find(|task| task["id"] == TASK).unwrap();
        let many = |value: &Value| value.as_array().map_or(0, |items| items.len() as u64);
        assert_eq!(tasks.len() as u64, 1 + self.tasks, "tasks");
        assert_eq!(many(&task["logs"]), self.lines, "lines");
        assert_eq!(many(&task["files"]), self.files, "files");
        assert_eq!(many(&task["data"]["items"]), self.items, "items");
        let journal = self.client.control("GET", "journal?limit=1", &Value::Null);
        let counts = journal["counts"].as_object().unwrap().iter();
        let counts: BTreeMap<String, u64> = counts
            .filter(|(method, _)| !method.starts_with("_slymock/"))
            .map(|(method, count)| (method.clone(), count.as_u64().unwrap()))
            .collect();
        assert_eq!(counts, self.sent, "counts of the journal");
    }
}
