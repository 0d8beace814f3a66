//! Lists of problems, cut after the first few: a thousand sentences of one kind do not help, and a
//! large request must not cause an even larger response.

use std::fmt;

/// Maximum number of items that are kept and shown.
pub const TOLD_MAX: usize = 20;

/// The first items of a list, and the number of the others.
#[derive(Clone, Debug, PartialEq)]
pub struct Excerpt<T> {
    first: Vec<T>,
    more: usize,
}

impl<T> Default for Excerpt<T> {
    fn default() -> Self {
        Self { first: Vec::new(), more: 0 }
    }
}

impl<T> Excerpt<T> {
    /// Adds an item, which is made only if it is kept.
    pub fn push_with(&mut self, make: impl FnOnce() -> T) {
        if self.first.len() < TOLD_MAX {
            self.first.push(make());
        } else {
            self.more += 1;
        }
    }

    /// Adds an item.
    pub fn push(&mut self, one: T) {
        self.push_with(|| one);
    }

    /// Appends another list.
    pub fn append(&mut self, other: Self) {
        self.extend(other.first);
        self.more += other.more;
    }

    /// Counts `more` items without keeping them.
    pub fn count(&mut self, more: usize) {
        self.more += more;
    }

    /// The items kept.
    #[must_use]
    pub fn first(&self) -> &[T] {
        &self.first
    }

    /// The number of items that were not kept.
    #[must_use]
    pub fn more(&self) -> usize {
        self.more
    }

    /// True if no item is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// Maps the items kept.
    pub fn map<U>(self, into: impl FnMut(T) -> U) -> Excerpt<U> {
        Excerpt { first: self.first.into_iter().map(into).collect(), more: self.more }
    }

    /// `and 5 more`; `None` if all items are kept.
    #[must_use]
    pub fn rest(&self) -> Option<String> {
        (self.more > 0).then(|| format!("and {} more", self.more))
    }
}

impl<T: fmt::Display> fmt::Display for Excerpt<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentences = self.first.iter().map(ToString::to_string).chain(self.rest());
        f.write_str(&sentences.collect::<Vec<_>>().join("; "))
    }
}

impl Excerpt<String> {
    /// The items kept as strings, followed by `and N more` if there are more.
    #[must_use]
    pub fn into_texts(self) -> Vec<String> {
        let rest = self.rest();
        self.first.into_iter().chain(rest).collect()
    }
}

impl<T> Extend<T> for Excerpt<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        items.into_iter().for_each(|item| self.push(item));
    }
}

impl<T> FromIterator<T> for Excerpt<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut told = Self::default();
        told.extend(items);
        told
    }
}

impl<T> From<Vec<T>> for Excerpt<T> {
    fn from(items: Vec<T>) -> Self {
        items.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_told_and_the_rest_counted() {
        let few: Excerpt<usize> = [1, 2].into_iter().collect();
        assert_eq!((few.first(), few.rest(), few.to_string()), (&[1, 2][..], None, "1; 2".to_owned()));
        let many: Excerpt<usize> = (0..100).collect();
        assert_eq!((many.first().len(), many.more()), (TOLD_MAX, 100 - TOLD_MAX));
        assert!(many.to_string().ends_with("; 19; and 80 more"), "{many}");
        let mut both = few;
        both.append(many);
        assert_eq!((both.first().len(), both.more()), (TOLD_MAX, 102 - TOLD_MAX));
        let mut made = 0;
        let mut lazy = Excerpt::default();
        (0..100).for_each(|_| lazy.push_with(|| made += 1));
        assert_eq!(made, TOLD_MAX, "items that are not kept are not made");
    }
}
