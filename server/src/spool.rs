//! Texts that are too large for memory, in unnamed temporary files. The system deletes such a file
//! when its last handle is closed.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write as _};
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

/// A text in an unnamed file.
#[derive(Debug)]
pub(crate) struct Spool {
    file: File,
    length: u64,
}

impl Spool {
    /// Creates an empty one in the system's temporary folder.
    ///
    /// # Errors
    ///
    /// The error of the system.
    pub(crate) fn begin() -> io::Result<Self> {
        Ok(Self { file: tempfile::tempfile()?, length: 0 })
    }

    /// Adds bytes to its end.
    ///
    /// # Errors
    ///
    /// The error of the system.
    pub(crate) fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.length += bytes.len() as u64;
        Ok(())
    }
}

/// A text, in memory or in a file, that can be read more than once.
#[derive(Clone, Debug)]
pub(crate) enum Text {
    Memory(io::Cursor<Bytes>),
    /// A range of a file, and the number of bytes of it that are read.
    File {
        spool: Arc<Spool>,
        part: Range<u64>,
        read: u64,
    },
}

impl Text {
    pub(crate) fn in_memory(bytes: Bytes) -> Self {
        Self::Memory(io::Cursor::new(bytes))
    }

    pub(crate) fn in_file(spool: Arc<Spool>) -> Self {
        Self::File { part: 0..spool.length, spool, read: 0 }
    }

    /// A range of this text, as a text.
    pub(crate) fn part(&self, part: Range<u64>) -> Self {
        match self {
            Self::Memory(text) => {
                let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(text.get_ref().len());
                Self::in_memory(text.get_ref().slice(place(part.start)..place(part.end)))
            }
            Self::File { spool, part: whole, .. } => {
                let place = |at: u64| (whole.start + at).min(whole.end);
                let part = place(part.start)..place(part.end);
                Self::File { spool: Arc::clone(spool), part, read: 0 }
            }
        }
    }
}

impl Read for Text {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Memory(text) => text.read(buffer),
            Self::File { spool, part, read } => {
                let at = part.start + *read;
                let mut file = &spool.file;
                // Clones share the file and its position, so each read seeks first.
                file.seek(SeekFrom::Start(at))?;
                let length = file.take(part.end.saturating_sub(at)).read(buffer)?;
                *read += length as u64;
                Ok(length)
            }
        }
    }
}

impl Seek for Text {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::Memory(text) => text.seek(to),
            Self::File { part, read, .. } => {
                let at = match to {
                    SeekFrom::Start(at) => Some(at),
                    SeekFrom::End(by) => (part.end - part.start).checked_add_signed(by),
                    SeekFrom::Current(by) => read.checked_add_signed(by),
                };
                *read = at.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
                Ok(*read)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &mut Text) -> String {
        let mut all = String::new();
        text.read_to_string(&mut all).unwrap();
        all
    }

    #[test]
    fn a_text_is_read_again_wherever_it_is() {
        let mut spool = Spool::begin().unwrap();
        ["one ", "two ", "three"].iter().for_each(|word| spool.add(word.as_bytes()).unwrap());
        for mut text in [Text::in_file(Arc::new(spool)), Text::in_memory("one two three".into())] {
            assert_eq!(all(&mut text), "one two three");
            assert_eq!(text.seek(SeekFrom::End(-5)).unwrap(), 8);
            assert_eq!((all(&mut text), all(&mut text)), ("three".to_owned(), String::new()));
            let mut part = text.part(4..11);
            text.rewind().unwrap();
            assert_eq!(
                (all(&mut part), all(&mut text.clone())),
                ("two thr".to_owned(), "one two three".to_owned())
            );
            assert_eq!((part.seek(SeekFrom::Current(-3)).unwrap(), all(&mut part)), (4, "thr".to_owned()));
            assert_eq!(all(&mut part.part(2..900)), "o thr");
            assert!(part.seek(SeekFrom::End(-8)).is_err());
        }
    }
}
