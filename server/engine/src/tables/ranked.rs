//! A persistent sorted set with access by position: a tree whose branches know the number of members under
//! each of their children. A clone is cheap. The vector of `imbl` takes a tenth of a millisecond for a change
//! in the middle, and no other library of persistent collections offers such a set.
//!
//! Each leaf has a cache, which is dropped when the leaf changes.

use std::ops::Range;
use std::sync::Arc;

const LEAF_MAX: usize = 64;
const BRANCH_MAX: usize = 32;

/// The set; `K` is the cache of a leaf.
#[derive(Clone, Debug)]
pub(crate) struct RankedSet<T, K>(Node<T, K>);

#[derive(Clone, Debug)]
enum Node<T, K> {
    Leaf(Arc<Leaf<T, K>>),
    Branch(Arc<Vec<Child<T, K>>>),
}

#[derive(Debug)]
struct Leaf<T, K> {
    members: Vec<T>,
    kept: K,
}

#[derive(Clone, Debug)]
struct Child<T, K> {
    node: Node<T, K>,
    len: usize,
    /// Greatest member under the child.
    last: T,
}

/// The part of a leaf that lies in a range: all members of the leaf, the selected range, and the leaf's
/// cache.
pub(crate) struct Run<'a, T, K> {
    pub(crate) members: &'a [T],
    pub(crate) range: Range<usize>,
    pub(crate) kept: &'a K,
}

/// Drops the cache, because a leaf is cloned only for a change.
impl<T: Clone, K: Clone + Default> Clone for Leaf<T, K> {
    fn clone(&self) -> Self {
        Self { members: self.members.clone(), kept: K::default() }
    }
}

impl<T, K: Clone + Default> Default for RankedSet<T, K> {
    fn default() -> Self {
        Self(Node::leaf(Vec::new()))
    }
}

impl<T: Clone + Ord, K: Clone + Default> RankedSet<T, K> {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn contains(&self, member: &T) -> bool {
        self.0.leaf_of(member).is_some_and(|leaf| leaf.members.binary_search(member).is_ok())
    }

    pub(crate) fn nth(&self, position: usize) -> Option<&T> {
        let (mut node, mut left) = (&self.0, position);
        loop {
            match node {
                Node::Leaf(leaf) => return leaf.members.get(left),
                Node::Branch(children) => {
                    let mut children = children.iter();
                    node = loop {
                        let child = children.next()?;
                        match left.checked_sub(child.len) {
                            Some(behind) => left = behind,
                            None => break &child.node,
                        }
                    };
                }
            }
        }
    }

    /// Returns the number of members before the first one for which `is_before` is false; `is_before` must be
    /// false for all members after it.
    pub(crate) fn partition_point(&self, is_before: impl Fn(&T) -> bool) -> usize {
        let (mut node, mut before) = (&self.0, 0);
        loop {
            match node {
                Node::Leaf(leaf) => return before + leaf.members.partition_point(is_before),
                Node::Branch(children) => {
                    let place = children.partition_point(|child| is_before(&child.last));
                    before += children[..place].iter().map(|child| child.len).sum::<usize>();
                    let Some(child) = children.get(place) else { return before };
                    node = &child.node;
                }
            }
        }
    }

    /// Returns the members in a range of positions, one run for each leaf.
    pub(crate) fn runs(&self, range: Range<usize>) -> Vec<Run<'_, T, K>> {
        let mut runs = Vec::new();
        self.0.add_runs(range.start..range.end.min(self.len()), &mut runs);
        runs
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.runs(0..self.len()).into_iter().flat_map(|run| run.members)
    }

    pub(crate) fn insert(&mut self, member: T) {
        if self.contains(&member) {
            return;
        }
        if let Some(behind) = self.0.insert(member) {
            let before = std::mem::replace(&mut self.0, Node::Branch(Arc::default()));
            self.0 = Node::Branch(Arc::new(vec![before.into_child(), behind.into_child()]));
        }
    }

    pub(crate) fn remove(&mut self, member: &T) {
        if !self.contains(member) {
            return;
        }
        self.0.remove(member);
        while let Node::Branch(children) = &self.0
            && let [only] = &children[..]
        {
            self.0 = only.node.clone();
        }
    }

    /// Drops the cache of a member's leaf. The leaf is copied even if its cache is empty: clones must not
    /// share it any longer, because a cache filled by one would be wrong for the others.
    pub(crate) fn forget(&mut self, member: &T) {
        if self.contains(member) {
            self.0.forget(member);
        }
    }
}

/// Expects members in ascending order without duplicates.
impl<T: Clone + Ord, K: Clone + Default> FromIterator<T> for RankedSet<T, K> {
    fn from_iter<I: IntoIterator<Item = T>>(members: I) -> Self {
        let mut nodes = Vec::new();
        let mut leaf = Vec::with_capacity(LEAF_MAX);
        for member in members {
            if leaf.len() == LEAF_MAX {
                nodes.push(Node::leaf(std::mem::replace(&mut leaf, Vec::with_capacity(LEAF_MAX))));
            }
            leaf.push(member);
        }
        nodes.push(Node::leaf(leaf));
        while nodes.len() > 1 {
            let mut rest = nodes.into_iter().map(Node::into_child);
            let branch = || {
                let children: Vec<_> = rest.by_ref().take(BRANCH_MAX).collect();
                (!children.is_empty()).then(|| Node::Branch(Arc::new(children)))
            };
            nodes = std::iter::from_fn(branch).collect();
        }
        Self(nodes.pop().expect("there is a leaf at least"))
    }
}

impl<T, K: Clone + Default> Node<T, K> {
    fn leaf(members: Vec<T>) -> Self {
        Self::Leaf(Arc::new(Leaf { members, kept: K::default() }))
    }
}

impl<T: Clone + Ord, K: Clone + Default> Node<T, K> {
    fn len(&self) -> usize {
        match self {
            Self::Leaf(leaf) => leaf.members.len(),
            Self::Branch(children) => children.iter().map(|child| child.len).sum(),
        }
    }

    /// Returns the number of the node's own members or children.
    fn width(&self) -> usize {
        match self {
            Self::Leaf(leaf) => leaf.members.len(),
            Self::Branch(children) => children.len(),
        }
    }

    /// Converts the node, which must not be empty, to a child of a branch.
    fn into_child(self) -> Child<T, K> {
        let last = match &self {
            Self::Leaf(leaf) => leaf.members.last(),
            Self::Branch(children) => children.last().map(|child| &child.last),
        };
        let last = last.expect("a branch has no empty children").clone();
        Child { len: self.len(), last, node: self }
    }

    fn leaf_of(&self, member: &T) -> Option<&Leaf<T, K>> {
        let mut node = self;
        loop {
            match node {
                Self::Leaf(leaf) => return Some(leaf),
                Self::Branch(children) => node = &children.get(place_of(children, member))?.node,
            }
        }
    }

    fn add_runs<'a>(&'a self, range: Range<usize>, runs: &mut Vec<Run<'a, T, K>>) {
        if range.is_empty() {
            return;
        }
        match self {
            Self::Leaf(leaf) => runs.push(Run { members: &leaf.members, range, kept: &leaf.kept }),
            Self::Branch(children) => {
                let mut begin = 0;
                for child in &**children {
                    let end = begin + child.len;
                    if begin >= range.end {
                        break;
                    }
                    if end > range.start {
                        child
                            .node
                            .add_runs(range.start.saturating_sub(begin)..range.end.min(end) - begin, runs);
                    }
                    begin = end;
                }
            }
        }
    }

    /// Adds a member that the node does not have. If the node overflows, returns its upper part as a new
    /// node.
    fn insert(&mut self, member: T) -> Option<Self> {
        match self {
            Self::Leaf(leaf) => {
                let leaf = Arc::make_mut(leaf);
                leaf.kept = K::default();
                let place = leaf.members.partition_point(|other| *other < member);
                leaf.members.insert(place, member);
                split(&mut leaf.members, place, LEAF_MAX).map(Self::leaf)
            }
            Self::Branch(children) => {
                let children = Arc::make_mut(children);
                let place = place_of(children, &member).min(children.len() - 1);
                let child = &mut children[place];
                if member > child.last {
                    child.last = member.clone();
                }
                let behind = child.node.insert(member);
                child.len += 1;
                let behind = behind?.into_child();
                child.len -= behind.len;
                child.last = child.node.clone().into_child().last;
                children.insert(place + 1, behind);
                split(children, place + 1, BRANCH_MAX).map(|children| Self::Branch(Arc::new(children)))
            }
        }
    }

    /// Removes a member that the node has.
    fn remove(&mut self, member: &T) {
        match self {
            Self::Leaf(leaf) => {
                let leaf = Arc::make_mut(leaf);
                leaf.kept = K::default();
                leaf.members.retain(|other| other != member);
            }
            Self::Branch(children) => {
                let children = Arc::make_mut(children);
                let place = place_of(children, member);
                children[place].node.remove(member);
                if children[place].node.width() == 0 {
                    children.remove(place);
                    return;
                }
                children[place] = children[place].node.clone().into_child();
                join(children, place);
            }
        }
    }

    fn forget(&mut self, member: &T) {
        match self {
            Self::Leaf(leaf) => Arc::make_mut(leaf).kept = K::default(),
            Self::Branch(children) => {
                let place = place_of(children, member);
                Arc::make_mut(children)[place].node.forget(member);
            }
        }
    }
}

/// Returns the position of the child that has the member, if any child has it.
fn place_of<T: Ord, K>(children: &[Child<T, K>], member: &T) -> usize {
    children.partition_point(|child| child.last < *member)
}

/// Splits items that exceed `max` after an insertion at `place`, and returns the upper part. An insertion at
/// the end splits off only the last item, so that members inserted in ascending order fill their nodes.
fn split<I>(items: &mut Vec<I>, place: usize, max: usize) -> Option<Vec<I>> {
    let at = if place == max { max } else { max / 2 };
    (items.len() > max).then(|| items.split_off(at))
}

/// Merges a child that has become small with a neighbour, if both together fill at most half a node.
fn join<T: Clone + Ord, K: Clone + Default>(children: &mut Vec<Child<T, K>>, place: usize) {
    let left = place.min(children.len().saturating_sub(2));
    let [one, other] = &children[left..(left + 2).min(children.len())] else { return };
    let joint = match (&one.node, &other.node) {
        (Node::Leaf(one), Node::Leaf(other)) if one.members.len() + other.members.len() <= LEAF_MAX / 2 => {
            Node::leaf([&one.members[..], &other.members[..]].concat())
        }
        (Node::Branch(one), Node::Branch(other)) if one.len() + other.len() <= BRANCH_MAX / 2 => {
            Node::Branch(Arc::new([&one[..], &other[..]].concat()))
        }
        _ => return,
    };
    children[left] = joint.into_child();
    children.remove(left + 1);
}

#[cfg(test)]
mod tests;
