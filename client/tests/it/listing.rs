//! Reading listings, by page number and by cursor.

use futures_util::TryStreamExt as _;
use serde_json::{Value, json};
use slymock_client::{Error, ListOptions, Listing};

use crate::service::{Reply, Service, against, ok, row};

/// A page with these rows, of a listing that announces `total` rows on `pages` pages of three.
fn page(ids: &[u64], total: u64, pages: u64) -> Reply {
    let entities: Vec<_> = ids.iter().map(|id| json!({"id": id})).collect();
    ok(&json!({"total": total, "perPage": 3, "pagesCount": pages, "entities": entities}))
}

fn cursor(ids: &[u64], total: u64, after: Value) -> Reply {
    let entities: Vec<_> = ids.iter().map(|id| json!({"id": id})).collect();
    ok(&json!({"total": total, "entities": entities, "after": after}))
}

fn seven() -> Vec<Reply> {
    vec![page(&[1, 2, 3], 7, 3), page(&[4, 5, 6], 7, 3), page(&[7], 7, 3)]
}

fn ids(listing: &Listing) -> Vec<u64> {
    listing.rows.iter().map(|row| row["id"].as_u64().unwrap()).collect()
}

async fn list(replies: Vec<Reply>, data: Value, limit: Option<usize>) -> (Result<Listing, Error>, Service) {
    let (client, service, _) = against(replies);
    let options = ListOptions { limit, ..ListOptions::default() };
    (client.list_all("tasks.list", row(data), options).await, service)
}

fn incomplete(result: &Result<Listing, Error>) -> Option<(u64, u64)> {
    match result {
        Err(Error::IncompleteListing { expected, got }) => Some((*expected, *got)),
        _ => None,
    }
}

#[tokio::test]
async fn pages_are_asked_for_by_number_with_the_page_size_of_the_first() {
    let (result, service) = list(seven(), json!({"workspaceId": 1, "filter": []}), None).await;
    assert_eq!(ids(&result.unwrap()), [1, 2, 3, 4, 5, 6, 7]);
    let first = json!({"workspaceId": 1, "filter": [], "sort": "id", "sort_order": "asc"});
    let further = |page: u64| {
        let mut data = first.clone();
        data["page"] = json!(page);
        data["per_page"] = json!(3);
        data
    };
    assert_eq!(service.bodies(), [first.clone(), further(2), further(3)]);
}

#[tokio::test]
async fn the_callers_own_sort_is_left_alone() {
    let (_, service) = list(vec![page(&[], 0, 1)], json!({"sort": "status"}), None).await;
    assert_eq!(service.bodies(), [json!({"sort": "status"})]);
}

#[tokio::test]
async fn a_limit_cuts_the_rows_and_saves_every_request_it_can() {
    for (limit, requests) in [(0, 0), (1, 1), (2, 1), (3, 1), (4, 2), (6, 2), (7, 3), (8, 3)] {
        let (result, service) = list(seven(), json!({}), Some(limit)).await;
        assert_eq!((result.unwrap().rows.len(), service.asked().len()), (limit.min(7), requests), "{limit}");
    }
}

#[tokio::test]
async fn an_empty_listing_has_no_page_or_one() {
    for pages in [0, 1] {
        let (result, service) = list(vec![page(&[], 0, pages)], json!({}), None).await;
        assert_eq!((result.unwrap().rows.len(), service.asked().len()), (0, 1));
    }
}

#[tokio::test]
async fn other_than_the_promised_number_of_rows_is_an_error() {
    let too_few = vec![page(&[1, 2, 3], 7, 2), page(&[4, 5], 7, 2)];
    assert_eq!(incomplete(&list(too_few.clone(), json!({}), None).await.0), Some((7, 5)));
    assert_eq!(incomplete(&list(too_few.clone(), json!({}), Some(6)).await.0), Some((7, 5)));
    assert_eq!(list(too_few, json!({}), Some(5)).await.0.unwrap().rows.len(), 5);
    let too_many = vec![page(&[1, 2, 3], 4, 2), page(&[4, 5], 4, 2)];
    assert_eq!(incomplete(&list(too_many, json!({}), None).await.0), Some((4, 5)));
}

#[tokio::test]
async fn an_empty_page_ends_a_listing_whatever_number_of_pages_was_promised() {
    let endless = vec![page(&[1, 2, 3], 9, u64::MAX), page(&[], 9, u64::MAX)];
    let (result, service) = list(endless, json!({}), None).await;
    assert_eq!((incomplete(&result), service.asked().len()), (Some((9, 3)), 2));
    let (result, service) = list(vec![page(&[], 9, 3)], json!({}), Some(2)).await;
    assert_eq!((incomplete(&result), service.asked().len()), (Some((9, 0)), 1));
}

#[tokio::test]
async fn cursors_are_followed_until_there_is_none() {
    let replies =
        vec![cursor(&[1, 2], 5, json!("a")), cursor(&[3, 4], 5, json!("b")), cursor(&[5], 5, Value::Null)];
    let (result, service) = list(replies, json!({"pagination_mode": "token", "filter": []}), None).await;
    assert_eq!(ids(&result.unwrap()), [1, 2, 3, 4, 5]);
    let first = json!({"pagination_mode": "token", "filter": [], "sort": "id", "sort_order": "asc"});
    let after = |after: &str| {
        let mut data = first.clone();
        data["after"] = json!(after);
        data
    };
    assert_eq!(service.bodies(), [first.clone(), after("a"), after("b")]);
}

#[tokio::test]
async fn cursors_that_go_round_are_a_bad_answer() {
    let token = json!({"pagination_mode": "token"});
    let at_once = vec![cursor(&[1], 9, json!("a")), cursor(&[2], 9, json!("a"))];
    let later = vec![cursor(&[1], 9, json!("a")), cursor(&[2], 9, json!("b")), cursor(&[3], 9, json!("a"))];
    for replies in [at_once, later] {
        let count = replies.len();
        let (result, service) = list(replies, token.clone(), None).await;
        assert!(matches!(result, Err(Error::BadAnswer(_))));
        assert_eq!(service.asked().len(), count);
    }
}

#[tokio::test]
async fn listings_by_cursor_keep_limits_and_promises_too() {
    let token = json!({"pagination_mode": "token"});
    let replies = || vec![cursor(&[1, 2], 5, json!("a")), cursor(&[3, 4], 5, Value::Null)];
    assert_eq!(incomplete(&list(replies(), token.clone(), None).await.0), Some((5, 4)));
    let (result, service) = list(replies(), token.clone(), Some(2)).await;
    assert_eq!((ids(&result.unwrap()), service.asked().len()), (vec![1, 2], 1));
    let whole = vec![cursor(&[1, 2], 2, json!("a"))];
    assert_eq!(list(whole, token, None).await.0.unwrap().rows.len(), 2);
}

#[tokio::test]
async fn an_answer_that_is_no_page_is_a_bad_answer() {
    let whole = json!({"total": 1, "perPage": 3, "pagesCount": 1, "entities": [{}]});
    let mut broken = vec![json!([]), json!(null)];
    for key in ["total", "perPage", "pagesCount", "entities"] {
        for value in [Value::Null, json!(-1), json!("1"), json!([1])] {
            let mut page = whole.clone();
            page[key] = value;
            broken.push(page);
        }
    }
    for answer in broken {
        let (result, _) = list(vec![ok(&answer)], json!({}), None).await;
        assert!(matches!(result, Err(Error::BadAnswer(_))), "{answer}: {result:?}");
    }
    let no_cursor = ok(&json!({"total": 1, "entities": [{}]}));
    let (result, _) = list(vec![no_cursor], json!({"pagination_mode": "token"}), None).await;
    assert!(matches!(result, Err(Error::BadAnswer(_))));
}

#[tokio::test]
async fn a_method_that_cannot_stand_in_a_path_is_refused() {
    for method in ["", "../x", "tasks list", "a?b", "a\r\nb"] {
        let (client, service, _) = against(Vec::new());
        let result = client.list_all(method, row(json!({})), ListOptions::default()).await;
        assert!(matches!(result, Err(Error::InvalidArgument(_))), "{method}");
        assert_eq!(service.asked().len(), 0);
    }
}

#[tokio::test]
async fn pages_come_one_by_one_with_progress_and_the_first_answer() {
    let (client, ..) = against(seven());
    let mut told = Vec::new();
    let progress = Box::new(|rows| told.push(rows));
    let options = ListOptions { limit: Some(5), progress: Some(progress), first_response: true };
    let pages: Vec<_> = client.pages("tasks.list", row(json!({})), options).try_collect().await.unwrap();
    assert_eq!(pages.iter().map(|page| page.rows.len()).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(told, [3, 2]);
    let first = pages[0].first_response.as_ref().unwrap();
    assert_eq!((&first["total"], first["entities"].as_array().unwrap().len()), (&json!(7), 3));
    assert_eq!(pages[1].first_response, None);
}

#[tokio::test]
async fn the_rows_before_an_error_are_handed_out_and_nothing_after_it() {
    let (client, ..) = against(vec![page(&[1, 2, 3], 7, 2), page(&[4], 7, 2)]);
    let mut pages = client.pages("tasks.list", row(json!({})), ListOptions::default());
    assert_eq!(pages.try_next().await.unwrap().unwrap().rows.len(), 3);
    assert_eq!(pages.try_next().await.unwrap().unwrap().rows.len(), 1);
    assert!(matches!(pages.try_next().await, Err(Error::IncompleteListing { expected: 7, got: 4 })));
    assert_eq!(pages.try_next().await.unwrap(), None);
}

#[tokio::test]
async fn the_tasks_of_a_workspace_are_listed_with_their_filters() {
    let (client, service, _) = against(vec![page(&[5], 1, 1)]);
    let filter = json!({"field": "id", "operator": "=", "value": 5});
    let tasks = client.list(3, vec![filter.clone()]).await.unwrap();
    assert_eq!(tasks[0].id().unwrap(), 5);
    let data = json!({"workspaceId": 3, "filter": [filter], "sort": "id", "sort_order": "asc"});
    assert_eq!((service.asked()[0].method(), service.bodies()), ("tasks.list", vec![data]));
}

#[tokio::test]
async fn a_service_that_never_turns_its_pages_is_not_asked_for_ever() {
    let same = page(&[1, 2], u64::MAX, u64::MAX);
    let (result, service) = list(vec![same.clone(), same.clone(), same], json!({}), None).await;
    assert!(matches!(result, Err(Error::BadAnswer(text)) if text.contains("a page came twice")));
    assert_eq!(service.asked().len(), 2);
}
