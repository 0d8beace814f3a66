//! Tests of a run that is divided among machines.

use super::*;
use crate::partition::Partition;

#[test]
fn each_entry_is_judged_by_the_part_of_its_scenario() {
    let ids = ["wait/a", "wait/b", "wait/c", "wait/d"];
    let passes = |id: &&str| scenario(id, ScenarioVerdict::Pass, vec![check("polls", Verdict::Pass, "")]);
    let entries = ["wait/d", "wait/b", "wiat/c", "gone/for-good", "wait/b"]
        .iter()
        .zip(["*", "*", "*", "*", ">=6"])
        .map(|(id, versions)| entry(json!({"scenario": id, "versions": versions})));
    let entries: Vec<_> = entries.collect();
    let whole = applied(&entries, outcome(ids.iter().map(passes).collect()), true).findings;
    assert!(whole.iter().any(|finding| finding.ends_with("did you mean wait/c?")), "{whole:?}");
    assert_eq!(whole.len(), 5, "{whole:?}");
    for parts in [1, 2, 3, 7] {
        let mut found = Vec::new();
        for partition in format!("1/{parts}").parse::<Partition>().unwrap().all() {
            let (here, elsewhere): (Vec<_>, Vec<_>) = ids.iter().copied().partition(|id| partition.has(id));
            let mut outcome = outcome(here.iter().map(passes).collect());
            let reach = Reach { whole: true, partition: Some(partition), elsewhere: &elsewhere };
            known(&entries).apply(&mut outcome, reach, today());
            found.extend(outcome.findings);
        }
        found.sort();
        assert_eq!(found, whole, "{parts} parts");
    }
}
