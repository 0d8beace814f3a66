//! Variants of the client for the tests of the conformance kit: broken ones, which it must find, and sane
//! ones, which it must accept. Without the feature `quirks` no variant can be chosen, and the conditions in the
//! other files are constant.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use crate::RetryPolicy;

/// A deviation of the client from its usual behaviour, for the tests of the kit. Never enable it in a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    not(feature = "quirks"),
    expect(unreachable_pub, reason = "public with the feature `quirks` only")
)]
pub enum Quirk {
    /// Broken: each status below 500 is a success.
    ErrorTakenForSuccess,
    /// Broken: a listing ends before its last page, without an error.
    PageLost,
    /// Broken: only the first request of a listing has the filter.
    FilterLostOnPage2,
    /// Broken: a 503 is final.
    NotRepeated503,
    /// Broken: each attempt after the first has an empty body.
    BodyLostOnRetry,
    /// Broken: the retry of a change is not logged.
    StartRepeatedSilently,
    /// Broken: a wait ends at its target or after its last poll only, even if the task has ended before.
    WaitPastTheEnd,
    /// Broken: each request has one attempt more than the policy allows.
    AttemptsOffByOne,
    /// Broken: a listing by cursor never ends if the server repeats a cursor.
    CursorLoop,
    /// Broken: a limit of N returns N + 1 rows.
    LimitOffByOne,
    /// Sane: the client makes a pause after the last attempt as well, as the official SDK does.
    PauseAfterTheLastTry,
    /// Sane: a wait makes a pause after its last poll as well, as the official SDK does.
    PauseAfterTheLastPoll,
    /// Sane: a page of one row is requested first, to learn the total.
    FirstPageOfOne,
    /// Sane: each page is requested with 1000 rows, the maximum.
    BigPages,
    /// Sane: the limit is also the page size.
    PagesOfTheLimit,
    /// Sane: after a `Retry-After`, the pauses of the same wait are at least as long.
    SlowsDownWhenTold,
    /// Sane: the version of the server is requested before the first request.
    AsksForTheVersionFirst,
    /// Sane: each request has a connection of its own.
    NoKeepAlive,
    /// Sane: pauses between attempts are up to 10 % longer, within the longest pause.
    Jitter,
    /// Sane: a pause between attempts has any length from the first pause to the usual one.
    WideJitter,
    /// Sane: pauses between attempts grow by the first pause each time.
    LinearPauses,
    /// Sane: pauses between attempts are rounded up to whole seconds.
    WholeSeconds,
    /// Sane: a `Retry-After` is added to the client's own pause instead of replacing it.
    AddsRetryAfter,
    /// Sane: request bodies have line breaks and indents.
    PrettyJson,
    /// Sane: requests have further headers.
    MoreHeaders,
}

/// The quirks of a client, with what the sane ones remember.
#[derive(Default)]
pub(crate) struct Quirks {
    chosen: Vec<Quirk>,
    asked_for_version: AtomicBool,
    told_ms: AtomicU64,
}

impl Quirks {
    #[cfg(feature = "quirks")]
    pub(crate) fn choose(&mut self, quirk: Quirk) {
        self.chosen.push(quirk);
    }

    /// False for each quirk without the feature, so that the compiler drops the code behind it.
    pub(crate) fn has(&self, quirk: Quirk) -> bool {
        cfg!(feature = "quirks") && self.chosen.contains(&quirk)
    }

    /// True once, before the first request.
    pub(crate) fn is_version_due(&self) -> bool {
        self.has(Quirk::AsksForTheVersionFirst) && !self.asked_for_version.swap(true, Ordering::Relaxed)
    }

    /// The pause after a failed attempt, counted from 1, that is usually `usual`.
    pub(crate) fn retry_pause(
        &self,
        policy: &RetryPolicy,
        attempt: u32,
        usual: Duration,
        asked: Option<Duration>,
    ) -> Duration {
        // Spread over 0 to 10, and the same in each run.
        let chance = attempt.wrapping_mul(7) % 11;
        let asked = asked.unwrap_or_default();
        let changed = if self.has(Quirk::AddsRetryAfter) {
            policy.pause(attempt) + asked
        } else if self.has(Quirk::Jitter) {
            (usual + usual / 100 * chance).min(policy.longest_pause)
        } else if self.has(Quirk::WideJitter) {
            policy.first_pause + usual.saturating_sub(policy.first_pause) / 10 * chance
        } else if self.has(Quirk::LinearPauses) {
            (policy.first_pause * attempt).min(policy.longest_pause)
        } else if self.has(Quirk::WholeSeconds) {
            Duration::from_secs(usual.as_secs() + u64::from(usual.subsec_nanos() > 0))
        } else {
            usual
        };
        changed.max(asked)
    }

    /// Remembers a pause that a response asked for.
    pub(crate) fn told(&self, asked: Option<Duration>) {
        if let Some(asked) = asked.filter(|_| self.has(Quirk::SlowsDownWhenTold)) {
            self.told_ms.store(u64::try_from(asked.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
        }
    }

    /// Forgets what earlier responses asked for, at the start of a wait.
    pub(crate) fn forget(&self) {
        self.told_ms.store(0, Ordering::Relaxed);
    }

    /// The pause between two polls, if it is usually `usual`.
    pub(crate) fn poll_pause(&self, usual: Duration) -> Duration {
        usual.max(Duration::from_millis(self.told_ms.load(Ordering::Relaxed)))
    }

    /// Rows of a page, if the client sets them.
    pub(crate) fn page_size(&self, limit: Option<usize>) -> Option<usize> {
        match limit {
            Some(limit) if self.has(Quirk::PagesOfTheLimit) => Some(limit.clamp(1, 1000)),
            _ => self.has(Quirk::BigPages).then_some(1000),
        }
    }

    /// The bytes to send for a body.
    pub(crate) fn body(&self, body: &Bytes) -> Bytes {
        let pretty = || serde_json::to_vec_pretty(&serde_json::from_slice::<Value>(body).ok()?).ok();
        let pretty = if self.has(Quirk::PrettyJson) { pretty() } else { None };
        pretty.map_or_else(|| body.clone(), Bytes::from)
    }

    /// Headers in addition to those of the client.
    pub(crate) fn headers(&self) -> &'static [(&'static str, &'static str)] {
        match self.has(Quirk::MoreHeaders) {
            true => &[("accept", "application/json"), ("accept-encoding", "identity"), ("x-request-id", "7")],
            false => &[],
        }
    }
}

#[cfg(feature = "quirks")]
mod choice {
    use super::Quirk;

    impl Quirk {
        /// The broken variants.
        pub const BROKEN: [Self; 10] = [
            Self::ErrorTakenForSuccess,
            Self::PageLost,
            Self::FilterLostOnPage2,
            Self::NotRepeated503,
            Self::BodyLostOnRetry,
            Self::StartRepeatedSilently,
            Self::WaitPastTheEnd,
            Self::AttemptsOffByOne,
            Self::CursorLoop,
            Self::LimitOffByOne,
        ];

        /// The sane variants.
        pub const SANE: [Self; 15] = [
            Self::PauseAfterTheLastTry,
            Self::PauseAfterTheLastPoll,
            Self::FirstPageOfOne,
            Self::BigPages,
            Self::PagesOfTheLimit,
            Self::SlowsDownWhenTold,
            Self::AsksForTheVersionFirst,
            Self::NoKeepAlive,
            Self::Jitter,
            Self::WideJitter,
            Self::LinearPauses,
            Self::WholeSeconds,
            Self::AddsRetryAfter,
            Self::PrettyJson,
            Self::MoreHeaders,
        ];

        /// The name of the variant in reports.
        #[must_use]
        pub const fn name(self) -> &'static str {
            match self {
                Self::ErrorTakenForSuccess => "error-taken-for-success",
                Self::PageLost => "page-lost",
                Self::FilterLostOnPage2 => "filter-lost-on-page-2",
                Self::NotRepeated503 => "503-not-repeated",
                Self::BodyLostOnRetry => "body-lost-on-retry",
                Self::StartRepeatedSilently => "start-repeated-silently",
                Self::WaitPastTheEnd => "wait-past-the-end",
                Self::AttemptsOffByOne => "attempts-off-by-one",
                Self::CursorLoop => "cursor-loop",
                Self::LimitOffByOne => "limit-off-by-one",
                Self::PauseAfterTheLastTry => "pause-after-the-last-try",
                Self::PauseAfterTheLastPoll => "pause-after-the-last-poll",
                Self::FirstPageOfOne => "first-page-of-one",
                Self::BigPages => "big-pages",
                Self::PagesOfTheLimit => "pages-of-the-limit",
                Self::SlowsDownWhenTold => "slows-down-when-told",
                Self::AsksForTheVersionFirst => "asks-for-the-version-first",
                Self::NoKeepAlive => "no-keep-alive",
                Self::Jitter => "jitter",
                Self::WideJitter => "wide-jitter",
                Self::LinearPauses => "linear-pauses",
                Self::WholeSeconds => "whole-seconds",
                Self::AddsRetryAfter => "adds-retry-after",
                Self::PrettyJson => "pretty-json",
                Self::MoreHeaders => "more-headers",
            }
        }
    }
}
