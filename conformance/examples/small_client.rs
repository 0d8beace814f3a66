//! A small client of the task API, written against nothing but the wire, and its property test.
//!
//! `cargo run --example small_client -p slymock-conformance` runs the property on 500 generated cases, and
//! `cargo test --examples -p slymock-conformance` does the same.

use std::time::Duration;

use serde_json::{Value, json};
use slymock_conformance::adapter::local::Reporter;
use slymock_conformance::operations::ErrorKind;
use slymock_conformance::protocol::{Call, CallEnd, Exception};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A failed request: the status, or none if the connection broke.
struct Refused(Option<u16>);

/// A client of one server, with one token.
struct Client {
    host: String,
    token: String,
    task: Option<u64>,
    attempts: u32,
    first_pause: Duration,
    clock: Reporter,
}

impl Client {
    /// Sends a request until it succeeds, is refused, or has no attempt left.
    async fn request(&self, method: &str, body: &Value) -> Result<Value, Exception> {
        let mut pause = self.first_pause;
        let mut left = self.attempts;
        loop {
            let (failed, asked) = match self.try_once(method, body).await {
                (Ok(answer), _) => return Ok(answer),
                (Err(failed), asked) => (failed, asked),
            };
            left -= 1;
            let passes = matches!(failed.0, None | Some(429 | 502 | 503 | 504));
            if !passes || left == 0 {
                return Err(error(passes, failed.0));
            }
            self.clock.pause(pause.max(asked)).await;
            pause = (2 * pause).min(Duration::from_secs(60));
        }
    }

    /// Also returns the pause that the server asks for.
    async fn try_once(&self, method: &str, body: &Value) -> (Result<Value, Refused>, Duration) {
        let (head, answer) = match self.exchange(method, &body.to_string()).await {
            Ok(parts) => parts,
            Err(_) => return (Err(Refused(None)), Duration::ZERO),
        };
        let header = |name: &str| {
            head.lines().find_map(|line| line.to_lowercase().strip_prefix(name).map(str::to_owned))
        };
        let number = |name: &str| header(name).and_then(|text| text.trim().parse::<u64>().ok());
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let is_cut = number("content-length:").is_some_and(|length| answer.len() as u64 != length);
        let result = match status {
            Some(200) if !is_cut => serde_json::from_slice(&answer).map_err(|_| Refused(Some(200))),
            Some(status) if !is_cut => Err(Refused(Some(status))),
            _ => Err(Refused(None)),
        };
        (result, Duration::from_secs(number("retry-after:").unwrap_or(0)))
    }

    /// Sends one request on a connection of its own; returns the head of the response, and its body.
    async fn exchange(&self, method: &str, body: &str) -> std::io::Result<(String, Vec<u8>)> {
        let Self { host, token, task, .. } = self;
        let task = task.map(|task| format!("x-task-id: {task}\r\n")).unwrap_or_default();
        let head = format!(
            "POST /public/api/v3/{method} HTTP/1.1\r\nhost: {host}\r\nx-api-key: {token}\r\n{task}\
             content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        let mut stream = TcpStream::connect(host).await?;
        stream.write_all((head + body).as_bytes()).await?;
        let mut all = Vec::new();
        stream.read_to_end(&mut all).await?;
        let end =
            all.windows(4).position(|four| four == b"\r\n\r\n").ok_or(std::io::ErrorKind::UnexpectedEof)?;
        Ok((String::from_utf8_lossy(&all[..end]).into_owned(), all[end + 4..].to_vec()))
    }

    async fn status(&self, id: u64) -> Result<String, Exception> {
        let row = self.request("tasks.info", &json!({"id": id})).await?;
        row["status"].as_str().map(str::to_owned).ok_or_else(|| error(false, Some(200)))
    }

    async fn wait(&self, id: u64, target: &str, attempts: u64, every: Duration) -> Result<bool, Exception> {
        for poll in 1..=attempts {
            let status = self.status(id).await?;
            match status.as_str() {
                _ if status == target => return Ok(true),
                "error" => return Err(exception(ErrorKind::TaskFailed, "the task failed")),
                "finished" | "stopped" => return Ok(false),
                _ if poll < attempts => self.clock.pause(every).await,
                _ => {}
            }
        }
        Err(exception(ErrorKind::WaitTimeout, "the polls are used up"))
    }
}

fn error(passes: bool, status: Option<u16>) -> Exception {
    let kind = match status {
        _ if passes => ErrorKind::RetriesExhausted,
        Some(404) => ErrorKind::NotFound,
        Some(200) => ErrorKind::BadAnswer,
        _ => ErrorKind::BadRequest,
    };
    exception(kind, &format!("status {status:?}"))
}

fn exception(kind: ErrorKind, message: &str) -> Exception {
    Exception { kind, native: "Error".to_owned(), message: message.to_owned() }
}

/// The operations of the client, as the kit calls them.
const OPERATIONS: [&str; 3] = ["task.info", "task.status", "task.wait"];

async fn serve(call: Call, clock: Reporter) -> CallEnd {
    let number = |name: &str, usual| call.args.get(name).and_then(Value::as_u64).unwrap_or(usual);
    let client = Client {
        host: call.url.trim_start_matches("http://").to_owned(),
        token: call.token.clone(),
        task: call.settings.task,
        attempts: call.settings.attempts.unwrap_or(10),
        first_pause: Duration::from_millis(call.settings.retry_base_ms.unwrap_or(1_000)),
        clock,
    };
    let id = number("id", 0);
    let ended = match call.op.as_str() {
        "task.info" => client.request("tasks.info", &json!({"id": id})).await,
        "task.status" => client.status(id).await.map(Value::from),
        _ => {
            let target = call.args.get("target").and_then(Value::as_str).unwrap_or_default();
            let every = Duration::from_millis(number("every_ms", 1_000));
            client.wait(id, target, number("attempts", 999), every).await.map(Value::from)
        }
    };
    ended.map_or_else(CallEnd::Raise, CallEnd::Return)
}

/// The property test: 30 lines for any client.
mod property {
    use std::cell::RefCell;

    use proptest::prelude::*;
    use proptest::test_runner::{Config, TestError, TestRunner};
    use slymock_conformance::adapter::local::Local;
    use slymock_conformance::adapter::{Adapter, Say};
    use slymock_conformance::draw::{Scope, arb_case};
    use slymock_conformance::oracle::Oracle;
    use slymock_conformance::run::Rig;
    use slymock_conformance::scenario::Case;

    fn adapter(say: Say) -> Result<Box<dyn Adapter>, String> {
        let serve = |call, clock| -> slymock_conformance::adapter::local::RunningCall {
            Box::pin(super::serve(call, clock))
        };
        Ok(Box::new(Local::new("small-client", &super::OPERATIONS, say, serve)))
    }

    /// Each case that is drawn keeps the promise; otherwise the smallest one that does not is in the error.
    #[expect(clippy::result_large_err, reason = "there is one such error in a run")]
    pub(crate) fn holds(cases: u32) -> Result<(), TestError<Case>> {
        let rig =
            RefCell::new(Rig::start(&adapter).map_err(|error| TestError::Abort(error.to_string().into()))?);
        let (scope, oracle) = (Scope::of(rig.borrow().client()), Oracle::of(rig.borrow().client()));
        let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
        runner.run(&arb_case(&scope), |case| {
            let record =
                rig.borrow_mut().run(&case).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(oracle.objections(&case, &record), vec![]);
            Ok(())
        })
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    property::holds(500)?;
    println!("500 cases keep the promise");
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_small_client_keeps_the_promise() {
        if let Err(error) = super::property::holds(200) {
            panic!("{error}");
        }
    }
}
