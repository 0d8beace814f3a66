//! Rendered list rows in contiguous text, so that a page consists of a few slices. A sheet has the rows of
//! one parent whose ids differ only in their lowest bits; the sheet of a row therefore never depends on other
//! rows.

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use imbl::OrdMap;

use crate::reply::{Span, Strip, StripWriter};

/// Number of low id bits within a sheet: 64 rows, one for each bit of a `u64`.
const BITS: u32 = 6;

pub(crate) type Render<'a> = dyn Fn(u64, &mut Vec<u8>) + 'a;

/// Sheets of a table's live rows, by parent and by the high bits of the id.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheets(OrdMap<(u64, u64), Arc<Sheet>>);

/// One sheet. A change of a row replaces the sheet instead of editing it, so that worlds that share one can
/// render it for each other.
struct Sheet {
    /// Bit set of the ids that have a row.
    rows: u64,
    kept: Mutex<Rendering>,
}

#[derive(Clone, Default)]
struct Rendering {
    strip: Option<Arc<Strip>>,
    /// Bit set of the ids that have a row in `strip`.
    rows: u64,
    /// Bit set of the ids whose rows changed since `strip` was rendered.
    stale: u64,
}

/// Returns the key of a row's sheet, and the row's bit in it.
fn place(parent: u64, id: u64) -> ((u64, u64), u64) {
    ((parent, id >> BITS), 1 << (id & ((1 << BITS) - 1)))
}

/// Returns the position of the row with this bit among `rows`.
fn rank(rows: u64, bit: u64) -> usize {
    (rows & (bit - 1)).count_ones() as usize
}

impl Sheets {
    /// Records that a row was added or changed, or, unless `is_there`, removed.
    pub(super) fn write(&mut self, parent: u64, id: u64, is_there: bool) {
        let (key, bit) = place(parent, id);
        match self.0.get(&key).map(|sheet| sheet.written(bit, is_there)) {
            None if is_there => drop(self.0.insert(key, Arc::new(Sheet::of(bit, Rendering::default())))),
            Some(sheet) if sheet.rows == 0 => drop(self.0.remove(&key)),
            Some(sheet) => drop(self.0.insert(key, Arc::new(sheet))),
            None => {}
        }
    }

    /// Returns the rows of a parent in a range of ids.
    pub(super) fn spans(&self, parent: u64, ids: RangeInclusive<u64>, render: &Render<'_>) -> Vec<Span> {
        let ((first, from), (last, to)) = (place(parent, *ids.start()), place(parent, *ids.end()));
        let span = |(key, sheet): (&(u64, u64), &Arc<Sheet>)| {
            let strip = sheet.strip(key.1, render);
            let begin = if *key == first { rank(sheet.rows, from) } else { 0 };
            let end = if *key == last { rank(sheet.rows, to) + 1 } else { strip.len() };
            Span::new(strip, begin..end)
        };
        self.0.range(first..=last).map(span).collect()
    }

    /// Returns the rows of a parent with these ids, in this order.
    pub(super) fn strip(&self, parent: u64, ids: impl Iterator<Item = u64>, render: &Render<'_>) -> Strip {
        let mut strip = StripWriter::default();
        let mut open: Option<((u64, u64), u64, Arc<Strip>)> = None;
        for id in ids {
            let (key, bit) = place(parent, id);
            if open.as_ref().is_none_or(|(of, ..)| *of != key) {
                open = self.0.get(&key).map(|sheet| (key, sheet.rows, sheet.strip(key.1, render)));
            }
            if let Some((_, rows, from)) = &open {
                strip.copy(from, rank(*rows, bit)..rank(*rows, bit) + 1);
            }
        }
        strip.finish()
    }

    pub(super) fn has(&self, parent: u64, id: u64) -> bool {
        let (key, bit) = place(parent, id);
        self.0.get(&key).is_some_and(|sheet| sheet.rows & bit != 0)
    }

    pub(super) fn len(&self) -> usize {
        self.0.values().map(|sheet| sheet.rows.count_ones() as usize).sum()
    }
}

impl Sheet {
    fn of(rows: u64, kept: Rendering) -> Self {
        Self { rows, kept: Mutex::new(kept) }
    }

    fn kept(&self) -> MutexGuard<'_, Rendering> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the sheet after a change of a row. It is a new sheet even if nothing is rendered: clones share
    /// the old one, and a rendering by one of them would be wrong for the others.
    fn written(&self, bit: u64, is_there: bool) -> Self {
        let rows = if is_there { self.rows | bit } else { self.rows & !bit };
        let kept = self.kept();
        Self::of(rows, Rendering { stale: kept.stale | bit, ..kept.clone() })
    }

    /// Returns all rows of the sheet; renders only those that changed. The lock is held meanwhile, so that
    /// only one of the worlds that share the sheet renders it.
    fn strip(&self, high: u64, render: &Render<'_>) -> Arc<Strip> {
        let mut kept = self.kept();
        match &kept.strip {
            Some(strip) if kept.stale == 0 && kept.rows == self.rows => Arc::clone(strip),
            _ => {
                let strip = Arc::new(self.rendered(high, &kept, render));
                *kept = Rendering { strip: Some(Arc::clone(&strip)), rows: self.rows, stale: 0 };
                strip
            }
        }
    }

    fn rendered(&self, high: u64, kept: &Rendering, render: &Render<'_>) -> Strip {
        let mut strip = StripWriter::like(kept.strip.as_deref());
        let sound = kept.rows & !kept.stale;
        let mut rest = self.rows;
        while rest != 0 {
            let bit = rest & rest.wrapping_neg();
            rest &= rest - 1;
            match &kept.strip {
                Some(before) if sound & bit != 0 => {
                    let at = rank(kept.rows, bit);
                    strip.copy(before, at..at + 1);
                }
                _ => strip.push(|bytes| render(high << BITS | u64::from(bit.trailing_zeros()), bytes)),
            }
        }
        strip.finish()
    }
}

impl fmt::Debug for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sheet({:b})", self.rows)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// Returns the text of a page of these rows, and the ids rendered for it.
    fn page(sheets: &Sheets, ids: RangeInclusive<u64>, version: u64) -> (String, Vec<u64>) {
        let rendered = RefCell::new(Vec::new());
        let render = |id: u64, bytes: &mut Vec<u8>| {
            rendered.borrow_mut().push(id);
            bytes.extend(format!("{id}.{version}").bytes());
        };
        let spans = sheets.spans(7, ids, &render);
        let text = spans.iter().map(|span| String::from_utf8(span.bytes().to_vec()).unwrap()).collect();
        (text, rendered.into_inner())
    }

    fn sheets(ids: &[u64]) -> Sheets {
        let mut sheets = Sheets::default();
        ids.iter().for_each(|id| sheets.write(7, *id, true));
        sheets
    }

    #[test]
    fn a_page_is_a_slice_of_each_sheet_and_is_rendered_once() {
        let sheets = sheets(&[1, 5, 63, 64, 200]);
        assert_eq!(page(&sheets, 5..=64, 1), (",5.1,63.1,64.1".to_owned(), vec![1, 5, 63, 64]));
        assert_eq!(page(&sheets, 1..=200, 2), (",1.1,5.1,63.1,64.1,200.2".to_owned(), vec![200]));
    }

    #[test]
    fn what_is_written_is_rendered_again_and_nothing_else() {
        let mut sheets = sheets(&[1, 5, 63]);
        page(&sheets, 1..=63, 1);
        let before = sheets.clone();
        sheets.write(7, 5, true);
        sheets.write(7, 6, true);
        sheets.write(7, 1, false);
        assert_eq!(page(&sheets, 1..=63, 2), (",5.2,6.2,63.1".to_owned(), vec![5, 6]));
        assert_eq!(page(&before, 1..=63, 3), (",1.1,5.1,63.1".to_owned(), vec![]), "the clone is as it was");
        sheets.write(7, 6, false);
        sheets.write(7, 6, true);
        assert_eq!(page(&sheets, 1..=63, 4), (",5.2,6.4,63.1".to_owned(), vec![6]), "gone and come again");
        [5, 6, 63].into_iter().for_each(|id| sheets.write(7, id, false));
        assert_eq!((sheets.len(), sheets.0.len()), (0, 0));
    }

    #[test]
    fn clones_that_differ_do_not_render_for_each_other() {
        let before = sheets(&[1, 5]);
        let mut after = before.clone();
        after.write(7, 5, true);
        assert_eq!(page(&after, 1..=5, 2).0, ",1.2,5.2");
        assert_eq!(page(&before, 1..=5, 1), (",1.1,5.1".to_owned(), vec![1, 5]));
        // The same holds if the changed row was already due for rendering.
        after.write(7, 1, true);
        let mut later = after.clone();
        later.write(7, 1, true);
        assert_eq!(page(&later, 1..=5, 4).0, ",1.4,5.2");
        assert_eq!(page(&after, 1..=5, 3).0, ",1.3,5.2");
    }

    #[test]
    fn rows_in_any_order_are_copied_together() {
        let sheets = sheets(&[1, 64, 65]);
        let render = |id: u64, bytes: &mut Vec<u8>| bytes.extend(id.to_string().bytes());
        let strip = sheets.strip(7, [65, 1, 64].into_iter(), &render);
        assert_eq!((strip.len(), &Span::all(strip).bytes()[..]), (3, &b",65,1,64"[..]));
        assert!(sheets.has(7, 65) && !sheets.has(7, 66) && !sheets.has(8, 65));
    }
}
