//! An index of tokens, which finds them in a text in a time that grows with the text and not with
//! their number.

use std::collections::{BTreeMap, VecDeque};
use std::ops::{Bound, Range};
use std::sync::Arc;

/// Minimum length, in bytes, of a token that is looked for within texts. A shorter one may be an
/// ordinary word, and hiding it would hide parts of other worlds' requests.
pub(super) const TOKEN_MIN: usize = 8;
/// Maximum length of a token in bytes: 256 characters of UTF-8.
const TOKEN_MAX: usize = 4 * 256;
/// Number of tokens of deleted worlds that stay known.
const GONE_MAX: usize = 10_000;
/// Number of 64-bit words of the filter.
const FILTER: usize = 1024;

/// Tokens in sorted order, to look up the one that a text begins with.
pub(super) struct Index {
    /// All known tokens; `None` while the world exists, otherwise the number of its deletion.
    tokens: BTreeMap<Arc<[u8]>, Option<u64>>,
    /// The tokens of deleted worlds, oldest first.
    gone: VecDeque<(u64, Arc<[u8]>)>,
    number: u64,
    /// A filter on the first bytes of tokens, so that most positions of a text are skipped at once.
    filter: Box<[u64; FILTER]>,
    /// Number of forgotten tokens that the filter still contains.
    stale: usize,
}

impl Default for Index {
    fn default() -> Self {
        let filter = Box::new([0; FILTER]);
        Self { tokens: BTreeMap::new(), gone: VecDeque::new(), number: 0, filter, stale: 0 }
    }
}

impl Index {
    pub(super) fn add(&mut self, token: &str) {
        if token.len() >= TOKEN_MIN {
            mark(&mut self.filter, token.as_bytes());
            self.tokens.insert(token.as_bytes().into(), None);
        }
    }

    pub(super) fn retire(&mut self, token: &str) {
        let Some((token, _)) = self.tokens.get_key_value(token.as_bytes()) else { return };
        let token = Arc::clone(token);
        self.number += 1;
        self.tokens.insert(Arc::clone(&token), Some(self.number));
        self.gone.push_back((self.number, token));
        if self.gone.len() > GONE_MAX {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let Some((number, token)) = self.gone.pop_front() else { return };
        // Skipped if the token has a world again, or was deleted again later.
        if self.tokens.get(&token) == Some(&Some(number)) {
            self.tokens.remove(&token);
            self.stale += 1;
        }
        if self.stale > self.tokens.len() {
            self.filter.fill(0);
            self.tokens.keys().for_each(|token| mark(&mut self.filter, token));
            self.stale = 0;
        }
    }

    /// Adds the positions of tokens in a text. They may overlap.
    pub(super) fn find(&self, text: &[u8], found: &mut Vec<Range<usize>>) {
        for (place, head) in text.windows(TOKEN_MIN).enumerate() {
            let (word, bit) = slot(head);
            if self.filter[word] & bit != 0
                && let Some(length) = self.longest(&text[place..])
            {
                found.push(place..place + length);
            }
        }
    }

    /// The length of the longest token that a text begins with. Any token that is a prefix of the
    /// text sorts at or before it, so the search goes backwards and shortens the text to the common
    /// prefix.
    fn longest(&self, text: &[u8]) -> Option<usize> {
        let mut text = &text[..text.len().min(TOKEN_MAX)];
        loop {
            let before = (Bound::Unbounded, Bound::Included(text));
            let (token, _) = self.tokens.range::<[u8], _>(before).next_back()?;
            let same = token.iter().zip(text).take_while(|(one, other)| one == other).count();
            if same == token.len() {
                return Some(same);
            }
            text = text.get(..same).filter(|same| same.len() >= TOKEN_MIN)?;
        }
    }

    /// The position of a beginning of a token at the end of a text.
    pub(super) fn tail(&self, text: &[u8]) -> Option<Range<usize>> {
        let first = text.len().saturating_sub(TOKEN_MAX);
        let begins = |place: &usize| {
            let after = (Bound::Included(&text[*place..]), Bound::Unbounded);
            self.tokens
                .range::<[u8], _>(after)
                .next()
                .is_some_and(|(token, _)| token.starts_with(&text[*place..]))
        };
        let place = (first..(text.len() + 1).saturating_sub(TOKEN_MIN)).find(begins)?;
        Some(place..text.len())
    }
}

/// The word and bit of the filter for a token that begins with `head`.
fn slot(head: &[u8]) -> (usize, u64) {
    let head = head.iter().take(TOKEN_MIN).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let hash = head.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48;
    ((hash >> 6) as usize, 1 << (hash & 63))
}

fn mark(filter: &mut [u64; FILTER], token: &[u8]) {
    let (word, bit) = slot(token);
    filter[word] |= bit;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(index: &Index, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        index.find(text.as_bytes(), &mut found);
        found.into_iter().map(|at| text[at].to_owned()).collect()
    }

    fn index(tokens: &[&str]) -> Index {
        let mut index = Index::default();
        tokens.iter().for_each(|token| index.add(token));
        index
    }

    #[test]
    fn the_longest_token_of_a_place_is_found_and_those_that_overlap() {
        let index = index(&["abcdefgh", "abcdefghij", "abcdefghijkm", "ghijklmn", "short"]);
        assert_eq!(found(&index, "-abcdefgh-"), ["abcdefgh"]);
        assert_eq!(found(&index, "abcdefghi"), ["abcdefgh"]);
        assert_eq!(found(&index, "abcdefghijklmn"), ["abcdefghij", "ghijklmn"]);
        assert_eq!(found(&index, "abcdefg short"), [""; 0]);
    }

    #[test]
    fn a_tail_is_the_beginning_of_a_token() {
        let index = index(&["0123456789abcdef"]);
        let tail = |text: &str| index.tail(text.as_bytes()).map(|at| text[at].to_owned());
        assert_eq!(tail("x 0123456789"), Some("0123456789".to_owned()));
        assert_eq!((tail("x 0123456"), tail("x 123456789"), tail("")), (None, None, None));
    }

    #[test]
    fn tokens_of_worlds_that_are_gone_stay_known_until_there_are_too_many() {
        let mut index = index(&["the-first-token", "the-other-token"]);
        index.retire("the-first-token");
        index.retire("the-other-token");
        index.add("the-other-token");
        assert_eq!(found(&index, "the-first-token the-other-token").len(), 2);
        for number in 0..GONE_MAX {
            let token = format!("a-later-token-{number}");
            index.add(&token);
            index.retire(&token);
        }
        assert_eq!(
            found(&index, "the-first-token the-other-token"),
            ["the-other-token"],
            "it has a world again"
        );
        assert_eq!((index.gone.len(), index.tokens.len()), (GONE_MAX, GONE_MAX + 1));
    }

    #[test]
    fn the_time_grows_with_the_text_and_not_with_the_tokens() {
        // Worst case: every position of the text begins like all tokens.
        let mut index = Index::default();
        for number in 0..10_000 {
            index.add(&format!("{}{number}", "a".repeat(100)));
        }
        let text = "a".repeat(30_000);
        let begun = std::time::Instant::now();
        assert_eq!(found(&index, &text), [""; 0]);
        assert!(begun.elapsed().as_secs() < 20, "10,000 times 30,000 comparisons take minutes");
    }
}
