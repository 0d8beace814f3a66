//! A set in ascending order whose members are found by their position, too: a tree whose branches know how many members
//! lie under each of their children. It is persistent, so that a clone costs next to nothing. No library of persistent
//! collections has one: a vector of `imbl` takes a tenth of a millisecond to be changed in the middle.
//!
//! What is kept beside the members of a leaf is forgotten when the leaf changes.

use std::ops::Range;
use std::sync::Arc;

/// The most members of a leaf.
const LEAF_MAX: usize = 64;
/// The most children of a branch.
const BRANCH_MAX: usize = 32;

/// The set; `K` is what is kept of a leaf.
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
    /// Its greatest member.
    last: T,
}

/// Members of a leaf that lie in a range: all of them, which of them are meant, and what is kept of the leaf.
pub(crate) struct Run<'a, T, K> {
    pub(crate) members: &'a [T],
    pub(crate) range: Range<usize>,
    pub(crate) kept: &'a K,
}

/// A leaf is cloned to be changed.
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
    /// How many members there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it has that member.
    pub(crate) fn contains(&self, member: &T) -> bool {
        self.0.leaf_of(member).is_some_and(|leaf| leaf.members.binary_search(member).is_ok())
    }

    /// The member at a position.
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

    /// How many members come before the first one for which `is_before` does not hold; it must hold for none behind that.
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

    /// The members at some positions, leaf by leaf.
    pub(crate) fn runs(&self, range: Range<usize>) -> Vec<Run<'_, T, K>> {
        let mut runs = Vec::new();
        self.0.add_runs(range.start..range.end.min(self.len()), &mut runs);
        runs
    }

    /// All members in ascending order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.runs(0..self.len()).into_iter().flat_map(|run| run.members)
    }

    /// Adds a member, if it is not there.
    pub(crate) fn insert(&mut self, member: T) {
        if self.contains(&member) {
            return;
        }
        if let Some(behind) = self.0.insert(member) {
            let before = std::mem::replace(&mut self.0, Node::Branch(Arc::default()));
            self.0 = Node::Branch(Arc::new(vec![before.into_child(), behind.into_child()]));
        }
    }

    /// Takes a member out, if it is there.
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

    /// Forgets what is kept of the leaf that a member is in. Clones have it in common no more from then on: one of them
    /// would keep what is not so for the others.
    pub(crate) fn forget(&mut self, member: &T) {
        if self.contains(member) {
            self.0.forget(member);
        }
    }
}

/// Made of members in ascending order, each of them once.
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

    /// How many members or children it has itself.
    fn width(&self) -> usize {
        match self {
            Self::Leaf(leaf) => leaf.members.len(),
            Self::Branch(children) => children.len(),
        }
    }

    /// As the child of a branch; it must not be empty.
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

    /// Adds a member that is not there; what had to be split off, which goes behind it.
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

    /// Takes out a member that is there.
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

    /// Forgets what is kept of the leaf that a member is in.
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

/// The place of the child that has a member, if any has it.
fn place_of<T: Ord, K>(children: &[Child<T, K>], member: &T) -> usize {
    children.partition_point(|child| child.last < *member)
}

/// What goes behind, when there are more than `max` since something came at `place`. Where members come in ascending
/// order, what is before stays full.
fn split<I>(items: &mut Vec<I>, place: usize, max: usize) -> Option<Vec<I>> {
    let at = if place == max { max } else { max / 2 };
    (items.len() > max).then(|| items.split_off(at))
}

/// Joins a child that has become narrow with one beside it, where both have room in one.
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
