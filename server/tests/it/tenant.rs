//! A client with its own world on a shared server.

use serde_json::{Value, json};

use crate::fake::{Answer, Fake};

/// A world, by its token.
pub(crate) struct Tenant<'a> {
    pub(crate) fake: &'a Fake,
    pub(crate) name: String,
    pub(crate) token: String,
}

impl Fake {
    /// Makes a world.
    pub(crate) fn tenant(&self, wanted: Value) -> Tenant<'_> {
        let made = self.control("POST", "worlds", &wanted.to_string());
        assert_eq!(made.status, 200, "{}", String::from_utf8_lossy(&made.body));
        let text = |key: &str| made.json()[key].as_str().unwrap().to_owned();
        Tenant { fake: self, name: text("name"), token: text("token") }
    }
}

impl Tenant<'_> {
    pub(crate) fn call(&self, method: &str, body: Value) -> Answer {
        let headers = [("x-api-key", self.token.as_str()), ("Content-Type", "application/json")];
        let path = format!("/public/api/v3/{method}");
        self.fake.send("POST", &path, &headers, body.to_string().as_bytes())
    }

    pub(crate) fn control(&self, verb: &str, path: &str, body: Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let headers = [("x-api-key", self.token.as_str())];
        self.fake.send(verb, &format!("/_slymock/{path}"), &headers, body.as_bytes())
    }

    /// Sends a GET to an endpoint of the control API and returns its JSON.
    pub(crate) fn get(&self, path: &str) -> Value {
        let answer = self.control("GET", path, Value::Null);
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }

    /// Makes a task with this lifecycle.
    pub(crate) fn task(&self, lifecycle: Value) -> u64 {
        let made = self.control("POST", "tasks", json!({"workspaceId": 23821, "lifecycle": lifecycle}));
        made.json()["ids"][0].as_u64().unwrap()
    }

    /// The status of a task in the world's fixture. Reading it is not a poll.
    pub(crate) fn status(&self, task: u64) -> String {
        let world = self.get("world");
        let row = world["tasks"].as_array().unwrap().iter().find(|row| row["id"] == task);
        row.unwrap()["status"].as_str().unwrap().to_owned()
    }

    pub(crate) fn fault(&self, rule: Value) -> u64 {
        let made = self.control("POST", "faults", rule);
        assert_eq!(made.status, 200, "{}", String::from_utf8_lossy(&made.body));
        made.json()["id"].as_u64().unwrap()
    }

    pub(crate) fn count(&self, method: &str) -> u64 {
        self.get(&format!("journal?method={method}"))["counts"][method].as_u64().unwrap()
    }

    /// The bytes of a wire call that a test sends itself.
    pub(crate) fn bytes(&self, method: &str, body: &Value) -> Vec<u8> {
        let (body, address, token) = (body.to_string(), self.fake.address, &self.token);
        let length = body.len();
        format!(
            "POST /public/api/v3/{method} HTTP/1.1\r\nHost: {address}\r\nx-api-key: {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }
}
