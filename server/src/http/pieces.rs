//! A body in several pieces, sent by vectored writes without joining them first.

use std::io::IoSlice;

use bytes::{Buf, Bytes};

/// The remaining pieces; `first` is the rest of the current one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pieces {
    first: Bytes,
    rest: std::vec::IntoIter<Bytes>,
}

impl From<Bytes> for Pieces {
    fn from(first: Bytes) -> Self {
        Self { first, rest: Vec::new().into_iter() }
    }
}

impl From<Vec<Bytes>> for Pieces {
    fn from(pieces: Vec<Bytes>) -> Self {
        let mut rest = pieces.into_iter();
        Self { first: rest.next().unwrap_or_default(), rest }
    }
}

impl Buf for Pieces {
    fn remaining(&self) -> usize {
        self.first.len() + self.rest.as_slice().iter().map(Bytes::len).sum::<usize>()
    }

    fn chunk(&self) -> &[u8] {
        // `Buf` requires a non-empty chunk while bytes remain.
        let mut pieces = [&self.first].into_iter().chain(self.rest.as_slice());
        pieces.find(|piece| !piece.is_empty()).map_or(&[], |piece| piece)
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let pieces = [&self.first].into_iter().chain(self.rest.as_slice()).filter(|piece| !piece.is_empty());
        let places = slices.iter_mut().zip(pieces);
        places.map(|(slice, piece)| *slice = IoSlice::new(piece)).count()
    }

    fn advance(&mut self, mut count: usize) {
        while count > self.first.len() {
            count -= self.first.len();
            self.first = self.rest.next().expect("`count` is at most `remaining`");
        }
        self.first.advance(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_read_in_order_however_much_is_taken_at_once() {
        let parts = ["ab", "", "cde", "f"].map(Bytes::from).to_vec();
        for step in 1..=6 {
            let (mut pieces, mut read) = (Pieces::from(parts.clone()), Vec::new());
            while pieces.has_remaining() {
                let mut slices = [IoSlice::new(&[]); 8];
                let count = pieces.chunks_vectored(&mut slices);
                let all: Vec<u8> = slices[..count].iter().flat_map(|slice| slice.iter().copied()).collect();
                assert_eq!(all.len(), pieces.remaining());
                assert!(all.starts_with(pieces.chunk()) && !pieces.chunk().is_empty());
                let taken = step.min(all.len());
                read.extend_from_slice(&all[..taken]);
                pieces.advance(taken);
            }
            assert_eq!(read, b"abcdef", "{step}");
        }
        assert_eq!(Pieces::from(Vec::new()).remaining(), 0);
        assert_eq!(Pieces::from(Bytes::from("x")).chunk(), b"x");
    }
}
