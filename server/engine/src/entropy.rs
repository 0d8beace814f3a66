//! Randomness: `ChaCha8` keyed by seed, stream name, entity id and event number, but never by the order
//! of arrival. The same seed and the same calls therefore give the same bytes, whatever else happens in
//! between.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// The key of a draw.
#[derive(Clone, Copy, Debug)]
pub struct Draw<'a> {
    /// Seed of the world.
    pub seed: u64,
    /// Name of the stream, such as `jitter`. Streams are independent of each other.
    pub stream: &'a str,
    /// Id of the entity that draws, such as a task.
    pub entity: u64,
    /// Number of the draw among the draws of the entity.
    pub event: u64,
}

impl Draw<'_> {
    fn generator(self) -> ChaCha8Rng {
        let mut hash = Sha256::new();
        hash.update(self.seed.to_le_bytes());
        hash.update((self.stream.len() as u64).to_le_bytes());
        hash.update(self.stream.as_bytes());
        hash.update(self.entity.to_le_bytes());
        hash.update(self.event.to_le_bytes());
        ChaCha8Rng::from_seed(hash.finalize().into())
    }

    /// A number from 0 up to, but not including, `below`; 0 if `below` is 0.
    #[must_use]
    pub fn below(self, below: u64) -> u64 {
        if below == 0 { 0 } else { self.generator().random_range(0..below) }
    }

    /// A string of `len` lower-case letters and digits.
    #[must_use]
    pub fn token(self, len: usize) -> String {
        const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
        let mut generator = self.generator();
        (0..len).map(|_| char::from(ALPHABET[generator.random_range(0..ALPHABET.len())])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Golden values: a change here changes the meaning of every recorded seed.
    #[test]
    fn draws_are_pinned() {
        let draw = |event| Draw { seed: 7, stream: "jitter", entity: 121_230, event };
        let drawn: Vec<u64> = (0..4).map(|event| draw(event).below(1_000_000)).collect();
        assert_eq!(drawn, [111_052, 126_441, 144_477, 385_318]);
        assert_eq!(draw(0).token(12), "id7k232c689m");
    }

    #[test]
    fn another_stream_or_entity_draws_otherwise() {
        let draw = |stream, entity| Draw { seed: 7, stream, entity, event: 0 }.below(u64::MAX);
        assert_ne!(draw("a", 1), draw("b", 1));
        assert_ne!(draw("a", 1), draw("a", 2));
        assert_eq!(Draw { seed: 1, stream: "a", entity: 1, event: 0 }.below(0), 0);
    }
}
