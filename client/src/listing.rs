//! Listings, page by page. A listing either gives all it promised or says that it did not.

use std::collections::HashSet;
use std::pin::Pin;

use futures_util::stream::{self, Stream};
use futures_util::{TryStreamExt as _, future};
use serde_json::{Value, json};

use crate::{Client, Error, Row, Task, answer};

/// What is told of each page's rows.
type Progress<'a> = Box<dyn FnMut(usize) + Send + 'a>;

/// The pages of a listing, asked for as they are polled; nothing follows an error.
pub type Pages<'a> = Pin<Box<dyn Stream<Item = Result<Page, Error>> + Send + 'a>>;

/// How a listing is read.
#[derive(Default)]
pub struct ListOptions<'a> {
    /// The most rows wanted; every row unless given. With 0 the service is asked only for a first response.
    pub limit: Option<usize>,
    /// Called for each page with the number of its rows that are handed out.
    pub progress: Option<Progress<'a>>,
    /// Whether the first page's whole answer is wanted too.
    pub first_response: bool,
}

/// One page of a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Its rows, cut to the limit.
    pub rows: Vec<Row>,
    /// The whole answer, with the first page and when it was asked for.
    pub first_response: Option<Row>,
}

/// A whole listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Its rows.
    pub rows: Vec<Row>,
    /// The first page's whole answer, when it was asked for.
    pub first_response: Option<Row>,
}

impl Client {
    /// Every task of a workspace that passes the filters, such as
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

    /// Every row of any method that lists.
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

    /// The pages of any method that lists, by number, or by cursor when `data` has
    /// `"pagination_mode": "token"`. Sorted by id unless `data` says otherwise.
    ///
    /// # Errors
    ///
    /// A page may be [`Error::IncompleteListing`] when other than the promised number of rows came,
    /// [`Error::BadAnswer`] when an answer is no page or a cursor comes back, or any error of a request.
    pub fn pages<'a>(&self, method: &str, data: Row, options: ListOptions<'a>) -> Pages<'a> {
        let reader = Reader::new(self.clone(), method, data, options);
        Box::pin(stream::try_unfold(reader, Reader::turn))
    }
}

/// Where the next page is to be found.
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
    /// The rows of the page before, to notice a service that does not turn its pages.
    before: Vec<Row>,
    next: Next,
    total: u64,
    got: u64,
}

impl<'a> Reader<'a> {
    fn new(client: Client, method: &str, mut data: Row, options: ListOptions<'a>) -> Self {
        if !data.contains_key("sort") {
            data.insert("sort".to_owned(), json!("id"));
            data.insert("sort_order".to_owned(), json!("asc"));
        }
        let by_cursor = data.get("pagination_mode").and_then(Value::as_str) == Some("token");
        // Nothing is wanted of the service then.
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
        let mut answer = self.ask(&asked).await?;
        let first_response =
            (matches!(asked, Next::First) && self.options.first_response).then(|| answer.clone());
        let mut rows = self.rows(&mut answer)?;
        if matches!(asked, Next::First) {
            self.total = answer::number(&self.method, &answer, "total")?;
        }
        let came = rows.len();
        if came > 0 && rows == self.before {
            return Err(Error::bad(&self.method, "a page came twice, the pages do not end"));
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

    /// By `&mut`, as a shared reference to the caller's progress could not go to another thread.
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
        let body = self.client.read(&self.method, &Value::Object(data)).await?;
        answer::object(&self.method, &body)
    }

    /// The answer's rows, taken out of it.
    fn rows(&self, answer: &mut Row) -> Result<Vec<Row>, Error> {
        match answer.get_mut("entities").map(Value::take) {
            Some(Value::Array(items)) => answer::rows(&self.method, items),
            _ => Err(Error::bad(&self.method, "entities is not an array")),
        }
    }

    /// Counts the rows and drops those past the limit.
    fn cut(&mut self, rows: &mut Vec<Row>) {
        if let Some(limit) = self.options.limit {
            let room = (limit as u64).saturating_sub(self.got);
            rows.truncate(usize::try_from(room).unwrap_or(usize::MAX));
        }
        self.got += rows.len() as u64;
    }

    /// Nothing further is wanted: the limit is reached, or more came than there can be.
    fn is_full(&self) -> bool {
        match self.options.limit {
            Some(limit) => self.got >= limit as u64,
            None => self.got > self.total,
        }
    }

    fn following(&mut self, asked: &Next, answer: &Row, came: usize) -> Result<Next, Error> {
        match asked {
            Next::First if self.by_cursor => {
                let Some(after) = answer.get("after") else {
                    return Err(Error::bad(&self.method, "after is missing"));
                };
                // Some services give a cursor with the last page too.
                if came as u64 == self.total { Ok(Next::End) } else { self.cursor(Some(after)) }
            }
            Next::First => {
                let per_page = answer::number(&self.method, answer, "perPage")?;
                let last = answer::number(&self.method, answer, "pagesCount")?;
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
            Some(after) if self.seen.insert(after.to_string()) => Ok(Next::Cursor(after.clone())),
            Some(_) => Err(Error::bad(&self.method, "a cursor came back, the pages go round")),
        }
    }

    /// Whether the listing gave what it promised.
    fn checked(&self) -> Result<(), Error> {
        let (got, total) = (self.got, self.total);
        let kept = match self.options.limit {
            Some(limit) => got >= total.min(limit as u64),
            None => got == total,
        };
        if kept { Ok(()) } else { Err(Error::IncompleteListing { expected: total, got }) }
    }
}

fn numbered(page: u64, last: u64, per_page: u64) -> Next {
    if page > last { Next::End } else { Next::Number { page, last, per_page } }
}
