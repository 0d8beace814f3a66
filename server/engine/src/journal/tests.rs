//! The ring of the journal, its counters, and the bodies that it keeps.

use bytes::Bytes;

use super::*;

fn record(method: &str, task: u64, body: usize) -> Record {
    Record::of(method.to_owned(), Some(TaskId(task)), Outcome::Done(None), Body::of(&vec![b'x'; body]))
}

fn filled() -> Journal {
    let mut journal = Journal::new(3 * (ENTRY_BYTES + 110));
    for number in 0..10 {
        let method = if number % 2 == 0 { "tasks.info" } else { "tasks.stop" };
        journal.record(Moment::VIRTUAL_START, record(method, number % 3, 100));
    }
    journal
}

#[test]
fn the_ring_keeps_the_newest_and_says_what_it_dropped() {
    let journal = filled();
    let kept: Vec<u64> = journal.entries(&Query::default()).iter().map(|entry| entry.seq).collect();
    assert_eq!(kept, [8, 9, 10]);
    assert_eq!(journal.dropped(), 7);
}

#[test]
fn counts_are_exact_whatever_was_dropped() {
    let journal = filled();
    let counts = |query: &Query| journal.counts(query).into_iter().collect::<Vec<_>>();
    assert_eq!(counts(&Query::default()), [("tasks.info".into(), 5), ("tasks.stop".into(), 5)]);
    let of_task = Query { task: Some(TaskId(0)), ..Query::default() };
    assert_eq!(counts(&of_task), [("tasks.info".into(), 2), ("tasks.stop".into(), 2)]);
    let limited = Query { limit: Some(1), ..Query::default() };
    assert_eq!(journal.entries(&limited).len(), 1);
    assert_eq!(counts(&limited).len(), 2, "the limit does not change the counts");
    let since = Query { since: Some(8), ..Query::default() };
    assert_eq!(counts(&since), [("tasks.info".into(), 1), ("tasks.stop".into(), 1)]);
    let never = Query { method: Some("tasks.list".into()), ..Query::default() };
    assert_eq!(counts(&never), [("tasks.list".into(), 0)]);
}

#[test]
fn an_entry_holds_nothing_of_the_buffer_its_body_came_in() {
    let mut journal = Journal::new(usize::MAX);
    let buffer = Bytes::from(vec![b'x'; 8192]);
    let body = buffer.slice(4000..4010);
    let at = body.as_ptr();
    let body = Body::of(&body);
    journal.record(Moment::VIRTUAL_START, Record { body, ..record("tasks.info", 1, 0) });
    let kept = &journal.entries(&Query::default())[0].record.body.bytes;
    assert!(kept == &buffer[4000..4010] && kept.as_ptr() != at);
}

#[test]
fn long_bodies_are_cut() {
    let mut journal = Journal::new(usize::MAX);
    journal.record(Moment::VIRTUAL_START, record("tasks.data.set", 1, BODY_MAX + 1));
    let kept = journal.entries(&Query::default());
    assert!(kept[0].record.body.bytes.len() == BODY_MAX && kept[0].record.body.cut);
}

fn visit(journal: &mut Journal, verb: &str, path: &str, query: &str) {
    let (verb, path, query) = (verb.to_owned(), path.to_owned(), query.to_owned());
    let visit = Some(VisitAddress { verb, path, query });
    journal.record(Moment::VIRTUAL_START, Record { visit: visit.map(Box::new), ..record(VISITS, 1, 0) });
}

#[test]
fn visits_are_chosen_and_counted_by_verb_and_path_while_they_are_kept() {
    let mut journal = Journal::new(usize::MAX);
    journal.record(Moment::VIRTUAL_START, record("tasks.info", 1, 0));
    for (verb, path) in
        [("POST", "/predict"), ("GET", "/predict"), ("POST", "/predict/"), ("POST", "/predict")]
    {
        visit(&mut journal, verb, path, "");
    }
    let query = |verb: Option<&str>, path: Option<&str>| Query {
        verb: verb.map(str::to_owned),
        path: path.map(str::to_owned),
        ..Query::default()
    };
    let asked = |journal: &Journal, query: &Query| {
        let seqs: Vec<u64> = journal.entries(query).iter().map(|entry| entry.seq).collect();
        (seqs, journal.counts(query).into_iter().collect::<Vec<_>>())
    };
    let net = |count: u64| vec![(VISITS.to_owned(), count)];
    assert_eq!(asked(&journal, &query(None, Some("/predict"))), (vec![2, 3, 5], net(3)));
    assert_eq!(asked(&journal, &query(Some("post"), None)), (vec![2, 4, 5], net(3)));
    assert_eq!(asked(&journal, &query(Some("POST"), Some("/predict"))), (vec![2, 5], net(2)));
    assert_eq!(asked(&journal, &query(None, Some("/none"))), (vec![], net(0)));
    let other = Query { method: Some("tasks.info".into()), ..query(Some("POST"), None) };
    assert_eq!(asked(&journal, &other), (vec![], vec![("tasks.info".to_owned(), 0)]));
    journal.forget(&query(Some("GET"), None));
    assert_eq!(asked(&journal, &query(None, Some("/predict"))), (vec![2, 5], net(2)));
    let all = Query { method: Some(VISITS.into()), ..Query::default() };
    assert_eq!(journal.counts(&all), [(VISITS.to_owned(), 4)].into(), "this count is permanent");
}

#[test]
fn what_a_visit_asked_for_counts_for_the_ring() {
    let kept = |verb: usize, path: usize, query: usize| {
        let mut journal = Journal::new(10 * (ENTRY_BYTES + 100));
        for _ in 0..20 {
            visit(&mut journal, &"V".repeat(verb), &"p".repeat(path), &"q".repeat(query));
        }
        journal.entries(&Query::default()).len()
    };
    assert!(kept(1, 1, 1) >= 10);
    for (verb, path, query) in [(1_000, 1, 1), (1, 1_000, 1), (1, 1, 1_000)] {
        assert_eq!(kept(verb, path, query), 2);
    }
}

#[test]
fn names_that_are_made_up_are_counted_apart_up_to_a_bound_and_known_ones_always() {
    let mut journal = Journal::new(usize::MAX);
    for number in 0..UNKNOWN_NAMES_MAX + 5 {
        journal.record(Moment::VIRTUAL_START, record(&format!("made.up.{number}"), 1, 0));
    }
    journal.record(Moment::VIRTUAL_START, record("made.up.0", 1, 0));
    journal.record(Moment::VIRTUAL_START, record("tasks.info", 1, 0).known());
    let counts = journal.counts(&Query::default());
    assert_eq!(counts.len(), UNKNOWN_NAMES_MAX + 2);
    assert_eq!((counts[OTHERS], counts["made.up.0"], counts["tasks.info"]), (5, 2, 1));
    journal.forget(&Query::default());
    journal.record(Moment::VIRTUAL_START, record("made.up.again", 1, 0));
    assert_eq!(journal.counts(&Query::default()), [("made.up.again".to_owned(), 1)].into());
}

#[test]
fn a_long_name_is_cut() {
    let mut journal = Journal::new(usize::MAX);
    journal.record(Moment::VIRTUAL_START, record(&"\u{e9}".repeat(NAME_MAX + 1), 1, 0));
    let name = "\u{e9}".repeat(NAME_MAX);
    assert_eq!(journal.entries(&Query::default())[0].record.method, name);
    assert_eq!(journal.counts(&Query::default()), [(name, 1)].into());
}
