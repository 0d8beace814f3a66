//! Tests of requests.

use serde_json::{Value, json};

use super::{Story, case, fails, holds, hollow, judged, scenario};
use crate::event::{Way, What};
use crate::outcome::Verdict;

/// `count` polls, one second apart.
fn polls(count: u64) -> Story {
    (0..count).fold(Story::new(), |story, poll| story.at(poll * 1000).ask("tasks.info"))
}

fn info(wanted: &Value) -> Value {
    json!({"requests": {"tasks.info": wanted}})
}

#[test]
fn count_is_a_number_or_a_range_with_its_ends() {
    holds(&polls(2), &info(&json!({"count": 2})));
    holds(&Story::new(), &info(&json!({"count": 0})));
    fails(
        &polls(3),
        &info(&json!({"count": 2})),
        "tasks.info: 2 requests",
        "3 requests, at 0, 1000, 2000 ms",
    );
    let range = info(&json!({"count": {"min": 2, "max": 3}}));
    holds(&polls(2), &range);
    holds(&polls(3), &range);
    fails(&polls(1), &range, "2 to 3 requests", "1 requests");
    fails(&polls(4), &range, "2 to 3 requests", "4 requests");
    fails(&polls(0), &info(&json!({"count": {"min": 1}})), "at least 1 requests", "0 requests");
}

#[test]
fn at_ms_is_the_exact_list() {
    holds(&polls(3), &info(&json!({"at_ms": [0, 1000, 2000]})));
    fails(&polls(2), &info(&json!({"at_ms": [0, 1001]})), "at 0, 1001 ms", "at 0, 1000 ms");
    fails(&polls(2), &info(&json!({"at_ms": [0]})), "at 0 ms", "at 0, 1000 ms");
    fails(&polls(0), &info(&json!({"at_ms": [0]})), "at 0 ms", "at none ms");
}

#[test]
fn gaps_are_an_exact_list() {
    holds(&polls(3), &info(&json!({"gaps_ms": [1000, 1000]})));
    holds(&polls(1), &info(&json!({"gaps_ms": []})));
    fails(&polls(3), &info(&json!({"gaps_ms": [1000]})), "gaps of 1000 ms", "gaps of 1000, 1000 ms");
    fails(&polls(1), &info(&json!({"gaps_ms": [1000]})), "gaps of 1000 ms", "gaps of none ms");
    hollow(&polls(0), &info(&json!({"gaps_ms": []})), "0 requests");
}

#[test]
fn gaps_are_each_in_a_range() {
    let wanted = info(&json!({"gaps_ms": {"min": 1000, "max": 2000}}));
    holds(&polls(3), &wanted);
    holds(&Story::new().ask("tasks.info").at(2000).ask("tasks.info"), &wanted);
    fails(
        &polls(3).at(2999).ask("tasks.info"),
        &wanted,
        "gaps of 1000 to 2000 ms",
        "gaps of 1000, 1000, 999 ms",
    );
    fails(&polls(2).at(3001).ask("tasks.info"), &wanted, "1000 to 2000", "1000, 2001");
    hollow(&polls(1), &wanted, "1 requests");
}

#[test]
fn gaps_grow_by_a_factor_up_to_a_cap() {
    let wanted = info(&json!({"gaps_ms": {"first": 1000, "factor": 2, "cap": 3000}}));
    let at = |times: &[u64]| times.iter().fold(Story::new(), |story, at| story.at(*at).ask("tasks.info"));
    holds(&at(&[0, 1000, 3000, 6000, 9000]), &wanted);
    fails(
        &at(&[0, 1000, 3000, 7000]),
        &wanted,
        "1000 growing by 2 up to 3000",
        "gaps of 1000, 2000, 4000 ms",
    );
    fails(&at(&[0, 1000, 2000]), &wanted, "growing", "gaps of 1000, 1000 ms");
    hollow(&at(&[0]), &wanted, "1 requests");
}

#[test]
fn each_body_is_like_eq_and_without() {
    let story = Story::new().ask_with(json!({"id": 7, "a": 1})).ask_with(json!({"id": 7}));
    holds(&story, &info(&json!({"body": {"like": {"id": 7}}})));
    holds(&story, &info(&json!({"body": {"absent": ["/b"]}})));
    let eq = info(&json!({"body": {"eq": {"id": 7}}}));
    fails(&story, &eq, "a body equal to {\"id\":7}", "at 0 ms {\"id\":7,\"a\":1}");
    let like = info(&json!({"body": {"like": {"a": 1}, "absent": ["/b"]}}));
    fails(&story, &like, "a body like {\"a\":1} and without /b", "{\"id\":7}");
    fails(&story, &info(&json!({"body": {"absent": ["/a"]}})), "without /a", "\"a\":1");
    // A body that is not an object cannot contain anything, so its absence has no meaning.
    fails(
        &Story::new().ask_with(json!("text")),
        &info(&json!({"body": {"absent": ["/a"]}})),
        "without",
        "text",
    );
    hollow(&Story::new(), &like, "there is no tasks.info request");
}

#[test]
fn bodies_are_as_many_as_the_requests_one_by_one() {
    let story = Story::new().ask_with(json!({"page": 1})).ask_with(json!({"page": 2}));
    let pages = |pages: &[u64]| {
        let bodies: Vec<_> = pages.iter().map(|page| json!({"like": {"page": page}})).collect();
        info(&json!({"bodies": bodies}))
    };
    holds(&story, &pages(&[1, 2]));
    holds(&Story::new(), &pages(&[]));
    fails(&story, &pages(&[2, 1]), "like {\"page\":2}", "{\"page\":1}");
    fails(&story, &pages(&[1]), "1 requests", "2 requests");
    fails(&Story::new(), &pages(&[1]), "1 requests", "0 requests");
}

#[test]
fn headers_have_an_exact_value_or_are_not_there() {
    let story = polls(2);
    holds(&story, &info(&json!({"headers": {"x-api-key": "<token>", "x-task-id": null}})));
    let lost = story.clone().request("tasks.info", |request| request.headers.clear());
    let key = info(&json!({"headers": {"x-api-key": "<token>"}}));
    fails(&lost, &key, "x-api-key: \"<token>\"", "at 1000 ms none");
    fails(&story, &info(&json!({"headers": {"x-api-key": null}})), "x-api-key: none", "\"<token>\"");
    hollow(&Story::new(), &info(&json!({"headers": {"x-api-key": null}})), "there is no tasks.info request");
}

#[test]
fn no_url_contains_what_it_must_not() {
    let wanted = json!({"requests": {"*": {"url_never_contains": "<token>"}}});
    holds(&polls(1), &wanted);
    let leak = polls(1).request("tasks.info", |request| request.url += "?key=<token>");
    fails(&leak, &wanted, "without <token> in its URL", "/tasks.info?key=<token>");
    hollow(&Story::new(), &wanted, "there is no * request");
}

#[test]
fn a_star_is_every_method() {
    let story = Story::new().ask("tasks.info").ask("tasks.stop");
    holds(&story, &json!({"requests": {"*": {"count": 2}}, "and_no_others": true}));
    fails(&story, &json!({"requests": {"*": {"count": 1}}}), "*: 1 requests", "2 requests, at 0, 0 ms");
}

#[test]
fn there_are_no_others_than_the_methods_that_are_named() {
    let wanted = json!({"requests": {"tasks.info": {"count": 1}}, "and_no_others": true});
    holds(&polls(1), &wanted);
    let other = polls(1).at(500).ask("tasks.stop");
    fails(&other, &wanted, "no requests except tasks.info", "tasks.stop at 500 ms");
}

#[test]
fn ambient_requests_are_not_counted() {
    let ambient =
        |story: Story| story.request("instance.version", |request| request.ambient = true).reply(200);
    holds(&ambient(polls(1)), &json!({"requests": {"*": {"count": 1}}}));
    holds(&ambient(polls(1)), &json!({"requests": {"tasks.info": {"count": 1}}, "and_no_others": true}));
    hollow(
        &ambient(Story::new()),
        &json!({"requests": {"*": {"body": {"like": {}}}}}),
        "there is no * request",
    );
    hollow(&ambient(Story::new()), &json!({"no_sleep_after_last": true}), "there is no request");
    holds(&ambient(polls(1).returns(json!(1))), &json!({"of": "w", "quiet_after_result_ms": 10}));
}

#[test]
fn a_page_of_one_row_before_the_first_page_is_not_counted_but_a_retry() {
    let (one, all) = (json!({"workspaceId": 1, "page": 1, "per_page": 1}), json!({"workspaceId": 1}));
    let ask = |story: Story, body: &Value, status| {
        story.request("tasks.list", |request| request.body = body.clone()).reply(status)
    };
    let story = ask(ask(ask(Story::new(), &one, 503).at(1000), &one, 200), &all, 200);
    let wanted = |count: u64| json!({"requests": {"tasks.list": {"count": count}}});
    holds(&story, &wanted(2));
    fails(&story, &wanted(3), "tasks.list: 3 requests", "2 requests, at 0, 1000 ms");
    holds(&story, &json!({"same_on_retry": ["body", "auth"]}));
    // Without the page itself there is nothing that the one row could be the beginning of.
    holds(&ask(Story::new(), &one, 200), &wanted(1));
}

#[test]
fn without_of_the_requests_are_those_of_all_steps() {
    let story = polls(1).step(1).ask("tasks.info");
    holds(&story, &info(&json!({"count": 2})));
    holds(&story, &json!({"of": "x", "requests": {"tasks.info": {"count": 1}}}));
}

#[test]
fn what_repeats_a_failed_request_has_the_same_body_and_auth() {
    let wanted = json!({"same_on_retry": ["body", "auth"]});
    holds(&Story::new().ask_in_vain().ask("tasks.info"), &wanted);
    let other = Story::new().ask_in_vain().at(1000).ask_with(json!({"id": 8}));
    fails(&other, &wanted, "tasks.info again with {\"id\":7}", "at 1000 ms with {\"id\":8}");
    holds(&other, &json!({"same_on_retry": ["auth"]}));
    let lost = Story::new().ask_in_vain().request("tasks.info", |request| request.headers.clear());
    fails(&lost, &wanted, "again with <token>", "with no x-api-key");
    holds(&lost, &json!({"same_on_retry": ["body"]}));
}

#[test]
fn what_repeats_nothing_has_no_subject() {
    let wanted = json!({"same_on_retry": ["body"]});
    hollow(&polls(2), &wanted, "no request was repeated");
    hollow(&Story::new().ask_in_vain(), &wanted, "no request was repeated");
    hollow(&Story::new().ask_in_vain().ask("tasks.stop"), &wanted, "no request was repeated");
    // The next call sends requests of its own, in the same lane or another.
    let next = |story: Story| story.step(1).ask_with(json!({"id": 8}));
    hollow(&next(Story::new().ask_in_vain()), &wanted, "no request was repeated");
    hollow(&next(Story::new().ask_in_vain().lane("other")), &wanted, "no request was repeated");
}

#[test]
fn a_reply_that_is_spoiled_or_none_is_repeated_like_a_failed_one() {
    let wanted = json!({"same_on_retry": ["body"]});
    for (status, way) in
        [(Some(200), Way::Spoiled), (None, Way::Closed), (None, Way::Reset), (None, Way::Never)]
    {
        let story = Story::new().request("tasks.info", |_| {}).what(What::Reply {
            request: 1,
            status,
            way,
            body: Value::Null,
        });
        holds(&story.ask("tasks.info"), &wanted);
    }
}

#[test]
fn a_fault_spoils_a_whole_reply_unless_it_only_delays_it() {
    let check = json!({"id": "it", "level": "must", "same_on_retry": ["body"]});
    let verdict = |action: Value| {
        let mut scenario = scenario(std::slice::from_ref(&check));
        scenario["faults"] = json!([{"do": action}]);
        let story = Story::new().request("tasks.info", |_| {}).fault(1).reply(200).ask_with(json!({"id": 8}));
        let mut record = story.record();
        record.fired = vec![1];
        assert_eq!(case(&scenario).scenario.faults.len(), 1);
        judged(&scenario, &record).checks[1].verdict
    };
    assert_eq!(verdict(json!({"not_json": true})), Verdict::Fail);
    assert_eq!(verdict(json!({"not_json": true, "delay_ms": 10})), Verdict::Fail);
    assert_eq!(verdict(json!({"delay_ms": 10})), Verdict::Vacuous);
}
