//! The bench held to account: it must notice servers that do not do the same.

use std::io;

use super::*;

fn servers(case: &Case, change: impl FnOnce(&mut Answer)) -> (Host, Host) {
    let config = Config { fixture: cases::world(200).unwrap(), ..Config::default() };
    let fake = Host::fake(config).unwrap();
    let mut answer = ask(&fake, case).unwrap();
    assert_eq!(answer.status, 200);
    change(&mut answer);
    let bare = Host::bare(CannedAnswer::new(&answer).unwrap()).unwrap();
    (fake, bare)
}

fn part_that_differs(case: &Case, change: impl FnOnce(&mut Answer)) -> Option<&'static str> {
    let (fake, bare) = servers(case, change);
    match check(case, &fake, &bare) {
        Ok(()) => None,
        Err(BenchError::Differ { part, .. }) => Some(part),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn servers_that_answer_differently_are_not_compared() {
    for case in cases::all() {
        assert_eq!(part_that_differs(&case, |_| ()), None, "{}", case.name);
    }
    let case = &cases::all()[0];
    assert_eq!(part_that_differs(case, |answer| answer.body[0] = b'['), Some("body"));
    assert_eq!(part_that_differs(case, |answer| answer.body.push(b' ')), Some("headers"));
    assert_eq!(part_that_differs(case, |answer| answer.headers.clear()), Some("headers"));
    assert_eq!(part_that_differs(case, |answer| answer.status = 201), Some("status"));
}

#[test]
fn an_answer_that_changes_under_load_is_an_error() {
    let case = &cases::all()[0];
    let (fake, _bare) = servers(case, |_| ());
    let deadline = Instant::now() + TIME_MAX;
    let body = ask(&fake, case).unwrap().body;
    assert!(Load::open(fake.address, case, &body, deadline).unwrap().send(10).is_ok());
    assert!(Load::open(fake.address, case, b"{}", deadline).is_err());
}

#[test]
fn a_bench_that_takes_too_long_ends() {
    let case = &cases::all()[1];
    let (fake, _bare) = servers(case, |_| ());
    let body = ask(&fake, case).unwrap().body;
    let mut load = Load::open(fake.address, case, &body, Instant::now()).unwrap();
    assert_eq!(load.send(1).unwrap_err().kind(), io::ErrorKind::TimedOut);
}

#[test]
fn a_server_that_is_dropped_has_ended() {
    let case = &cases::all()[0];
    let (fake, bare) = servers(case, |_| ());
    let addresses = [fake.address, bare.address];
    drop((fake, bare));
    for address in addresses {
        assert!(load::ask(address, case).is_err());
    }
}

#[test]
fn the_deep_page_has_a_hundred_tasks() {
    let case = &cases::all()[3];
    let config = Config { fixture: cases::world(cases::TASKS).unwrap(), ..Config::default() };
    let answer = ask(&Host::fake(config).unwrap(), case).unwrap();
    let page: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(page["total"], cases::TASKS);
    assert_eq!(page["entities"].as_array().unwrap().len(), 100);
}

#[test]
fn a_plan_of_nothing_or_too_much_is_refused() {
    for (rounds, requests) in [(0, 1), (1, 0), (ROUNDS_MAX + 1, 1), (1, REQUESTS_MAX + 1)] {
        let refused = run(Plan { rounds, requests }, &mut |_, _| ());
        assert!(matches!(refused, Err(BenchError::BadPlan { .. })));
    }
}
