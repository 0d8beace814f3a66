//! Judges requests.

use std::collections::BTreeMap;

use super::judgement::Judgement;
use super::matcher::{lacks, like, show};
use super::view::{RequestRecord, Times, View};
use crate::scenario::{BodyWant, Count, Gaps, HeaderWant, Range, Requests, Same};

/// Matches every method.
const ANY: &str = "*";

pub(super) fn requests(
    wanted: &BTreeMap<String, Requests>,
    and_no_others: bool,
    view: &View<'_>,
) -> Judgement {
    let all = view.requests();
    let each = wanted.iter().map(|(method, wanted)| {
        let of_method = all.iter().filter(|asked| method == ANY || asked.request.method == *method);
        of(method, wanted, &of_method.copied().collect::<Vec<_>>(), view.times)
    });
    Judgement::all(each).and(if and_no_others { no_others(wanted, &all) } else { Judgement::Holds })
}

fn no_others(wanted: &BTreeMap<String, Requests>, all: &[RequestRecord<'_>]) -> Judgement {
    let other = all.iter().find(|asked| !wanted.contains_key(&asked.request.method));
    let other = other.filter(|_| !wanted.contains_key(ANY));
    let methods: Vec<_> = wanted.keys().map(String::as_str).collect();
    Judgement::when(other.is_none(), format!("no requests except {}", methods.join(", ")), || {
        other.map(|asked| format!("{} at {} ms", asked.request.method, asked.at_ms)).unwrap_or_default()
    })
}

fn of(method: &str, wanted: &Requests, asked: &[RequestRecord<'_>], by: Times) -> Judgement {
    let Requests { count, at_ms, gaps_ms, body, bodies, headers, url_never_contains } = wanted;
    let words = [
        count.map(|count| counted(method, count, asked)),
        at_ms.as_ref().map(|times| timed(method, times, asked, by)),
        gaps_ms.as_ref().map(|gaps| spaced(method, gaps, asked, by)),
        body.as_ref().map(|body| each(method, asked, |asked| one_body(method, body, asked))),
        bodies.as_ref().map(|bodies| listed(method, bodies, asked)),
        headers.as_ref().map(|headers| each(method, asked, |asked| headed(method, headers, asked))),
        url_never_contains.as_ref().map(|text| each(method, asked, |asked| addressed(method, text, asked))),
    ];
    Judgement::all(words.into_iter().flatten())
}

/// Judges every request of a method; there must be at least one.
fn each<'a>(
    method: &str,
    asked: &[RequestRecord<'a>],
    word: impl Fn(&RequestRecord<'a>) -> Judgement,
) -> Judgement {
    if asked.is_empty() {
        return Judgement::no_subject(
            format!("a property of each {method} request"),
            format!("there is no {method} request"),
        );
    }
    Judgement::all(asked.iter().map(word))
}

/// True if a number is as expected.
pub(super) fn is_count(count: Count, number: u64) -> bool {
    match count {
        Count::Exactly(wanted) => number == wanted,
        Count::Range(range) => range.holds(number),
    }
}

/// Formats an expected number.
pub(super) fn show_count(count: Count) -> String {
    match count {
        Count::Exactly(wanted) => wanted.to_string(),
        Count::Range(range) => show_range(range),
    }
}

fn show_range(Range { min, max }: Range) -> String {
    max.map_or_else(|| format!("at least {min}"), |max| format!("{min} to {max}"))
}

fn counted(method: &str, count: Count, asked: &[RequestRecord<'_>]) -> Judgement {
    let seen = asked.len() as u64;
    Judgement::when(is_count(count, seen), format!("{method}: {} requests", show_count(count)), || {
        format!("{seen} requests{}", times(asked))
    })
}

fn times(asked: &[RequestRecord<'_>]) -> String {
    let times: Vec<_> = asked.iter().map(|asked| asked.at_ms).collect();
    if times.is_empty() { String::new() } else { format!(", at {} ms", show_numbers(&times)) }
}

/// Maximum number of values in a message.
const SHOWN_MAX: usize = 24;

fn show_numbers(numbers: &[u64]) -> String {
    let shown: Vec<_> = numbers.iter().take(SHOWN_MAX).map(u64::to_string).collect();
    let more = numbers.last().filter(|_| numbers.len() > SHOWN_MAX).map(|last| format!(" .. {last}"));
    if numbers.is_empty() { "none".to_owned() } else { shown.join(", ") + &more.unwrap_or_default() }
}

/// True if the times are as expected. If only lower bounds can be observed, no time may be early, and later
/// ones may be missing, because a slow machine may have had no time for them.
fn are_times(seen: &[u64], wanted: &[u64], by: Times) -> bool {
    match by {
        Times::Exact => seen == wanted,
        Times::AtLeast => {
            seen.len() <= wanted.len() && seen.iter().zip(wanted).all(|(seen, wanted)| seen >= wanted)
        }
    }
}

fn timed(method: &str, wanted: &[u64], asked: &[RequestRecord<'_>], by: Times) -> Judgement {
    let seen: Vec<_> = asked.iter().map(|asked| asked.at_ms).collect();
    if by == Times::AtLeast && seen.is_empty() && !wanted.is_empty() {
        return Judgement::no_subject(
            format!("{method} at {} ms", show_numbers(wanted)),
            format!("there is no {method} request"),
        );
    }
    Judgement::when(are_times(&seen, wanted, by), format!("{method} at {} ms", show_numbers(wanted)), || {
        format!("at {} ms", show_numbers(&seen))
    })
}

fn spaced(method: &str, wanted: &Gaps, asked: &[RequestRecord<'_>], by: Times) -> Judgement {
    let seen: Vec<_> = asked.windows(2).map(|pair| pair[1].at_ms - pair[0].at_ms).collect();
    let (holds, expected) = match wanted {
        Gaps::Exactly(wanted) => (are_times(&seen, wanted, by), show_numbers(wanted)),
        Gaps::Range(Range { min, max }) => {
            let range = Range { min: *min, max: max.filter(|_| by == Times::Exact) };
            (seen.iter().all(|gap| range.holds(*gap)), show_range(range))
        }
        Gaps::Growing { first, factor, cap } => {
            let growing = std::iter::successors(Some(*first), |gap| Some(gap.saturating_mul(*factor)));
            let growing: Vec<_> = growing.map(|gap| gap.min(*cap)).take(seen.len()).collect();
            (are_times(&seen, &growing, by), format!("{first} growing by {factor} up to {cap}"))
        }
    };
    let expected = format!("{method}: gaps of {expected} ms");
    let told = matches!(wanted, Gaps::Exactly(wanted) if by == Times::Exact || wanted.is_empty());
    if asked.is_empty() || seen.is_empty() && !told {
        return Judgement::no_subject(expected, format!("{} requests", asked.len()));
    }
    Judgement::when(holds, expected, || format!("gaps of {} ms", show_numbers(&seen)))
}

fn one_body(method: &str, wanted: &BodyWant, asked: &RequestRecord<'_>) -> Judgement {
    let body = &asked.request.body;
    let BodyWant { like: at_least, eq, absent } = wanted;
    let holds = at_least.as_ref().is_none_or(|wanted| like(wanted, body))
        && eq.as_ref().is_none_or(|eq| eq == body)
        && absent.as_ref().is_none_or(|absent| lacks(absent, body));
    let words = [
        at_least.as_ref().map(|wanted| format!("like {}", show(wanted))),
        eq.as_ref().map(|eq| format!("equal to {}", show(eq))),
        absent.as_ref().map(|absent| format!("without {}", absent.join(", "))),
    ];
    let words: Vec<_> = words.into_iter().flatten().collect();
    Judgement::when(holds, format!("{method} with a body {}", words.join(" and ")), || {
        format!("at {} ms {}", asked.at_ms, show(body))
    })
}

fn listed(method: &str, wanted: &[BodyWant], asked: &[RequestRecord<'_>]) -> Judgement {
    if wanted.len() != asked.len() {
        return counted(method, Count::Exactly(wanted.len() as u64), asked);
    }
    Judgement::all(wanted.iter().zip(asked).map(|(wanted, asked)| one_body(method, wanted, asked)))
}

fn headed(method: &str, wanted: &BTreeMap<String, HeaderWant>, asked: &RequestRecord<'_>) -> Judgement {
    let header = |(name, wanted): (&String, &HeaderWant)| {
        let seen = asked.request.headers.get(name);
        let show =
            |value: Option<&String>| value.map_or_else(|| "none".to_owned(), |value| format!("{value:?}"));
        let expected = format!("{method} with {name}: {}", show(wanted.as_ref()));
        Judgement::when(seen == wanted.as_ref(), expected, || format!("at {} ms {}", asked.at_ms, show(seen)))
    };
    Judgement::all(wanted.iter().map(header))
}

fn addressed(method: &str, text: &str, asked: &RequestRecord<'_>) -> Judgement {
    Judgement::when(!asked.request.url.contains(text), format!("{method} without {text} in its URL"), || {
        format!("at {} ms {}", asked.at_ms, asked.request.url)
    })
}

/// Compares each failed request with its retry.
pub(super) fn same_on_retry(same: &[Same], view: &View<'_>) -> Judgement {
    let all = view.with_probes();
    let mut pairs = Vec::new();
    for (index, first) in all.iter().enumerate().filter(|(_, asked)| asked.failed) {
        // A later call of the client sends requests of its own, so only the same step counts.
        let repeats = |asked: &&RequestRecord<'_>| {
            (asked.lane, asked.step) == (first.lane, first.step)
                && asked.request.method == first.request.method
        };
        pairs.extend(all[index + 1..].iter().find(repeats).map(|second| (first, second)));
    }
    let expected = "a repeated request is the same";
    if pairs.is_empty() {
        return Judgement::no_subject(expected, "no request was repeated");
    }
    Judgement::all(
        pairs.into_iter().flat_map(|(first, second)| same.iter().map(|same| alike(*same, first, second))),
    )
}

fn alike(same: Same, first: &RequestRecord<'_>, second: &RequestRecord<'_>) -> Judgement {
    let seen = |asked: &RequestRecord<'_>| match same {
        Same::Body => show(&asked.request.body),
        Same::Auth => {
            asked.request.headers.get("x-api-key").cloned().unwrap_or_else(|| "no x-api-key".to_owned())
        }
    };
    let holds = match same {
        Same::Body => first.request.body == second.request.body,
        Same::Auth => first.request.headers.get("x-api-key") == second.request.headers.get("x-api-key"),
    };
    let method = &first.request.method;
    Judgement::when(holds, format!("{method} again with {}", seen(first)), || {
        format!("at {} ms with {}", second.at_ms, seen(second))
    })
}
