//! Finds meaningless words: they hold for every client, or for none.

use super::words::{BodyWant, Count, Gaps, LogWant, Matcher, Raises, Range, Requests, Sleeps, SleepsLike};
use super::{Check, Words};

const LEVELS: [&str; 4] = ["debug", "info", "warn", "error"];

/// Returns the meaningless words.
pub(super) fn of(words: &Words) -> Vec<&'static str> {
    let Words { returns, raises, requests, sleeps, logs, .. } = words;
    let methods = requests.iter().flat_map(|requests| requests.values());
    let found = [
        ("returns", returns.as_ref().is_some_and(matches_nothing)),
        ("raises", raises.as_ref().is_some_and(raises_nothing)),
        ("requests", requests.as_ref().is_some_and(|requests| requests.is_empty())),
        ("requests", methods.clone().any(asks_nothing)),
        ("count", methods.clone().filter_map(|wanted| wanted.count).any(is_idle)),
        ("gaps_ms", methods.filter_map(|wanted| wanted.gaps_ms.as_ref()).any(is_open)),
        ("sleeps", sleeps.as_ref().is_some_and(sleeps_anyhow)),
        ("logs", logs.iter().any(logs_nothing)),
    ];
    found.into_iter().filter_map(|(word, hollow)| hollow.then_some(word)).collect()
}

/// True if a check without `of` measures gaps between requests. With concurrent calls, such gaps depend
/// on no single lane.
pub(super) fn mixes_lanes(check: &Check, words: &Words) -> bool {
    let mut methods = words.requests.iter().flat_map(|requests| requests.values());
    check.of.is_none() && methods.any(|wanted| wanted.gaps_ms.is_some())
}

fn matches_nothing(matcher: &Matcher) -> bool {
    let Matcher { any, eq, like, any_of, kind, absent, ids } = matcher;
    let values = eq.is_none() && like.is_none() && any_of.is_none();
    let absent = absent.as_ref().is_none_or(Vec::is_empty);
    let no_value = any_of.as_ref().is_some_and(Vec::is_empty);
    no_value || !any && values && kind.is_none() && absent && ids.is_none()
}

fn raises_nothing(Raises { kind, any_of, any }: &Raises) -> bool {
    !any && kind.is_none() && any_of.as_ref().is_none_or(Vec::is_empty)
}

/// True if more than one key describes the failure; the narrower ones would have no effect.
pub(super) fn raises_in_two_ways(Raises { kind, any_of, any }: &Raises) -> bool {
    usize::from(kind.is_some()) + usize::from(any_of.is_some()) + usize::from(*any) > 1
}

fn asks_nothing(wanted: &Requests) -> bool {
    let Requests { count, at_ms, gaps_ms, body, bodies, headers, url_never_contains } = wanted;
    let times = count.is_none() && at_ms.is_none() && gaps_ms.is_none();
    let texts = headers.is_none() && url_never_contains.is_none();
    let all_absent = times && texts && body.is_none() && bodies.is_none();
    let mut bodies = body.iter().chain(bodies.iter().flatten());
    let no_headers = headers.as_ref().is_some_and(|headers| headers.is_empty());
    all_absent || no_headers || bodies.any(is_any_body)
}

fn is_any_body(BodyWant { like, eq, absent }: &BodyWant) -> bool {
    like.is_none() && eq.is_none() && absent.as_ref().is_none_or(Vec::is_empty)
}

fn is_open(gaps: &Gaps) -> bool {
    matches!(gaps, Gaps::Range(range) if is_idle(Count::Range(*range)))
}

/// True if the range contains every number, or none.
fn is_idle(count: Count) -> bool {
    match count {
        Count::Exactly(_) => false,
        Count::Range(Range { min, max }) => max.map_or(min == 0, |max| max < min),
    }
}

fn sleeps_anyhow(sleeps: &Sleeps) -> bool {
    let Sleeps::Like(SleepsLike { count, total_ms, each_ms }) = sleeps else { return false };
    let mut counts = [count, total_ms, each_ms].into_iter().flatten().copied().peekable();
    counts.peek().is_none() || counts.any(is_idle)
}

/// Finds names that can never match: headers not in lower case, and unknown log levels.
pub(super) fn no_names(words: &Words) -> impl Iterator<Item = String> {
    let methods = words.requests.iter().flat_map(|requests| requests.values());
    let headers = methods.flat_map(|wanted| wanted.headers.iter().flat_map(|headers| headers.keys()));
    let headers = headers.filter(|name| name.chars().any(|c| c.is_ascii_uppercase()));
    let levels = words.logs.iter().filter_map(|wanted| wanted.level.as_ref());
    let levels = levels.filter(|level| !LEVELS.contains(&level.as_str()));
    let headers = headers.map(|name| format!("headers: {name} is not in lower case"));
    headers.chain(levels.map(|level| format!("logs: the level {level} is not one of {}", LEVELS.join(", "))))
}

/// Finds texts in `absent` that are not JSON pointers: they lead nowhere in any value.
pub(super) fn no_pointers(words: &Words) -> impl Iterator<Item = &String> {
    let methods = words.requests.iter().flat_map(|requests| requests.values());
    let bodies = methods.flat_map(|wanted| wanted.body.iter().chain(wanted.bodies.iter().flatten()));
    let absent = bodies.map(|body| &body.absent).chain(words.returns.iter().map(|wanted| &wanted.absent));
    absent.flatten().flatten().filter(|pointer| !pointer.starts_with('/'))
}

fn logs_nothing(wanted: &LogWant) -> bool {
    let LogWant { count, level, contains, never_contains } = wanted;
    let chosen = level.is_none() && contains.is_none();
    // With `never_contains`, an open count means that there may be no line at all.
    never_contains.is_none() && (count.is_some_and(is_idle) || count.is_none() && chosen)
}
