//! Checks: the step that a check covers, its weight, and the words of its expectation.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::{LogWant, Matcher, Raises, Requests, Same, Sleeps};

/// Weight of a check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// A failure means that the client is wrong: it fails the run.
    #[default]
    Must,
    /// A failure is a warning: the client could be better.
    Should,
    /// The check only documents what the client does.
    Info,
}

/// Clients that a check applies to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// Every client.
    #[default]
    Core,
    /// The official SDK, in the releases of `versions`.
    Parity,
}

/// `Check` and `Words` share their words. Each is a flat struct instead of using `serde(flatten)`, so that an
/// unknown key is rejected at its place.
macro_rules! with_words {
    ($($(#[$word_meta:meta])* $word:ident: $type:ty,)*) => {
        /// One check: its own keys, and the words of its expectation, all of which must hold.
        #[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct Check {
            /// Id of the check, unique in the scenario.
            pub id: String,
            /// Weight of the check.
            pub level: Level,
            /// Clients that the check applies to; every client if absent.
            #[serde(default)]
            pub layer: Layer,
            /// Releases of the SDK that a `parity` check applies to, such as `>=6.67.0`.
            pub versions: Option<String>,
            /// Label of the step that the check covers; all steps if absent.
            pub of: Option<String>,
            /// Ids of the sentences in `promises.json` that a client breaks if it fails this check.
            #[serde(default)]
            pub promises: Vec<String>,
            /// Alternatives, at least one of which must hold.
            pub one_of: Option<Vec<Words>>,
            $($(#[$word_meta])* pub $word: $type,)*
        }

        /// Words of an expectation, all of which must hold.
        #[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct Words {
            $($(#[$word_meta])* pub $word: $type,)*
        }

        impl Check {
            /// A check that no request follows the last result for `ms` virtual milliseconds.
            #[must_use]
            pub fn quiet(id: &str, ms: u64) -> Self {
                Self { id: id.to_owned(), level: Level::Must, quiet_after_result_ms: Some(ms), ..Self::default() }
            }

            /// Returns the words of the check without `one_of`.
            #[must_use]
            pub fn words(&self) -> Words {
                Words { $($word: self.$word.clone(),)* }
            }

            /// True if the check or one of its alternatives is about the client's log.
            #[must_use]
            pub fn is_of_logs(&self) -> bool {
                !self.logs.is_empty() || self.one_of.iter().flatten().any(|words| !words.logs.is_empty())
            }

            /// True if the check or one of its alternatives is about pauses or the time after the result.
            #[must_use]
            pub fn tells_pauses(&self) -> bool {
                self.words().tell_pauses() || self.one_of.iter().flatten().any(Words::tell_pauses)
            }

            /// True if the check or one of its alternatives is about times of any kind.
            #[must_use]
            pub fn tells_times(&self) -> bool {
                let of_requests = self.words().tell_moments();
                of_requests || self.tells_pauses() || self.one_of.iter().flatten().any(Words::tell_moments)
            }

            /// Longest quiet time after a result that the check or an alternative requires, in virtual
            /// milliseconds.
            #[must_use]
            pub fn quiet_ms(&self) -> Option<u64> {
                let alternatives = self.one_of.iter().flatten().filter_map(|words| words.quiet_after_result_ms);
                alternatives.chain(self.quiet_after_result_ms).max()
            }
        }
    };
}

with_words! {
    /// Value that the call returns.
    returns: Option<Matcher>,
    /// The call fails, with an error of this kind.
    raises: Option<Raises>,
    /// Expected requests by wire method; `*` stands for all methods.
    requests: Option<BTreeMap<String, Requests>>,
    /// The client sends no requests of other methods than those in `requests` and the ambient ones.
    #[serde(default)]
    and_no_others: bool,
    /// The client's pauses.
    sleeps: Option<Sleeps>,
    /// The client makes no pause after the response to its last request.
    #[serde(default)]
    no_sleep_after_last: bool,
    /// Parts of a retried request that must equal those of the failed one.
    #[serde(default)]
    same_on_retry: Vec<Same>,
    /// Virtual milliseconds after the last result in which the client sends no request.
    quiet_after_result_ms: Option<u64>,
    /// Expected lines of the client's log.
    #[serde(default)]
    logs: Vec<LogWant>,
}

impl Words {
    /// True if the words are about pauses or the time after the result.
    fn tell_pauses(&self) -> bool {
        self.sleeps.is_some() || self.no_sleep_after_last || self.quiet_after_result_ms.is_some()
    }

    /// True if the words are about the times of requests.
    fn tell_moments(&self) -> bool {
        let moments = |wanted: &Requests| wanted.at_ms.is_some() || wanted.gaps_ms.is_some();
        self.requests.iter().flat_map(BTreeMap::values).any(moments)
    }

    /// True if there are no words.
    #[must_use]
    pub fn are_none(&self) -> bool {
        let Self {
            returns,
            raises,
            requests,
            and_no_others,
            sleeps,
            no_sleep_after_last,
            same_on_retry,
            quiet_after_result_ms,
            logs,
        } = self;
        let values = returns.is_none() && raises.is_none() && requests.is_none();
        let times = sleeps.is_none() && quiet_after_result_ms.is_none();
        let lists = same_on_retry.is_empty() && logs.is_empty();
        values && times && lists && !and_no_others && !no_sleep_after_last
    }
}
