//! Operations that list.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::TryStreamExt as _;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use slymock_client::ListOptions;

use super::row::{Args, OperationRow, objects, read};

pub(super) const OPS: &[OperationRow] = &[
    ("task.list", |client, args| {
        Box::pin(async move {
            let List { workspace, filters } = read(args)?;
            let tasks = client.list(workspace, filters).await?;
            Ok(tasks.into_iter().map(|task| Value::Object(task.into_inner())).collect())
        })
    }),
    ("task.list_all", |client, args| {
        Box::pin(async move {
            let listing: Listing = read(args)?;
            let extras = Extras::default();
            let listed =
                client.list_all(&listing.method, listing.data.clone(), extras.options(&listing)).await?;
            Ok(extras.beside(&listing, "rows", objects(listed.rows), listed.first_response))
        })
    }),
    ("task.list_pages", |client, args| {
        Box::pin(async move {
            let listing: Listing = read(args)?;
            let extras = Extras::default();
            let pages = client.pages(&listing.method, listing.data.clone(), extras.options(&listing));
            let pages: Vec<_> = pages.try_collect().await?;
            let first = pages.first().and_then(|page| page.first_response.clone());
            let pages = pages.into_iter().map(|page| objects(page.rows)).collect();
            Ok(extras.beside(&listing, "pages", pages, first))
        })
    }),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    workspace: u64,
    #[serde(default)]
    filters: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing {
    method: String,
    data: Map<String, Value>,
    limit: Option<usize>,
    #[serde(default)]
    progress: bool,
    #[serde(default)]
    first_response: bool,
}

/// Optional results of a listing in addition to its rows.
#[derive(Default)]
struct Extras {
    progress: Arc<Mutex<Vec<usize>>>,
}

impl Extras {
    fn options(&self, listing: &Listing) -> ListOptions<'static> {
        let progress = Arc::clone(&self.progress);
        let note = move |rows| progress.lock().unwrap_or_else(PoisonError::into_inner).push(rows);
        ListOptions {
            limit: listing.limit,
            progress: listing.progress.then(|| Box::new(note) as Box<dyn FnMut(usize) + Send>),
            first_response: listing.first_response,
        }
    }

    /// Returns an object of the rows and of the optional results that were requested.
    fn beside(&self, listing: &Listing, key: &str, rows: Value, first: Option<Args>) -> Value {
        let mut value = json!({key: rows});
        if listing.progress {
            value["progress"] = json!(*self.progress.lock().unwrap_or_else(PoisonError::into_inner));
        }
        if listing.first_response {
            value["first_response"] = first.map_or(Value::Null, Value::Object);
        }
        value
    }
}
