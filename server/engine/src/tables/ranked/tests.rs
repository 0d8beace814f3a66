//! Tests of the set against a naive one, and of its caches.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use proptest::prelude::*;

use super::*;

type Leaves = OnceLock<usize>;

/// Returns the first broken invariant of a tree.
fn problem(node: &Node<u64, Leaves>, is_root: bool) -> Option<String> {
    if !is_root && node.width() == 0 {
        return Some("an empty child".to_owned());
    }
    match node {
        Node::Leaf(leaf) => (leaf.members.len() > LEAF_MAX).then(|| "a wide leaf".to_owned()),
        Node::Branch(children) if children.len() > BRANCH_MAX => Some("a wide branch".to_owned()),
        Node::Branch(children) => children.iter().find_map(|child| {
            let right = child.node.clone().into_child();
            let holds = (right.len, right.last) == (child.len, child.last);
            if holds { problem(&child.node, false) } else { Some("a child that is another".to_owned()) }
        }),
    }
}

fn check(ranked: &RankedSet<u64, Leaves>, naive: &BTreeSet<u64>) {
    assert_eq!(problem(&ranked.0, true), None);
    assert!(ranked.iter().eq(naive), "{ranked:?}");
    assert_eq!((ranked.len(), ranked.is_empty()), (naive.len(), naive.is_empty()));
    for (position, member) in naive.iter().enumerate() {
        assert_eq!((ranked.nth(position), ranked.contains(member)), (Some(member), true));
        assert_eq!(ranked.partition_point(|other| other < member), position);
    }
    assert_eq!(ranked.nth(naive.len()), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// The set equals the naive one after any changes, and so does a clone taken in between.
    #[test]
    fn it_is_a_set_in_order(
        first in 0..300_u64, changes in prop::collection::vec((0..2_000_u64, any::<bool>()), 0..3_000), at in 0..3_000_usize,
    ) {
        let mut naive: BTreeSet<u64> = (0..first).map(|member| member * 7).collect();
        let mut ranked: RankedSet<u64, Leaves> = naive.iter().copied().collect();
        let mut before = (ranked.clone(), naive.clone());
        for (number, (member, comes)) in changes.into_iter().enumerate() {
            if number == at {
                before = (ranked.clone(), naive.clone());
            }
            if comes {
                ranked.insert(member);
                naive.insert(member);
            } else {
                ranked.remove(&member);
                naive.remove(&member);
            }
        }
        check(&ranked, &naive);
        check(&before.0, &before.1);
        for member in naive.clone() {
            ranked.remove(&member);
        }
        check(&ranked, &BTreeSet::new());
    }
}

#[test]
fn what_comes_in_order_fills_its_leaves() {
    let mut ranked = RankedSet::<u64, Leaves>::default();
    (0..1_000).for_each(|member| ranked.insert(member));
    assert_eq!(ranked.runs(0..1_000).len(), 1_000_usize.div_ceil(LEAF_MAX));
    assert_eq!(
        ranked.runs(60..130).iter().map(|run| run.range.clone()).collect::<Vec<_>>(),
        [60..64, 0..64, 0..2]
    );
}

#[test]
fn what_is_kept_is_forgotten_with_its_leaf() {
    let mut ranked: RankedSet<u64, Leaves> = (0..1_000).collect();
    let keep = |ranked: &RankedSet<u64, Leaves>| {
        ranked.runs(0..1_000).iter().for_each(|run| {
            run.kept.get_or_init(|| 1);
        })
    };
    let kept = |ranked: &RankedSet<u64, Leaves>| {
        ranked.runs(0..1_000).iter().filter(|run| run.kept.get().is_some()).count()
    };
    keep(&ranked);
    let all = kept(&ranked);
    let before = ranked.clone();
    ranked.forget(&5);
    assert_eq!((kept(&ranked), kept(&before)), (all - 1, all), "the clone is as it was");
    ranked.remove(&500);
    ranked.insert(1_000);
    assert_eq!(kept(&ranked), all - 3);
}

#[test]
fn clones_that_differ_keep_nothing_for_each_other() {
    let before: RankedSet<u64, Leaves> = (0..1_000).collect();
    let mut after = before.clone();
    after.forget(&5);
    after.runs(0..1)[0].kept.get_or_init(|| 1);
    assert_eq!(before.runs(0..1)[0].kept.get(), None);
}
