//! The rules of the oracle, by name.

/// A rule, of which a client breaks one with each objection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// A call sends the request that it is made for, before it reports a success.
    NoRequest,
    /// A call sends no requests of other methods.
    StrayRequest,
    /// The arguments of a call reach the wire.
    LostArgument,
    /// Each request has the token in `x-api-key`.
    TokenMissing,
    /// Each request has the client's own task in `x-task-id`.
    TaskMissing,
    /// The token is neither in a URL nor in the log.
    TokenShown,
    /// No request follows the result of a call.
    LateRequest,
    /// A call does not pause between its last success and its result.
    LateResult,
    /// A refused request is not sent again.
    RefusalRepeated,
    /// A request that may succeed later is sent again while attempts are left.
    GaveUpEarly,
    /// A request has no more attempts than the settings allow.
    TooManyAttempts,
    /// The pause before a further attempt is as long as the settings demand.
    PauseTooShort,
    /// No pause before a further attempt is longer than a minute, unless the server asks for it.
    PauseTooLong,
    /// A 429 is not followed by an attempt before its `Retry-After` is over.
    RetryAfterIgnored,
    /// A further attempt has the body and the token of the failed one.
    ChangedOnRetry,
    /// A change whose response was lost is repeated only with a line in the log.
    SilentRepeat,
    /// A call whose request failed reports an error.
    ErrorSwallowed,
    /// A call whose requests succeeded reports no error.
    SuccessRaised,
    /// A call returns what the server sent.
    WrongResult,
    /// A wait ends at its target, and at a status that no other follows.
    WaitPastEnd,
    /// A wait sends no more polls than its attempts.
    WaitTooManyPolls,
    /// A wait goes on until its attempts are used up.
    WaitGaveUpEarly,
    /// A wait reports how it ended.
    WaitWrongResult,
    /// A wait pauses for its interval between two polls.
    WaitTooFast,
    /// A wait does not pause for much longer than its interval, unless the server asks for it.
    WaitTooSlow,
    /// A listing returns the rows of all pages, in their order, up to the limit.
    ListWrongRows,
    /// A listing whose pages do not agree with its total fails.
    ListInconsistent,
    /// A listing sends its whole query with each page.
    ListQueryLost,
    /// A listing sends no request that its limit makes needless.
    ListTooManyPages,
    /// Progress counts the rows.
    ListWrongProgress,
    /// A call comes to its end.
    Endless,
}

/// A rule with its name, and with the texts of a scenario about it.
#[derive(Clone, Copy, Debug)]
pub struct RuleRow {
    /// The rule.
    pub rule: Rule,
    /// Name of the rule in reports, in the names of saved files, and in known failures.
    pub name: &'static str,
    /// Behaviour that the rule expects, as one sentence.
    pub about: &'static str,
    /// Justification of the rule.
    pub why: &'static str,
    /// Places where the evidence can be opened.
    pub cites: &'static [&'static str],
}

const fn row(
    rule: Rule,
    name: &'static str,
    about: &'static str,
    why: &'static str,
    cites: &'static [&'static str],
) -> RuleRow {
    RuleRow { rule, name, about, why, cites }
}

/// All rules, the most basic first.
#[rustfmt::skip]
pub const RULES: [RuleRow; 31] = [
    row(Rule::Endless, "endless",
        "Come to an end of each call.",
        "A call that goes on without end holds its program for ever.",
        &["docs/wire/transport.md#attempts"]),
    row(Rule::NoRequest, "no-request",
        "Send the request that the call is made for.",
        "A result that no response supports is made up.",
        &["docs/wire/transport.md#success"]),
    row(Rule::StrayRequest, "stray-request",
        "Send no requests of other methods.",
        "A call that sends more than it needs may change what it should not.",
        &["docs/wire/transport.md#url"]),
    row(Rule::LostArgument, "lost-argument",
        "Send the arguments of the call.",
        "The documentation of each operation names its arguments, and docs/wire the fields that carry them.",
        &["docs/wire/tasks.md", "docs/wire/transport.md#verbs"]),
    row(Rule::TokenMissing, "token-missing",
        "Send the token with each request.",
        "Each request has `x-api-key` with the token.",
        &["docs/wire/transport.md#headers"]),
    row(Rule::TaskMissing, "task-missing",
        "Send the task that the client works for.",
        "Each request has `x-task-id` if the client has a task.",
        &["docs/wire/transport.md#headers", "docs/wire/transport.md#task-header"]),
    row(Rule::TokenShown, "token-shown",
        "Show the token neither in a URL nor in the log.",
        "URLs and logs are kept and passed on, and the token gives full access.",
        &["docs/wire/transport.md#token"]),
    row(Rule::ErrorSwallowed, "error-swallowed",
        "Report an error if the request has failed.",
        "Only a 200 is a success.",
        &["docs/wire/transport.md#success", "docs/wire/transport.md#client-errors"]),
    row(Rule::SuccessRaised, "success-raised",
        "Report no error if the request has succeeded.",
        "A 200 in the documented form is a success.",
        &["docs/wire/transport.md#success"]),
    row(Rule::WrongResult, "wrong-result",
        "Return what the server sent.",
        "The result of a call is the response of its request.",
        &["docs/wire/transport.md#json-answers"]),
    row(Rule::WaitWrongResult, "wait-wrong-result",
        "Report how the wait ended.",
        "`TaskApi.wait` is documented to return 'True if the desired status is reached, False otherwise', and a task that failed raises.",
        &["docs/wire/waiting.md#wait-result", "docs/wire/waiting.md#wait-error", "docs/wire/waiting.md#wait-timeout"]),
    row(Rule::WaitPastEnd, "wait-past-end",
        "Stop polling at the target, and at a status that no other follows.",
        "`TaskApi.wait` is documented as 'Awaiting achievement by given Task of a given status', and no status follows the end of a task.",
        &["docs/wire/waiting.md#wait-stops-at", "docs/wire/waiting.md#terminal"]),
    row(Rule::WaitTooManyPolls, "wait-too-many-polls",
        "Send no more polls than the given attempts.",
        "`wait_attempts` is documented as 'The number of attempts to determine the status of the task that we are waiting for'.",
        &["docs/wire/waiting.md#wait-attempts"]),
    row(Rule::WaitGaveUpEarly, "wait-gave-up-early",
        "Wait until the given attempts are used up.",
        "`wait_attempts` is documented as 'The number of attempts to determine the status of the task that we are waiting for'.",
        &["docs/wire/waiting.md#wait-attempts"]),
    row(Rule::WaitTooFast, "wait-too-fast",
        "Pause for the given interval between two polls.",
        "`wait_attempt_timeout_sec` is documented as 'Number of seconds for intervals between attempts'.",
        &["docs/wire/waiting.md#wait-interval"]),
    row(Rule::WaitTooSlow, "wait-too-slow",
        "Pause for little longer than the given interval between two polls.",
        "`wait_attempt_timeout_sec` is documented as 'Number of seconds for intervals between attempts'.",
        &["docs/wire/waiting.md#wait-interval"]),
    row(Rule::ListWrongRows, "list-wrong-rows",
        "Return the rows of all pages in their order, up to the limit.",
        "`TaskApi.get_list_all_pages` is documented as 'Get list of all or limited quantity entities from the Supervisely server'.",
        &["docs/wire/lists.md#next-pages", "docs/wire/lists.md#limit", "docs/wire/promises.md#promise-list-all-pages"]),
    row(Rule::ListInconsistent, "list-inconsistent",
        "Fail if the pages do not have as many rows as they announce.",
        "A listing without a limit is complete or fails.",
        &["docs/wire/lists.md#totals", "docs/wire/lists.md#missed-items"]),
    row(Rule::ListQueryLost, "list-query-lost",
        "Send the whole query with each page.",
        "`data` is documented as 'Dictionary with request body info', and a page without it is a page of another listing.",
        &["docs/wire/lists.md#next-pages", "docs/wire/lists.md#filters"]),
    row(Rule::ListTooManyPages, "list-too-many-pages",
        "Request no page that the limit makes needless.",
        "`limit` is documented as 'Number of entity to retrieve'.",
        &["docs/wire/lists.md#limit"]),
    row(Rule::ListWrongProgress, "list-wrong-progress",
        "Count each row in the progress.",
        "`progress_cb` is documented as 'Function for tracking download progress.'",
        &["docs/wire/lists.md#progress"]),
    row(Rule::GaveUpEarly, "gave-up-early",
        "Repeat a request that may succeed later while attempts are left.",
        "The SDK retries 429, 502, 503, 504 and broken connections until its attempts are used up.",
        &["docs/wire/transport.md#retry-set", "docs/wire/transport.md#attempts", "docs/wire/transport.md#broken-connections"]),
    row(Rule::RefusalRepeated, "refusal-repeated",
        "Send a refused request only once.",
        "A 4xx other than those of the retry set is final.",
        &["docs/wire/transport.md#client-errors"]),
    row(Rule::TooManyAttempts, "too-many-attempts",
        "Make no more attempts than the settings allow.",
        "The number of attempts includes the first one.",
        &["docs/wire/transport.md#attempts"]),
    row(Rule::ChangedOnRetry, "changed-on-retry",
        "Repeat exactly the request that failed.",
        "Every attempt has the same body and the same headers.",
        &["docs/wire/transport.md#retry-set", "docs/wire/transport.md#headers"]),
    row(Rule::RetryAfterIgnored, "retry-after-ignored",
        "Retry no earlier than a 429 demands.",
        "RFC 6585 section 4: a 429 may state with `Retry-After` how long to wait.",
        &["docs/wire/transport.md#retry-after", "docs/wire/refusals.md#rate-limits"]),
    row(Rule::PauseTooShort, "pause-too-short",
        "Pause before a further attempt for at least the first pause of the settings.",
        "The SDK pauses before each further attempt, and never for less than its first pause.",
        &["docs/wire/transport.md#pauses"]),
    row(Rule::PauseTooLong, "pause-too-long",
        "Pause for at most a minute before a further attempt.",
        "The pauses grow up to 60 seconds.",
        &["docs/wire/transport.md#pauses"]),
    row(Rule::SilentRepeat, "silent-repeat",
        "Log a warning if a change is repeated that may have succeeded.",
        "A lost response does not show whether the change was made. The SDK logs a warning before each further attempt.",
        &["docs/wire/transport.md#broken-connections", "docs/wire/transport.md#pauses"]),
    row(Rule::LateResult, "late-result",
        "Report the result as soon as it is known.",
        "A pause after the last response has nothing to wait for.",
        &["docs/wire/waiting.md#wait-stops-at"]),
    row(Rule::LateRequest, "late-request",
        "Send no request after the result.",
        "A call is over when it has returned.",
        &["docs/wire/waiting.md#wait-stops-at"]),
];

impl Rule {
    /// The row of the rule.
    #[must_use]
    pub fn row(self) -> &'static RuleRow {
        &RULES[self.rank()]
    }

    /// Name of the rule.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The rule with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        RULES.iter().find(|row| row.name == name).map(|row| row.rule)
    }

    /// Place of the rule among all rules: a smaller one is more basic.
    pub(super) fn rank(self) -> usize {
        RULES.iter().position(|row| row.rule == self).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_has_one_row_and_is_found_by_its_name() {
        for row in &RULES {
            assert_eq!(Rule::named(row.name), Some(row.rule));
            assert_eq!(row.rule.row().name, row.name);
            assert!(row.about.ends_with('.') && row.why.ends_with(['.', '\'']), "{}", row.name);
        }
        assert_eq!(Rule::named("unknown"), None);
    }
}
