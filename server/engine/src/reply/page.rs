//! A page of a listing as a reply: its counts, its rendered rows, and what a fault makes of them.

use bytes::{Bytes, BytesMut};

use crate::faults::{Act, RowAt};

/// A page. Its rows are rendered; the envelope around them is when it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub(crate) total: usize,
    pub(crate) per_page: usize,
    pub(crate) rows: Vec<Bytes>,
    /// The cursor of the next page.
    pub(crate) after: Option<String>,
    /// The cursor that this page was asked for with.
    pub(crate) asked: Option<String>,
}

impl Page {
    fn head(&self) -> String {
        // An empty set has one page: the SDK accepts 0 and 1.
        let pages = self.total.div_ceil(self.per_page).max(1);
        let after = self.after.as_ref().map_or("null".to_owned(), |after| format!("\"{after}\""));
        let (total, per_page) = (self.total, self.per_page);
        format!(
            "{{\"total\":{total},\"perPage\":{per_page},\"pagesCount\":{pages},\"after\":{after},\"entities\":["
        )
    }

    /// How many bytes it is, written.
    #[must_use]
    pub fn size(&self) -> usize {
        let rows: usize = self.rows.iter().map(Bytes::len).sum();
        self.head().len() + rows + self.rows.len().saturating_sub(1) + "]}".len()
    }

    /// The page as JSON.
    #[must_use]
    pub fn bytes(&self) -> Bytes {
        let mut bytes = BytesMut::with_capacity(self.size());
        bytes.extend_from_slice(self.head().as_bytes());
        for (index, row) in self.rows.iter().enumerate() {
            if index > 0 {
                bytes.extend_from_slice(b",");
            }
            bytes.extend_from_slice(row);
        }
        bytes.extend_from_slice(b"]}");
        bytes.freeze()
    }

    /// What `act` makes of the page. A row that it names and that is not there stays as it is not.
    pub(crate) fn distort(&mut self, act: &Act) {
        if let Some(off) = act.total_off_by {
            let off_by = isize::try_from(off).unwrap_or(if off < 0 { isize::MIN } else { isize::MAX });
            self.total = self.total.saturating_add_signed(off_by);
        }
        if let Some(index) = act.duplicate_row.and_then(|row| self.place(row)) {
            self.rows.insert(index, self.rows[index].clone());
        }
        if let Some(index) = act.drop_row.and_then(|row| self.place(row)) {
            self.rows.remove(index);
        }
        if act.cursor_loops && self.asked.is_some() {
            self.after.clone_from(&self.asked);
        }
    }

    fn place(&self, RowAt(index): RowAt) -> Option<usize> {
        usize::try_from(index).ok().filter(|index| *index < self.rows.len())
    }
}
