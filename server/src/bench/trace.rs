//! The requests of a round: reads of random rows and pages, with writes between them, so that
//! caching whole responses gains nothing. The same seed gives the same requests.

use std::collections::HashSet;
use std::net::SocketAddr;

use bytes::Bytes;
use slymock_engine::entropy::Draw;

use super::cases::{self, Call, Case, Connections};

/// Number of kept connections, each with one request in progress at a time.
pub(super) const KEPT: usize = 4;
/// Every Nth request is a write.
const WRITE_EVERY: usize = 20;
/// The seed of all draws.
const SEED: u64 = 7;

/// The requests of a round, in order.
pub(super) struct Trace {
    /// One request for each kept connection, which opens it and is not counted.
    pub(super) opening: Vec<Step>,
    pub(super) bursts: Vec<Burst>,
}

/// Reads, which are counted, and a write, which is not.
pub(super) struct Burst {
    pub(super) reads: Vec<Step>,
    pub(super) write: Step,
}

/// A request, and the body of its response once it is recorded.
pub(super) struct Step {
    call: Call,
    pub(super) answer: Bytes,
}

impl Trace {
    /// A round of `requests` requests to a world of `tasks` tasks.
    pub(super) fn new(case: &Case, requests: usize, tasks: u64) -> Self {
        let mut event = 0;
        let mut draw = |below| {
            event += 1;
            Draw { seed: SEED, stream: case.name, entity: 0, event }.below(below)
        };
        let opened = if case.connections == Connections::Kept { KEPT } else { 0 };
        let opening = (0..opened).map(|_| Step::of(case.ask.call(tasks, &mut draw))).collect();
        let (mut bursts, mut left) = (Vec::new(), requests);
        while left > 0 {
            let reads = left.min(WRITE_EVERY - 1);
            left -= reads;
            let reads = (0..reads).map(|_| Step::of(case.ask.call(tasks, &mut draw))).collect();
            let write = Step::of(cases::write(bursts.len() as u64, tasks, &mut draw));
            bursts.push(Burst { reads, write });
        }
        Self { opening, bursts }
    }

    /// Every step, in order.
    pub(super) fn steps_mut(&mut self) -> impl Iterator<Item = &mut Step> {
        let bursts =
            self.bursts.iter_mut().flat_map(|burst| burst.reads.iter_mut().chain([&mut burst.write]));
        self.opening.iter_mut().chain(bursts)
    }

    pub(super) fn first(&self) -> Option<&Step> {
        self.opening.first().or_else(|| self.bursts.first()?.reads.first())
    }

    /// The responses by connection, each in order. The order across connections is undefined,
    /// because their requests are in progress together.
    pub(super) fn by_connection(&self) -> Vec<Vec<Bytes>> {
        let connections = self.opening.len().max(1);
        let mut answers = vec![Vec::new(); connections];
        for (place, step) in self.opening.iter().enumerate() {
            answers[place].push(step.answer.clone());
        }
        for burst in &self.bursts {
            for (place, step) in burst.reads.iter().enumerate() {
                answers[place % connections].push(step.answer.clone());
            }
            answers[0].push(burst.write.answer.clone());
        }
        answers
    }

    /// Mean size of the responses to reads, in bytes.
    pub(super) fn mean_bytes(&self) -> usize {
        let reads = || self.bursts.iter().flat_map(|burst| &burst.reads);
        reads().map(|step| step.answer.len()).sum::<usize>() / reads().count().max(1)
    }
}

impl Step {
    fn of(call: Call) -> Self {
        Self { call, answer: Bytes::new() }
    }

    /// The request, byte by byte as the SDK's `requests` library sends it.
    pub(super) fn request(&self, address: SocketAddr, token: &str) -> Vec<u8> {
        let Call { method, body } = &self.call;
        let length = body.len();
        format!(
            "POST /public/api/v3/{method} HTTP/1.1\r\nHost: {address}\r\nUser-Agent: python-requests/2.32.5\r\n\
             Accept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: keep-alive\r\n\
             x-api-key: {token}\r\nContent-Length: {length}\r\nContent-Type: application/json\r\n\r\n{body}"
        )
        .into_bytes()
    }
}

/// Deduplicated response bodies: the bare server must not wait for memory that the fake does not
/// need.
#[derive(Default)]
pub(super) struct Answers(HashSet<Bytes>);

impl Answers {
    pub(super) fn keep(&mut self, answer: &[u8]) -> Bytes {
        if let Some(there) = self.0.get(answer) {
            return there.clone();
        }
        let answer = Bytes::copy_from_slice(answer);
        self.0.insert(answer.clone());
        answer
    }
}
