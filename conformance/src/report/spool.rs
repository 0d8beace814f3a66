//! A file for the events of ended scenarios, so that they do not take memory during the run. Scenarios end in
//! any order; the JSON report reads their events in its own order.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::event::Event;

/// Additional indentation of the events in the JSON report.
const INDENT: &[u8] = b"      ";

/// Stores the events of ended scenarios in the form of the report.
#[derive(Debug)]
pub struct Spool(Mutex<Storage>);

#[derive(Debug)]
struct Storage {
    file: File,
    end: u64,
    places: BTreeMap<String, Range<u64>>,
    /// The first write error.
    error: Option<io::Error>,
}

impl Spool {
    /// Creates a spool in an empty file.
    #[must_use]
    pub fn new(file: File) -> Self {
        Self(Mutex::new(Storage { file, end: 0, places: BTreeMap::new(), error: None }))
    }

    /// Stores the events of a scenario. A write error is reported at the end of the run.
    pub fn keep(&self, id: &str, events: &[Event]) {
        let mut text = Indenter(Vec::new());
        let written = serde_json::to_writer_pretty(&mut text, events).map_err(io::Error::from);
        let mut kept = self.kept();
        if let Err(error) = written.and_then(|()| kept.add(id, &text.0)) {
            kept.error.get_or_insert(error);
        }
    }

    /// Copies the events of a scenario to `output`.
    pub(super) fn copy(&self, id: &str, output: &mut dyn Write) -> io::Result<()> {
        let mut kept = self.kept();
        if let Some(error) = &kept.error {
            return Err(io::Error::new(error.kind(), error.to_string()));
        }
        let Some(place) = kept.places.get(id).cloned() else { return output.write_all(b"[]") };
        kept.file.seek(SeekFrom::Start(place.start))?;
        let copied = io::copy(&mut (&kept.file).take(place.end - place.start), output)?;
        if copied == place.end - place.start { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    fn kept(&self) -> MutexGuard<'_, Storage> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Storage {
    fn add(&mut self, id: &str, text: &[u8]) -> io::Result<()> {
        self.file.write_all(text)?;
        let end = self.end + text.len() as u64;
        self.places.insert(id.to_owned(), self.end..end);
        self.end = end;
        Ok(())
    }
}

/// A text in which every line except the first is indented.
struct Indenter(Vec<u8>);

impl Write for Indenter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.0.extend_from_slice(part);
            if part.ends_with(b"\n") {
                self.0.extend_from_slice(INDENT);
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn what_had_no_room_is_told_at_the_end() {
        let full = File::options().write(true).open("/dev/full");
        let Ok(full) = full else { return };
        let spool = Spool::new(full);
        spool.keep("a/b", &sample::every_event());
        let error = spool.copy("a/b", &mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }

    #[test]
    fn what_has_no_events_has_an_empty_list() {
        let spool = Spool::new(tempfile::tempfile().unwrap());
        let mut text = Vec::new();
        spool.copy("a/b", &mut text).unwrap();
        spool.keep("a/c", &[]);
        spool.copy("a/c", &mut text).unwrap();
        assert_eq!(text, b"[][]");
    }
}
