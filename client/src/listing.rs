//! Listings, page by page. A listing that does not return the rows announced as `total`, as far as the
//! limit wants them, ends with an error.

use std::collections::HashSet;
use std::pin::Pin;

use futures_util::stream::{self, Stream};
use futures_util::{TryStreamExt as _, future};
use serde_json::{Value, json};

use crate::quirk::Quirk;
use crate::{Client, Error, Row, Task, answer};

/// Gets the number of rows of each page.
type Progress<'a> = Box<dyn FnMut(usize) + Send + 'a>;

/// The pages of a listing. Each page is requested when the stream is polled; the stream ends after an
/// error.
pub type Pages<'a> = Pin<Box<dyn Stream<Item = Result<Page, Error>> + Send + 'a>>;

/// Options for reading a listing.
#[derive(Default)]
pub struct ListOptions<'a> {
    /// Maximum number of rows; all rows by default. With 0 no request is sent, unless `first_response`
    /// needs one.
    pub limit: Option<usize>,
    /// Called for each page with the number of its rows that are returned, which the limit may cut.
    pub progress: Option<Progress<'a>>,
    /// Return the complete response of the first page too.
    pub first_response: bool,
}

/// One page of a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The rows of the page, cut to the limit.
    pub rows: Vec<Row>,
    /// The complete response, on the first page if [`ListOptions::first_response`] is set.
    pub first_response: Option<Row>,
}

/// A complete listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// All rows, in the order of the pages.
    pub rows: Vec<Row>,
    /// The complete response of the first page, if [`ListOptions::first_response`] is set.
    pub first_response: Option<Row>,
}

impl Client {
    /// Returns all tasks of a workspace that match the filters, such as
    /// `{"field": "status", "operator": "=", "value": "finished"}`.
    ///
    /// # Errors
    ///
    /// As [`Client::list_all`].
    pub async fn list(&self, workspace: u64, filters: Vec<Value>) -> Result<Vec<Task>, Error> {
        let data = [("workspaceId", json!(workspace)), ("filter", json!(filters))];
        let data = data.map(|(key, value)| (key.to_owned(), value)).into_iter().collect();
        let listing = self.list_all("tasks.list", data, ListOptions::default()).await?;
        Ok(listing.rows.into_iter().map(Task::from).collect())
    }

    /// Returns all rows of a listing method.
    ///
    /// # Errors
    ///
    /// As the pages of [`Client::pages`].
    pub async fn list_all(
        &self,
        method: &str,
        data: Row,
        options: ListOptions<'_>,
    ) -> Result<Listing, Error> {
        let pages = self.pages(method, data, options);
        pages
            .try_fold(Listing::default(), |mut all, page| {
                all.rows.extend(page.rows);
                all.first_response = all.first_response.or(page.first_response);
                future::ok(all)
            })
            .await
    }

    /// Returns the pages of a listing method, by number, or by cursor if `data` has
    /// `"pagination_mode": "token"`. Sorted by id unless `data` has a `sort`.
    ///
    /// # Errors
    ///
    /// The stream ends with [`Error::IncompleteListing`] when the number of rows is not the announced
    /// one (with a limit: when there are fewer than the limit and the announced number), with
    /// [`Error::BadAnswer`] when a response is not a page, or a page or a cursor is repeated, or with
    /// any error of a request.
    pub fn pages<'a>(&self, method: &str, data: Row, options: ListOptions<'a>) -> Pages<'a> {
        let reader = Reader::new(self.clone(), method, data, options);
        Box::pin(stream::try_unfold(reader, Reader::turn))
    }
}

/// The next page to request.
enum Next {
    First,
    Number { page: u64, last: u64, per_page: u64 },
    Cursor(Value),
    End,
}

struct Reader<'a> {
    client: Client,
    method: String,
    data: Row,
    options: ListOptions<'a>,
    by_cursor: bool,
    seen: HashSet<String>,
    /// The rows of the previous page, to detect a server that returns the same page forever.
    before: Vec<Row>,
    next: Next,
    total: u64,
    got: u64,
}

impl<'a> Reader<'a> {
    fn new(client: Client, method: &str, mut data: Row, mut options: ListOptions<'a>) -> Self {
        if client.inner.has(Quirk::LimitOffByOne) {
            options.limit = options.limit.map(|limit| limit + 1);
        }
        if let Some(size) = client.inner.quirks.page_size(options.limit) {
            data.entry("per_page").or_insert(json!(size));
        }
        if !data.contains_key("sort") {
            data.insert("sort".to_owned(), json!("id"));
            data.insert("sort_order".to_owned(), json!("asc"));
        }
        let by_cursor = data.get("pagination_mode").and_then(Value::as_str) == Some("token");
        // Without rows and without a first response there is nothing to request.
        let idle = options.limit == Some(0) && !options.first_response;
        Self {
            client,
            method: method.to_owned(),
            data,
            options,
            by_cursor,
            seen: HashSet::new(),
            before: Vec::new(),
            next: if idle { Next::End } else { Next::First },
            total: 0,
            got: 0,
        }
    }

    async fn turn(mut self) -> Result<Option<(Page, Self)>, Error> {
        let asked = std::mem::replace(&mut self.next, Next::End);
        if matches!(asked, Next::End) {
            return self.checked().map(|()| None);
        }
        if matches!(asked, Next::First) && !self.by_cursor && self.has(Quirk::FirstPageOfOne) {
            self.ask(&Next::Number { page: 1, last: 1, per_page: 1 }).await?;
        }
        let mut answer = self.ask(&asked).await?;
        let first_response =
            (matches!(asked, Next::First) && self.options.first_response).then(|| answer.clone());
        let mut rows = self.rows(&mut answer)?;
        if matches!(asked, Next::First) {
            self.total = answer::number(&self.method, &answer, "total")?;
        }
        let came = rows.len();
        if came > 0 && rows == self.before && !self.has(Quirk::CursorLoop) {
            return Err(Error::bad(&self.method, "a page came twice, so the listing would not end"));
        }
        self.cut(&mut rows);
        let next = self.following(&asked, &answer, came)?;
        self.next = if came == 0 || self.is_full() { Next::End } else { next };
        if !matches!(self.next, Next::End) {
            self.before.clone_from(&rows);
        }
        if let Some(progress) = &mut self.options.progress {
            progress(rows.len());
        }
        Ok(Some((Page { rows, first_response }, self)))
    }

    fn has(&self, quirk: Quirk) -> bool {
        self.client.inner.has(quirk)
    }

    /// Takes `&mut self`, because a shared reference to the caller's `progress` would not be `Send`.
    async fn ask(&mut self, next: &Next) -> Result<Row, Error> {
        let mut data = self.data.clone();
        match next {
            Next::First | Next::End => {}
            Next::Number { page, per_page, .. } => {
                data.insert("page".to_owned(), json!(page));
                data.insert("per_page".to_owned(), json!(per_page));
            }
            Next::Cursor(after) => {
                data.insert("after".to_owned(), after.clone());
            }
        }
        if !matches!(next, Next::First) && self.has(Quirk::FilterLostOnPage2) {
            data.shift_remove("filter");
        }
        let body = self.client.read(&self.method, &Value::Object(data)).await?;
        answer::object(&self.method, &body)
    }

    /// Takes the rows out of a response.
    fn rows(&self, answer: &mut Row) -> Result<Vec<Row>, Error> {
        match answer.get_mut("entities").map(Value::take) {
            Some(Value::Array(items)) => answer::rows(&self.method, items),
            _ => Err(Error::bad(&self.method, "entities is not an array")),
        }
    }

    /// Drops rows beyond the limit and counts the others.
    fn cut(&mut self, rows: &mut Vec<Row>) {
        if let Some(limit) = self.options.limit {
            let room = (limit as u64).saturating_sub(self.got);
            rows.truncate(usize::try_from(room).unwrap_or(usize::MAX));
        }
        self.got += rows.len() as u64;
    }

    /// True if no further page is needed: the limit is reached, or there are more rows than announced.
    fn is_full(&self) -> bool {
        match self.options.limit {
            Some(limit) => self.got >= limit as u64,
            None => self.got > self.total && !self.has(Quirk::CursorLoop),
        }
    }

    fn following(&mut self, asked: &Next, answer: &Row, came: usize) -> Result<Next, Error> {
        match asked {
            Next::First if self.by_cursor => {
                let Some(after) = answer.get("after") else {
                    return Err(Error::bad(&self.method, "after is missing"));
                };
                // Some servers return a cursor with the last page too.
                if came as u64 == self.total { Ok(Next::End) } else { self.cursor(Some(after)) }
            }
            Next::First => {
                let per_page = answer::number(&self.method, answer, "perPage")?;
                let mut last = answer::number(&self.method, answer, "pagesCount")?;
                if self.has(Quirk::PageLost) {
                    last = last.saturating_sub(1);
                }
                Ok(numbered(2, last, per_page))
            }
            Next::Number { page, last, per_page } => Ok(numbered(page + 1, *last, *per_page)),
            Next::Cursor(_) => self.cursor(answer.get("after")),
            Next::End => Ok(Next::End),
        }
    }

    fn cursor(&mut self, after: Option<&Value>) -> Result<Next, Error> {
        match after {
            None | Some(Value::Null) => Ok(Next::End),
            Some(after) if self.seen.insert(after.to_string()) || self.has(Quirk::CursorLoop) => {
                Ok(Next::Cursor(after.clone()))
            }
            Some(_) => Err(Error::bad(&self.method, "a cursor came twice, so the listing would not end")),
        }
    }

    /// Checks the number of rows against the announced total.
    fn checked(&self) -> Result<(), Error> {
        let (got, total) = (self.got, self.total);
        let kept = match self.options.limit {
            Some(limit) => got >= total.min(limit as u64),
            None => got == total,
        };
        if kept || self.has(Quirk::PageLost) {
            Ok(())
        } else {
            Err(Error::IncompleteListing { expected: total, got })
        }
    }
}

fn numbered(page: u64, last: u64, per_page: u64) -> Next {
    if page > last { Next::End } else { Next::Number { page, last, per_page } }
}
