//! A page of a listing as a reply: its counts and its rendered rows.

use bytes::{Bytes, BytesMut};

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
}
