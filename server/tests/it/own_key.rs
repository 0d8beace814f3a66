//! The key that serde_json reserves: an object that begins with it would be read as the text in it.

use serde_json::json;

use crate::fake::fake;

const KEY: &str = "$serde_json::private::RawValue";

#[test]
fn a_world_can_be_put_back_whatever_the_keys_in_it() {
    let fake = fake();
    let field = json!({"field": KEY, "payload": "mine"});
    let patch = json!({"op": "add", "path": format!("/{KEY}"), "value": "mine"});
    for (method, body) in [
        ("tasks.data.set", json!({"taskId": 121_230, "fields": [field]})),
        ("tasks.app-v2.data.set", json!({"taskId": 121_230, "payload": {"data": [patch]}})),
    ] {
        let status = fake.call(method, body.to_string().as_bytes()).status;
        assert!([200, 400].contains(&status), "{method}: {status}");
        let world = fake.control("GET", "world", "");
        let text = String::from_utf8(world.body).unwrap();
        assert_eq!(fake.control("PUT", "world", &text).status, 200, "{method}");
        assert_eq!(String::from_utf8(fake.control("GET", "world", "").body).unwrap(), text, "{method}");
    }
}
