//! Lists of what is wrong, of which only the first are told: nobody reads a thousand sentences of one kind, and
//! whoever sends a large request would get a larger answer.

use std::fmt;

/// How many of them are told.
pub const TOLD_MAX: usize = 20;

/// The first of many, and how many more there are.
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
    /// Adds one, which is only made when it is told.
    pub fn push_with(&mut self, make: impl FnOnce() -> T) {
        if self.first.len() < TOLD_MAX {
            self.first.push(make());
        } else {
            self.more += 1;
        }
    }

    /// Adds one.
    pub fn push(&mut self, one: T) {
        self.push_with(|| one);
    }

    /// Adds those of another list behind these.
    pub fn append(&mut self, other: Self) {
        self.extend(other.first);
        self.more += other.more;
    }

    /// Adds so many that are not told.
    pub fn count(&mut self, more: usize) {
        self.more += more;
    }

    /// Those that are told.
    #[must_use]
    pub fn first(&self) -> &[T] {
        &self.first
    }

    /// How many are not told.
    #[must_use]
    pub fn more(&self) -> usize {
        self.more
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// Each of those that are told as something else.
    pub fn map<U>(self, into: impl FnMut(T) -> U) -> Excerpt<U> {
        Excerpt { first: self.first.into_iter().map(into).collect(), more: self.more }
    }

    /// `and 5 more`, where there are more.
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
    /// Those that are told as texts, the last of them saying how many more there are.
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
        assert_eq!(made, TOLD_MAX, "what is not told is not made");
    }
}
