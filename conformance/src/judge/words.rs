//! Judges the words of a check, one after another.

use super::judgement::Judgement;
use super::view::View;
use super::{matcher, requests};
use crate::event::{Event, What};
use crate::scenario::{Check, Count, LogWant, Sleeps, Words};

/// Returns the outcome of all words of a check.
pub(super) fn check(check: &Check, view: &View<'_>) -> Judgement {
    let alternatives = check.one_of.as_ref().map(|alternatives| {
        Judgement::any(alternatives.iter().map(|alternative| words(alternative, view)).collect())
    });
    words(&check.words(), view).and(alternatives.unwrap_or(Judgement::Holds))
}

fn words(words: &Words, view: &View<'_>) -> Judgement {
    let found = [
        words.returns.as_ref().map(|matcher| matcher::returns(matcher, view.result())),
        words.raises.as_ref().map(|raises| matcher::raises(raises, view.result())),
        words.requests.as_ref().map(|wanted| requests::requests(wanted, words.and_no_others, view)),
        words.sleeps.as_ref().map(|wanted| sleeps(wanted, view)),
        words.no_sleep_after_last.then(|| no_sleep_after_last(view)),
        (!words.same_on_retry.is_empty()).then(|| requests::same_on_retry(&words.same_on_retry, view)),
        words.quiet_after_result_ms.map(|ms| quiet(ms, view)),
        (!words.logs.is_empty()).then(|| Judgement::all(words.logs.iter().map(|wanted| logs(wanted, view)))),
    ];
    Judgement::all(found.into_iter().flatten())
}

fn sleeps(wanted: &Sleeps, view: &View<'_>) -> Judgement {
    let seen = view.sleeps();
    let told = || format!("pauses of {seen:?} ms");
    match wanted {
        Sleeps::Exactly(wanted) => Judgement::when(seen == *wanted, format!("pauses of {wanted:?} ms"), told),
        Sleeps::Like(wanted) => {
            let is =
                |count: Option<Count>, number| count.is_none_or(|count| requests::is_count(count, number));
            let holds = is(wanted.count, seen.len() as u64)
                && is(wanted.total_ms, seen.iter().fold(0, |sum, ms| sum.saturating_add(*ms)))
                && seen.iter().all(|ms| is(wanted.each_ms, *ms));
            let word = |count: Option<Count>, what: &str| {
                count.map(|count| what.replace("{}", &requests::show_count(count)))
            };
            let words = [
                word(wanted.count, "{} of them"),
                word(wanted.total_ms, "{} ms in all"),
                word(wanted.each_ms, "{} ms each"),
            ];
            let words: Vec<_> = words.into_iter().flatten().collect();
            let expected = format!("pauses: {}", words.join(", "));
            if holds && seen.is_empty() && wanted.each_ms.is_some() && wanted.count.is_none() {
                return Judgement::no_subject(expected, "there is no pause");
            }
            Judgement::when(holds, expected, told)
        }
    }
}

fn no_sleep_after_last(view: &View<'_>) -> Judgement {
    let expected = "no pause after the last request";
    let lanes = view.lanes();
    // Lanes are judged separately: at equal times, the order of all events sorts by lane, not by cause.
    let after: Vec<_> = lanes.iter().filter_map(|lane| after_last_request(lane)).collect();
    if after.is_empty() {
        return Judgement::no_subject(expected, "there is no request");
    }
    let pause = after.into_iter().flatten().find_map(|event| match event.what {
        What::Sleep { ms } => Some((event.at_ms, ms)),
        _ => None,
    });
    Judgement::when(pause.is_none(), expected, || {
        pause.map(|(at, ms)| format!("a pause of {ms} ms at {at} ms")).unwrap_or_default()
    })
}

/// The events of a lane since the response to its last request, or since that request if it got no response.
/// None without a request.
fn after_last_request<'a, 'b>(lane: &'b [&'a Event]) -> Option<&'b [&'a Event]> {
    let last = lane.iter().rposition(|event| is_counted(&event.what))?;
    let What::Request(asked) = &lane[last].what else { return None };
    let is_reply =
        |event: &&Event| matches!(event.what, What::Reply { request, .. } if request == asked.request);
    let reply = lane[last..].iter().position(is_reply).unwrap_or(0);
    Some(&lane[last + reply..])
}

fn is_counted(what: &What) -> bool {
    matches!(what, What::Request(request) if !request.ambient)
}

fn quiet(ms: u64, view: &View<'_>) -> Judgement {
    let expected = format!("no requests for {ms} ms after the result");
    let Some(after) = view.after_result(ms) else {
        return Judgement::Fails { expected, actual: "it did not end".to_owned() };
    };
    Judgement::when(after.is_empty(), expected, || {
        let after: Vec<_> =
            after.iter().map(|asked| format!("{} at {} ms", asked.request.method, asked.at_ms)).collect();
        after.join(", ")
    })
}

fn logs(wanted: &LogWant, view: &View<'_>) -> Judgement {
    let lines = view.logs();
    let has = |text: &str, part: &str| text.to_lowercase().contains(&part.to_lowercase());
    let chosen = lines.iter().filter(|(level, text)| {
        wanted.level.as_deref().is_none_or(|wanted| wanted == *level)
            && wanted.contains.as_deref().is_none_or(|part| has(text, part))
    });
    let chosen: Vec<_> = chosen.map(|(level, text)| format!("{level}: {text}")).collect();
    if let Some(never) = &wanted.never_contains {
        let line = lines.iter().find(|(_, text)| has(text, never));
        let expected = format!("no line of the log with {never:?}");
        let told = || line.map(|(level, text)| format!("{level}: {text}")).unwrap_or_default();
        if lines.is_empty() && wanted.count.is_none() {
            return Judgement::no_subject(expected, "the log is empty");
        }
        if wanted.count.is_none() && wanted.contains.is_none() && wanted.level.is_none() {
            return Judgement::when(line.is_none(), expected, told);
        }
        if line.is_some() {
            return Judgement::Fails { expected, actual: told() };
        }
    }
    let count = wanted.count.unwrap_or(Count::Range(crate::scenario::Range { min: 1, max: None }));
    let level = wanted.level.as_deref().unwrap_or("any level");
    let contains = wanted.contains.as_ref().map(|part| format!(" with {part:?}")).unwrap_or_default();
    let expected = format!("{} lines of {level} in the log{contains}", requests::show_count(count));
    Judgement::when(requests::is_count(count, chosen.len() as u64), expected, || format!("{chosen:?}"))
}
