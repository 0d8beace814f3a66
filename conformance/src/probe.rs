//! Requests that only learn the size of a listing. Some clients request one row before they read the first
//! page. Such a request is allowed, and not counted.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::event::{Event, Request, What};

/// The requests, by lane and number, for a first page of one row that are followed by the same request for the
/// whole first page. Of several attempts only the last is one, because the others are retries to be judged.
pub(crate) fn probes(events: &[Event]) -> BTreeSet<(&str, u64)> {
    let mut listings: BTreeMap<_, Vec<&Request>> = BTreeMap::new();
    for event in events {
        if let What::Request(request) = &event.what {
            let listing = (event.lane.as_str(), event.step, request.method.as_str());
            listings.entry(listing).or_default().push(request);
        }
    }
    let found = listings.into_iter().filter_map(|((lane, ..), requests)| Some((lane, probe(&requests)?)));
    found.collect()
}

/// Number of the probe among the requests of one listing.
fn probe(requests: &[&Request]) -> Option<u64> {
    let of_one_row = requests.iter().take_while(|request| is_for_one_row(request)).count();
    let (probe, read) = (requests.get(of_one_row.checked_sub(1)?)?, requests.get(of_one_row)?);
    (first_page(probe)? == first_page(read)?).then_some(probe.request)
}

fn is_for_one_row(request: &Request) -> bool {
    request.body.get("per_page").is_some_and(|size| size == 1) && first_page(request).is_some()
}

/// The rest of a request for a first page.
fn first_page(request: &Request) -> Option<Map<String, Value>> {
    let mut rest = request.body.as_object()?.clone();
    rest.remove("per_page");
    rest.remove("page").is_none_or(|page| page == 1).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn probed(bodies: &[Value]) -> Vec<u64> {
        let event = |(number, body): (u64, &Value)| {
            let request = Request {
                request: number,
                method: "tasks.list".to_owned(),
                verb: "POST".to_owned(),
                url: "/".to_owned(),
                headers: BTreeMap::new(),
                body: body.clone(),
                ambient: false,
            };
            Event { at_ms: 0, lane: "main".to_owned(), number, step: Some(0), what: What::Request(request) }
        };
        let events: Vec<_> = (1..).zip(bodies).map(event).collect();
        probes(&events).into_iter().map(|(_, number)| number).collect()
    }

    #[test]
    fn a_page_of_one_row_before_the_first_page_is_a_probe() {
        let (one, all) = (json!({"w": 1, "page": 1, "per_page": 1}), json!({"w": 1}));
        let next = json!({"w": 1, "page": 2, "per_page": 3});
        assert_eq!(probed(&[one.clone(), all.clone(), next.clone()]), [1]);
        assert_eq!(probed(&[json!({"w": 1, "per_page": 1}), json!({"w": 1, "page": 1, "per_page": 5})]), [1]);
        assert_eq!(probed(&[one.clone(), one.clone(), all.clone(), next]), [2]);
    }

    #[test]
    fn no_other_request_is_one() {
        let (one, all) = (json!({"w": 1, "page": 1, "per_page": 1}), json!({"w": 1}));
        let other = json!({"w": 2});
        let second = json!({"w": 1, "page": 2, "per_page": 1});
        let same = [all.clone(), all.clone()];
        for bodies in [
            &[one.clone()][..],
            &[one.clone(), one.clone()],
            &[one.clone(), other],
            &[one.clone(), second.clone()],
            &[second, all.clone()],
            &[all.clone(), one],
            &same,
            &[json!("text"), all],
        ] {
            assert_eq!(probed(bodies), [0; 0], "{bodies:?}");
        }
    }
}
