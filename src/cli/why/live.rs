//! A request that shows what a live instance does with a method.

use slymock_server::engine::methods::Row;
use slymock_server::engine::request::{Need, Shape};

/// How to send the method to a live instance by hand.
pub(super) fn request(row: &Row) -> String {
    let warning = if row.writes() { "; it changes data, so use a workspace of your own" } else { "" };
    format!(
        "To check a claim against a live instance, set SERVER_ADDRESS and API_TOKEN, and send{warning}:\n  \
         curl -i \"$SERVER_ADDRESS/public/api/v3/{}\" -H \"x-api-key: $API_TOKEN\" {}\n",
        row.name,
        body(row)
    )
}

/// The body with the fields that the method needs; their values are for the user to fill in.
fn body(row: &Row) -> String {
    let required = row.shape.fields().iter().filter(|field| field.need == Need::Required);
    match row.shape {
        Shape::Texts(_) => "-H 'Content-Type: application/json' -d '[...]'".to_owned(),
        Shape::Form(_, file) => {
            let fields: String = required.map(|field| format!("-F {}=... ", field.name)).collect();
            format!("{fields}-F {file}=@FILE")
        }
        Shape::Parts => "-F 0='{...}' -F 0-file=@FILE".to_owned(),
        Shape::Object(_) | Shape::List(_) | Shape::Open(_) => {
            let fields: Vec<_> = required.map(|field| format!("\"{}\": ...", field.name)).collect();
            format!("-H 'Content-Type: application/json' -d '{{{}}}'", fields.join(", "))
        }
    }
}
