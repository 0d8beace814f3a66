//! No output contains an API token, whatever request it came in, whatever its encoding, cut or not.

use base64_of::base64;
use serde_json::{Value, json};
use slymock_server::{Config, MockServer, WorldsMode};

use crate::fake::Fake;
use crate::tenant::Tenant;

/// A token with unusual characters that a header may have.
const ODD: &str = "my:token/with.dots";

mod base64_of {
    /// Base64 in the usual alphabet, as a client writes it.
    pub(super) fn base64(text: &str) -> String {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let group = |group: &[u8]| {
            let byte = |place: usize| u32::from(group.get(place).copied().unwrap_or(0));
            let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
            let letter = |place: usize| {
                let index = bits >> (18 - 6 * place) & 63;
                if place <= group.len() { char::from(LETTERS[index as usize]) } else { '=' }
            };
            (0..4).map(letter).collect::<String>()
        };
        text.as_bytes().chunks(3).map(group).collect()
    }
}

fn on_demand() -> Fake {
    Fake::start(Config { worlds: WorldsMode::OnDemand, ..Config::default() })
}

/// A world of a token that the server has not issued.
fn world<'a>(fake: &'a Fake, token: &str) -> Tenant<'a> {
    let tenant = Tenant { fake, name: String::new(), token: token.to_owned() };
    assert_eq!(tenant.call("tasks.list", json!({"workspaceId": 23821})).status, 200);
    tenant
}

/// The length of the longest beginning of a token in a text, from 8 characters on.
fn shown(text: &str, token: &str) -> Option<usize> {
    (8..=token.len()).rev().find(|end| text.contains(&token[..*end]))
}

fn escapes(text: &str) -> String {
    text.bytes().map(|byte| format!("\\u{byte:04x}")).collect()
}

fn percents(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

/// Sends a JSON body as it is.
fn post(tenant: &Tenant<'_>, path: &str, kind: &str, body: &[u8]) {
    let headers = [("x-api-key", tenant.token.as_str()), ("Content-Type", kind)];
    tenant.fake.send("POST", path, &headers, body);
}

const WIRE: &str = "/public/api/v3/tasks.info";

#[test]
fn no_token_of_any_world_is_in_the_journal_however_it_is_written() {
    let fake = on_demand();
    let (own, odd) = (fake.tenant(json!({"name": "mine"})), world(&fake, ODD));
    for token in [own.token.clone(), odd.token.clone()] {
        let parts = format!(
            "--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"{token}\"\r\n\r\nkey {token}\r\n--x--\r\n"
        );
        for body in [
            json!({"id": 1, "x": token}).to_string(),
            json!({&token: 1, "id": 1}).to_string(),
            format!("{{\"id\": 1, \"x\": \"{}\"}}", escapes(&token)),
            format!("{{\"id\": 1, \"x\": \"{}", escapes(&token)),
            json!({"id": 1, "x": json!({"y": token}).to_string()}).to_string(),
            json!({"id": 1, "x": format!("http://a/?b={}", percents(&token))}).to_string(),
            json!({"id": 1, "x": base64(&token)}).to_string(),
            format!("no JSON {token}"),
        ] {
            post(&own, WIRE, "application/json", body.as_bytes());
        }
        post(&own, WIRE, "multipart/form-data; boundary=x", parts.as_bytes());
        post(&own, &format!("{WIRE}?id=1&{}=2", percents(&token)), "text/plain", b"");
        post(&own, &format!("/public/api/v3/{token}"), "text/plain", b"");
        post(
            &own,
            &format!("/net/none/{0}?{0}&a={1}", percents(&token), token.replace('/', "%2F")),
            "text/plain",
            b"",
        );
        own.control("PUT", "app", json!({"replies": {"a": {"b": token}}}));
        let journal = own.get("journal");
        let text = journal.to_string();
        assert_eq!(journal["entries"].as_array().unwrap().len(), 13, "{journal:#}");
        for written in [token.clone(), base64(&token), base64(&format!("key {token}")), percents(&token)] {
            assert_eq!(shown(&text, &written), None, "{written}: {journal:#}");
        }
        own.control("DELETE", "journal", Value::Null);
    }
}

#[test]
fn a_token_is_left_out_before_its_body_is_cut() {
    let fake = on_demand();
    let own = fake.tenant(json!({"name": "mine"}));
    let token = own.token.clone();
    let head = "{\"id\":1,\"pad\":\"";
    for back in [0, 1, 8, 64, 127, 128, 129, 400] {
        for written in [token.clone(), escapes(&token), percents(&token)] {
            let pad = "x".repeat(16_384 - head.len() - back);
            let body = format!("{head}{pad}{written}\", \"more\": \"{}\"}}", "y".repeat(20_000));
            post(&own, WIRE, "application/json", body.as_bytes());
            post(&own, "/net/none/x", "text/plain", body.as_bytes());
            own.control("PUT", "app", json!({"replies": {"a": format!("{pad}{token}{pad}")}}));
            post(&own, &format!("{WIRE}?id=1&pad={pad}&x={token}"), "text/plain", b"");
        }
    }
    let journal = own.get("journal").to_string();
    assert!(journal.contains("\"cut\":true"));
    let escaped = escapes(&token).replace('\\', "\\\\");
    for written in [&token[..12], &escaped[..7 * 12], &percents(&token)[..3 * 12]] {
        assert!(!journal.contains(written), "{written}");
    }
}

#[test]
fn a_token_stays_secret_when_its_world_is_gone() {
    let fake = on_demand();
    let (gone, stays) = (fake.tenant(json!({"name": "gone"})), fake.tenant(json!({"name": "stays"})));
    assert_eq!(fake.control("DELETE", "worlds/gone", "").status, 204);
    stays.call("tasks.info", json!({"id": 1, "x": gone.token}));
    assert_eq!(shown(&stays.get("journal").to_string(), &gone.token), None);
    let listed = fake.control("GET", "worlds", "").json().to_string();
    assert!(listed.contains(&stays.token), "only this call returns tokens: {listed}");
}

#[test]
fn a_short_token_hides_no_words_of_other_worlds() {
    let fake = on_demand();
    let (short, other) = (world(&fake, "id"), world(&fake, "another-world"));
    for tenant in [&short, &other] {
        tenant.control("DELETE", "journal", Value::Null);
        tenant.call("tasks.info", json!({"id": 121_230, "x": "id", "y": "an id"}));
    }
    let body = |tenant: &Tenant<'_>| tenant.get("journal")["entries"][0]["body"].clone();
    assert_eq!(body(&short), json!({"id": 121_230, "x": "[redacted]", "y": "an id"}));
    assert_eq!(body(&other), json!({"id": 121_230, "x": "id", "y": "an id"}));
}

#[test]
fn a_failed_assertion_prints_no_token() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (seen, token) = runtime.block_on(async {
        let server = MockServer::start().await;
        let token = server.new_world().await.token().to_owned();
        (server.world().journal().await, token)
    });
    let like = json!({"api_token": "a-secret", "x": token});
    let failed = std::panic::catch_unwind(|| seen.assert_sent("tasks.info", &like)).unwrap_err();
    let text = failed.downcast::<String>().unwrap();
    assert!(
        text.contains("[redacted]") && !text.contains("a-secret") && shown(&text, &token).is_none(),
        "{text}"
    );
    assert_eq!(shown(&format!("{seen:?}"), &token), None);
}
