//! Variants of the Rust client: sane ones, which the kit must accept, and broken ones, which it must find.

use std::sync::Arc;
use std::time::Duration;

use slymock_client::{ClientBuilder, Quirk};
use slymock_conformance::adapter::in_process::InProcess;
use slymock_conformance::outcome::ScenarioOutcome;
use slymock_conformance::scenario::Case;

use crate::common::judged::judged;

/// A variant of the client, which differs from it in one point.
#[derive(Clone, Copy)]
pub(crate) struct Variant {
    pub(crate) name: &'static str,
    tune: Tuning,
}

/// The deviation of a variant.
#[derive(Clone, Copy)]
enum Tuning {
    Quirk(Quirk),
    Settings(fn(ClientBuilder) -> ClientBuilder),
}

impl Variant {
    fn quirk(quirk: Quirk) -> Self {
        Self { name: quirk.name(), tune: Tuning::Quirk(quirk) }
    }

    fn settings(name: &'static str, change: fn(ClientBuilder) -> ClientBuilder) -> Self {
        Self { name, tune: Tuning::Settings(change) }
    }

    pub(crate) fn tune(self, builder: ClientBuilder) -> ClientBuilder {
        match self.tune {
            Tuning::Quirk(quirk) => builder.quirk(quirk),
            Tuning::Settings(change) => change(builder),
        }
    }

    /// Runs and judges cases on this variant.
    pub(crate) fn judged(self, cases: &[Case]) -> Vec<ScenarioOutcome> {
        judged(cases, 2, &move |say| {
            Ok(Box::new(InProcess::tuned(say, Arc::new(move |builder| self.tune(builder)))))
        })
    }
}

/// All variants that are clients as good as ours.
pub(crate) fn sane() -> Vec<Variant> {
    let mut all: Vec<_> = Quirk::SANE.into_iter().map(Variant::quirk).collect();
    all.extend([
        Variant::settings("steep-pauses", |builder| builder.policy(|policy| policy.factor = 3)),
        Variant::settings("short-pauses", |builder| {
            builder.policy(|policy| policy.longest_pause = policy.first_pause.max(Duration::from_secs(8)))
        }),
        Variant::settings("several-at-once", several),
    ]);
    all
}

fn several(builder: ClientBuilder) -> ClientBuilder {
    let quirks = [
        Quirk::PauseAfterTheLastTry,
        Quirk::FirstPageOfOne,
        Quirk::NoKeepAlive,
        Quirk::Jitter,
        Quirk::PrettyJson,
        Quirk::MoreHeaders,
    ];
    let builder = quirks.into_iter().fold(builder, ClientBuilder::quirk);
    builder.policy(|policy| policy.factor = 3)
}

/// All variants with a fault that the kit must find.
pub(crate) fn broken() -> Vec<Variant> {
    Quirk::BROKEN.into_iter().map(Variant::quirk).collect()
}
