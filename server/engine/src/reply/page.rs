//! A page of a listing as a reply: its counts and its rendered rows.

use bytes::Bytes;
use serde::Serialize;

use super::render::render_to;
use super::strip::Span;

/// Maximum number of pieces to send; more are joined first, because one system call writes only a limited
/// number.
const PIECES_MAX: usize = 16;
/// Upper bound on the text before the rows of nearly every page, in bytes.
const HEAD: usize = 128;
const BEGIN: &[u8] = b",\"entities\":[";
const END: &[u8] = b"]}";

/// A page. Its rows are rendered; its envelope is rendered when the page is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub(crate) total: usize,
    pub(crate) per_page: usize,
    pub(crate) rows: Vec<Span>,
    /// Cursor of the next page; `None` on the last page and in page mode.
    pub(crate) after: Option<String>,
    /// Cursor with which the page was requested.
    pub(crate) asked: Option<String>,
}

/// Members of the envelope before the rows.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Counts<'a> {
    total: usize,
    per_page: usize,
    pages_count: usize,
    after: Option<&'a str>,
}

impl Page {
    fn head(&self) -> Vec<u8> {
        let counts = Counts {
            total: self.total,
            per_page: self.per_page,
            // An empty listing has one page; the SDK accepts 0 and 1.
            pages_count: self.total.div_ceil(self.per_page).max(1),
            after: self.after.as_deref(),
        };
        let mut head = Vec::with_capacity(HEAD);
        render_to(&counts, &mut head);
        // Removes the closing brace, because the rows are the last member.
        head.pop();
        head.extend_from_slice(BEGIN);
        head
    }

    /// Splits the rows into spans of one row each.
    pub(crate) fn split(&mut self) -> &mut Vec<Span> {
        self.rows = self.rows.iter().flat_map(Span::each).collect();
        &mut self.rows
    }

    /// Returns the page as JSON, in a few pieces.
    #[must_use]
    pub fn pieces(&self) -> Vec<Bytes> {
        let mut pieces = Vec::with_capacity(self.rows.len() + 2);
        pieces.push(self.head().into());
        pieces.extend(self.rows.iter().map(Span::bytes));
        if let Some(first) = pieces.get_mut(1) {
            // Removes the comma before the first row.
            *first = first.slice(1.min(first.len())..);
        }
        pieces.push(Bytes::from_static(END));
        if pieces.len() > PIECES_MAX { vec![pieces.concat().into()] } else { pieces }
    }
}

#[cfg(test)]
mod tests {
    use super::super::StripWriter;
    use super::*;

    #[test]
    fn a_page_says_the_same_in_few_pieces_and_in_many() {
        let span = |rows: &[&str]| {
            let mut strip = StripWriter::default();
            rows.iter().for_each(|row| strip.push(|bytes| bytes.extend(row.bytes())));
            Span::all(strip.finish())
        };
        let page = |rows: Vec<Span>| Page { total: 5, per_page: 2, rows, after: None, asked: None };
        let text = |page: &Page| String::from_utf8(page.pieces().concat()).unwrap();
        let head = "{\"total\":5,\"perPage\":2,\"pagesCount\":3,\"after\":null,\"entities\":[";
        assert_eq!(text(&page(vec![])), format!("{head}]}}"));
        assert_eq!(text(&page(vec![span(&["1", "2"]), span(&["3"])])), format!("{head}1,2,3]}}"));
        let numbers: Vec<String> = (0..100).map(|number| number.to_string()).collect();
        let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
        let mut many = page(vec![span(&numbers)]);
        assert_eq!(many.pieces().len(), 3);
        let whole = text(&many);
        assert_eq!(many.split().len(), 100);
        assert_eq!((many.pieces().len(), text(&many)), (1, whole));
    }
}
