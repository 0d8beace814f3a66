//! A page of a listing as a reply: its counts and its rendered rows.

use bytes::Bytes;
use serde::Serialize;

use super::render::render_to;
use super::strip::Span;

/// What is sent in more pieces than this is put together first: a system takes only so many at once.
const PIECES_MAX: usize = 16;
/// No more bytes than this stand before the rows of nearly any page.
const HEAD: usize = 128;
/// What stands between the counts and the rows.
const BEGIN: &[u8] = b",\"entities\":[";
/// What stands behind the rows.
const END: &[u8] = b"]}";

/// A page. Its rows are rendered; the envelope around them is when it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub(crate) total: usize,
    pub(crate) per_page: usize,
    pub(crate) rows: Vec<Span>,
    /// The cursor of the next page.
    pub(crate) after: Option<String>,
    /// The cursor that this page was asked for with.
    pub(crate) asked: Option<String>,
}

/// What a page says of itself.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Counts<'a> {
    total: usize,
    per_page: usize,
    pages_count: usize,
    after: Option<&'a str>,
}

impl Page {
    /// What stands before the rows.
    fn head(&self) -> Vec<u8> {
        let counts = Counts {
            total: self.total,
            per_page: self.per_page,
            // An empty set has one page: the SDK accepts 0 and 1.
            pages_count: self.total.div_ceil(self.per_page).max(1),
            after: self.after.as_deref(),
        };
        let mut head = Vec::with_capacity(HEAD);
        render_to(&counts, &mut head);
        // The rows are the last of its members.
        head.pop();
        head.extend_from_slice(BEGIN);
        head
    }

    /// Its rows, each by itself.
    pub(crate) fn split(&mut self) -> &mut Vec<Span> {
        self.rows = self.rows.iter().flat_map(Span::each).collect();
        &mut self.rows
    }

    /// The page as JSON, in a few pieces.
    #[must_use]
    pub fn pieces(&self) -> Vec<Bytes> {
        let mut pieces = Vec::with_capacity(self.rows.len() + 2);
        pieces.push(self.head().into());
        pieces.extend(self.rows.iter().map(Span::bytes));
        if let Some(first) = pieces.get_mut(1) {
            // There is no row before it.
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
