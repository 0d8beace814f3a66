use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn status(code: u16, body: &str) -> Error {
    Error::Status { method: "tasks.info".to_owned(), code, body: body.to_owned() }
}

fn asked(code: u16, pairs: &[(HeaderName, &str)]) -> Option<Duration> {
    let pairs = pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap()));
    retry_after(code, &pairs.collect(), SystemTime::UNIX_EPOCH + 60 * SECOND)
}

#[test]
fn pauses_double_up_to_a_minute() {
    let policy = RetryPolicy::default();
    let seconds: Vec<_> = (1..10).map(|attempt| policy.pause(attempt).as_secs()).collect();
    assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    assert_eq!(policy.pause(u32::MAX), 60 * SECOND);
}

#[test]
fn the_passing_statuses_are_tried_again_and_no_others() {
    let policy = RetryPolicy::default();
    for code in 100..1000 {
        let expected = if RETRIED.contains(&code) { Verdict::Again(SECOND) } else { Verdict::Fatal };
        assert_eq!(policy.verdict(1, &status(code, "{}"), None), expected, "{code}");
    }
}

#[test]
fn a_400_is_tried_again_only_while_the_agent_is_away() {
    let policy = RetryPolicy::default();
    let away = format!(r#"{{"error": "{AGENT_AWAY}"}}"#);
    assert_eq!(policy.verdict(1, &status(400, &away), None), Verdict::Again(SECOND));
    for body in ["", "[]", AGENT_AWAY, r#"{"error": "no"}"#, r#"{"error": {}}"#] {
        assert_eq!(policy.verdict(1, &status(400, body), None), Verdict::Fatal, "{body}");
    }
}

#[test]
fn lost_answers_are_tried_again_and_bad_ones_are_not() {
    let policy = RetryPolicy::default();
    assert_eq!(policy.verdict(1, &Error::Connection("reset".into()), None), Verdict::Again(SECOND));
    assert_eq!(policy.verdict(2, &Error::Timeout(SECOND), None), Verdict::Again(2 * SECOND));
    assert_eq!(policy.verdict(1, &Error::BadAnswer(String::new()), None), Verdict::Fatal);
}

#[test]
fn the_last_try_is_the_last() {
    let policy = RetryPolicy { attempts: 3, ..RetryPolicy::default() };
    let busy = status(503, "");
    assert_eq!(policy.verdict(2, &busy, None), Verdict::Again(2 * SECOND));
    assert_eq!(policy.verdict(3, &busy, None), Verdict::GiveUp(None));
    assert_eq!(policy.verdict(3, &busy, Some(7200 * SECOND)), Verdict::GiveUp(None));
}

#[test]
fn a_pause_asked_for_lengthens_and_never_shortens() {
    let policy = RetryPolicy::default();
    let busy = status(429, "");
    assert_eq!(policy.verdict(3, &busy, Some(SECOND)), Verdict::Again(4 * SECOND));
    assert_eq!(policy.verdict(3, &busy, Some(90 * SECOND)), Verdict::Again(90 * SECOND));
    assert_eq!(policy.verdict(1, &busy, Some(3600 * SECOND)), Verdict::Again(3600 * SECOND));
    assert_eq!(policy.verdict(1, &busy, Some(3601 * SECOND)), Verdict::GiveUp(Some(3601 * SECOND)));
}

#[test]
fn seconds_are_read_on_429_and_503_only() {
    for code in [429, 503] {
        assert_eq!(asked(code, &[(RETRY_AFTER, " 7 ")]), Some(7 * SECOND));
    }
    assert_eq!(asked(500, &[(RETRY_AFTER, "7")]), None);
    assert_eq!(asked(429, &[]), None);
}

#[test]
fn a_date_is_held_against_the_replys_own_or_the_clock() {
    let at = "Thu, 01 Jan 1970 00:02:00 GMT";
    assert_eq!(asked(503, &[(RETRY_AFTER, at)]), Some(60 * SECOND));
    assert_eq!(asked(503, &[(RETRY_AFTER, at), (DATE, "Thu, 01 Jan 1970 00:01:50 GMT")]), Some(10 * SECOND));
    assert_eq!(
        asked(503, &[(RETRY_AFTER, at), (DATE, "Thu, 01 Jan 1970 00:03:00 GMT")]),
        Some(Duration::ZERO)
    );
    assert_eq!(asked(503, &[(RETRY_AFTER, at), (DATE, "yesterday")]), Some(60 * SECOND));
}

#[test]
fn rubbish_asks_for_nothing_and_endless_digits_for_ever() {
    for rubbish in ["", "-5", "+5", "1.5", "soon", "5 s", "0x10"] {
        assert_eq!(asked(429, &[(RETRY_AFTER, rubbish)]), None, "{rubbish}");
    }
    assert_eq!(asked(429, &[(RETRY_AFTER, &"9".repeat(40))]), Some(Duration::from_secs(u64::MAX)));
}

#[test]
fn only_a_lost_answer_may_have_taken_effect() {
    assert!(may_have_taken_effect(&Error::Timeout(SECOND)));
    assert!(may_have_taken_effect(&Error::Connection("reset".into())));
    assert!(may_have_taken_effect(&status(502, "")));
    assert!(!may_have_taken_effect(&status(429, "")));
    assert!(!may_have_taken_effect(&status(503, "")));
}
