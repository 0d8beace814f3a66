//! The columns that a list method declares are the ones it filters by.

use serde_json::json;
use slymock_engine::request::Input;
use slymock_engine::snapshot::Fixture;
use slymock_engine::{Call, Moment, Settings, World, methods};

#[test]
fn every_declared_column_filters() {
    let mut world = World::new(Fixture::default(), &Settings::default(), Moment::from_millis(0)).unwrap();
    let cases =
        [("tasks.list", &["id", "type", "status"][..]), ("ecosystem.list", &["id", "slug", "name", "type"])];
    for (method, columns) in cases {
        for column in columns {
            let value = if *column == "id" { json!(3) } else { json!("nothing is called so") };
            let condition = json!({"field": column, "operator": "=", "value": value});
            let body = json!({"workspaceId": 23821, "filter": [condition]}).to_string();
            let row = methods::find(method).unwrap();
            let call = Call::at(Moment::from_millis(0));
            let reply = world.apply(row, &call, Input::Json(body.into(), vec![])).unwrap();
            assert!(reply.bytes().starts_with(b"{\"total\":0"), "{method} by {column}");
        }
    }
}
