//! The bench must notice servers that do not send the same responses.

use std::io;

use super::*;

/// A trace of a few requests with the fake's responses, and the first response.
fn recorded(case: &Case, requests: usize) -> (Host, Trace, Answer) {
    let fake = Host::fake(config(200).unwrap()).unwrap();
    let mut trace = Trace::new(case, requests, 200);
    let token = fake.fresh_world().unwrap();
    let answer = load::record(Place { address: fake.address, token: &token }, &mut trace).unwrap();
    assert_eq!(answer.status, 200);
    (fake, trace, answer)
}

/// Plays a trace against the fake.
fn play(fake: &Host, trace: &Trace, deadline: Instant) -> io::Result<Duration> {
    let token = fake.fresh_world().unwrap();
    let target = Place { address: fake.address, token: &token };
    Load::open(target, trace, deadline)?.play(|| Ok(Duration::ZERO))
}

fn soon() -> Instant {
    Instant::now() + TIME_MAX
}

#[test]
fn each_case_is_answered_alike_again_and_again() {
    for case in cases::all() {
        let (fake, trace, answer) = recorded(&case, 45);
        check(&case, &answer, &trace).unwrap();
        play(&fake, &trace, soon()).unwrap();
        play(&fake, &trace, soon()).unwrap();
        let bare = Host::bare(CannedAnswers::new(&answer, trace.by_connection()).unwrap()).unwrap();
        for _ in 0..2 {
            let target = Place { address: bare.address, token: "" };
            Load::open(target, &trace, soon()).unwrap().play(|| Ok(Duration::ZERO)).unwrap();
        }
    }
}

#[test]
fn servers_that_answer_differently_are_not_compared() {
    let case = &cases::all()[0];
    let (_fake, trace, answer) = recorded(case, 1);
    let part = |change: &dyn Fn(&mut Answer)| {
        let mut other = answer.clone();
        change(&mut other);
        match check(case, &other, &trace) {
            Ok(()) => None,
            Err(BenchError::Differ { part, .. }) => Some(part),
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(part(&|_| ()), None);
    assert_eq!(part(&|answer| answer.body[0] = b'['), Some("body"));
    assert_eq!(
        part(&|answer| answer.headers.push(("x-more".to_owned(), "1".to_owned()))),
        None,
        "the bare server has it, too"
    );
}

#[test]
fn an_answer_that_changes_under_load_is_an_error() {
    let case = &cases::all()[2];
    let (fake, mut trace, _) = recorded(case, 5);
    assert!(play(&fake, &trace, soon()).is_ok());
    trace.bursts[0].reads[3].answer = b"{}"[..].into();
    assert_eq!(play(&fake, &trace, soon()).unwrap_err().kind(), io::ErrorKind::InvalidData);
}

#[test]
fn a_bench_that_takes_too_long_ends() {
    let (fake, trace, _) = recorded(&cases::all()[1], 1);
    assert_eq!(play(&fake, &trace, Instant::now()).unwrap_err().kind(), io::ErrorKind::TimedOut);
}

#[test]
fn a_server_that_is_dropped_has_ended() {
    let (fake, trace, answer) = recorded(&cases::all()[0], 1);
    let bare = Host::bare(CannedAnswers::new(&answer, trace.by_connection()).unwrap()).unwrap();
    let addresses = [fake.address, bare.address];
    drop((fake, bare));
    for address in addresses {
        assert!(load::ask(Place { address, token: "" }, trace.first().unwrap()).is_err());
    }
}

#[test]
fn a_trace_asks_for_rows_and_pages_all_over_and_changes_some() {
    let trace = Trace::new(&cases::all()[2], 950, cases::TASKS);
    assert_eq!((trace.bursts.len(), trace.bursts[0].reads.len()), (50, 19));
    let (fake, trace, _) = recorded(&cases::all()[2], 100);
    let pages: std::collections::HashSet<_> =
        trace.bursts.iter().flat_map(|burst| &burst.reads).map(|step| &step.answer).collect();
    assert!(pages.len() > 2, "both pages of 200 tasks, before and after writes");
    let page: serde_json::Value = serde_json::from_slice(&trace.bursts[0].reads[0].answer).unwrap();
    assert_eq!((&page["total"], page["entities"].as_array().unwrap().len()), (&200.into(), 100));
    drop(fake);
}

#[test]
fn a_plan_of_nothing_or_too_much_is_refused() {
    for (rounds, requests) in [(0, 1), (1, 0), (ROUNDS_MAX + 1, 1), (1, REQUESTS_MAX + 1)] {
        let refused = run(Plan { rounds, requests, scale: None }, &mut |_, _| ());
        assert!(matches!(refused, Err(BenchError::BadPlan { .. })));
    }
}
