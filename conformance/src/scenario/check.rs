//! A check: which step it is about, how much it matters, and the words that say what is expected.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::{LogWant, Matcher, Raises, Requests, Same, Sleeps};

/// How much a check matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// A client that fails it is wrong.
    Must,
    /// A client that fails it could be better.
    Should,
    /// It tells how a client does it.
    Info,
}

/// Whom a check is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// Any sane client.
    #[default]
    Core,
    /// The official SDK, of the releases in `versions`.
    Parity,
}

/// A check and an alternative of `one_of` have the same words; each is read as one flat object, so that an
/// unknown key is refused where it stands.
macro_rules! with_words {
    ($($(#[$word_meta:meta])* $word:ident: $type:ty,)*) => {
        /// One check: its own keys, and the words of what it expects, all of which must hold.
        #[derive(Clone, Debug, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct Check {
            /// Its id, unique in the scenario.
            pub id: String,
            /// How much it matters.
            pub level: Level,
            /// Whom it is for; any client when absent.
            #[serde(default)]
            pub layer: Layer,
            /// The releases of the SDK that a `parity` check is for, such as `>=6.67.0`.
            pub versions: Option<String>,
            /// The label of the step that it is about; all of them when absent.
            pub of: Option<String>,
            /// The ids of the sentences in `promises.json` that are broken when it fails.
            #[serde(default)]
            pub promises: Vec<String>,
            /// At least one of these holds.
            pub one_of: Option<Vec<Words>>,
            $($(#[$word_meta])* pub $word: $type,)*
        }

        /// Words of what is expected, all of which must hold.
        #[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct Words {
            $($(#[$word_meta])* pub $word: $type,)*
        }

        impl Check {
            /// Its words, but for `one_of`.
            #[must_use]
            pub fn words(&self) -> Words {
                Words { $($word: self.$word.clone(),)* }
            }

            /// Whether it is about the client's log, itself or as an alternative.
            #[must_use]
            pub fn is_of_logs(&self) -> bool {
                !self.logs.is_empty() || self.one_of.iter().flatten().any(|words| !words.logs.is_empty())
            }

            /// Whether it is about pauses, or the time after the result, itself or as an alternative.
            #[must_use]
            pub fn tells_pauses(&self) -> bool {
                self.words().tell_pauses() || self.one_of.iter().flatten().any(Words::tell_pauses)
            }

            /// Whether it is about times in any way, itself or as an alternative.
            #[must_use]
            pub fn tells_times(&self) -> bool {
                let of_requests = self.words().tell_moments();
                of_requests || self.tells_pauses() || self.one_of.iter().flatten().any(Words::tell_moments)
            }

            /// For how long it wants quiet, itself or as an alternative.
            #[must_use]
            pub fn quiet_ms(&self) -> Option<u64> {
                let alternatives = self.one_of.iter().flatten().filter_map(|words| words.quiet_after_result_ms);
                alternatives.chain(self.quiet_after_result_ms).max()
            }
        }
    };
}

with_words! {
    /// What the call returns.
    returns: Option<Matcher>,
    /// That the call fails, and as what.
    raises: Option<Raises>,
    /// The requests by wire method; `*` for all of them.
    requests: Option<BTreeMap<String, Requests>>,
    /// That there are no requests of other methods than those in `requests`, and ambient ones.
    #[serde(default)]
    and_no_others: bool,
    /// The client's pauses.
    sleeps: Option<Sleeps>,
    /// That the client does not pause any more once its last request was answered.
    #[serde(default)]
    no_sleep_after_last: bool,
    /// What a request has in common with the failed one that it repeats.
    #[serde(default)]
    same_on_retry: Vec<Same>,
    /// For how long after the last result there are no requests, in virtual milliseconds.
    quiet_after_result_ms: Option<u64>,
    /// What the client's log says.
    #[serde(default)]
    logs: Vec<LogWant>,
}

impl Words {
    /// Whether they are about pauses, or about the time after the result.
    fn tell_pauses(&self) -> bool {
        self.sleeps.is_some() || self.no_sleep_after_last || self.quiet_after_result_ms.is_some()
    }

    /// Whether they are about the moments of requests.
    fn tell_moments(&self) -> bool {
        let moments = |wanted: &Requests| wanted.at_ms.is_some() || wanted.gaps_ms.is_some();
        self.requests.iter().flat_map(BTreeMap::values).any(moments)
    }

    /// Whether they say nothing.
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
