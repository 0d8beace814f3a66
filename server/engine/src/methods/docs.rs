//! The list of methods as Markdown, from which `server/docs/METHODS.md` is printed.

use std::fmt::Write as _;

use super::METHODS;
use super::names::area;
use crate::method::{Row, TaskRef};
use crate::request::{Field, Need, Shape};

/// Returns all methods as one Markdown page.
#[must_use]
pub fn markdown() -> String {
    let mut page = String::from(
        "# Wire methods\n\nPrinted by `slymock methods --format md`; a test fails when it is out of date.\n\
         Every method is served at `/public/api/v3/METHOD` for any HTTP verb. Pass its fields as a JSON body or \
         as a query. `slymock why METHOD` prints the evidence, which is also linked from each section.\n\n| method | what it does |\n|---|---|\n",
    );
    for row in METHODS.iter() {
        let _ = writeln!(page, "| [`{}`](#{}) | {} |", row.name, anchor(row.name), row.about);
    }
    for row in METHODS.iter() {
        section(&mut page, row);
    }
    page
}

fn anchor(name: &str) -> String {
    name.to_lowercase().replace('.', "")
}

fn section(page: &mut String, row: &Row) {
    let _ = write!(page, "\n## {}\n\n{}\n\n", row.name, row.about);
    match row.shape {
        Shape::Object([]) => page.push_str("Takes no fields.\n"),
        Shape::Object(fields) | Shape::List(fields) => table(page, fields),
        Shape::Open(fields) => {
            table(page, fields);
            page.push_str("\nAdditional fields are accepted as they are.\n");
        }
        Shape::Texts(key) => {
            let _ = writeln!(page, "Takes an array of texts; in a query, repeat `{key}`.");
        }
        Shape::Form(fields, file) => {
            table(page, fields);
            let _ = writeln!(
                page,
                "\nSend the fields as `multipart/form-data`, with the file in the part `{file}`."
            );
        }
        Shape::Parts => page.push_str("Takes `multipart/form-data`.\n"),
    }
    let _ = write!(page, "\nReturns {}.\n", row.answer);
    if row.task == TaskRef::Header {
        page.push_str("\nThe `x-task-id` header names the task.\n");
    }
    for about in remarks(row) {
        let _ = write!(page, "\n{about}\n");
    }
    let _ =
        writeln!(page, "\n[Evidence](../../docs/wire/{}.md#{})", area(row.name).unwrap_or("tasks"), row.name);
}

/// Returns further remarks about a method.
fn remarks(row: &Row) -> impl Iterator<Item = String> {
    let body = row.body_max.map(|bytes| format!("A body may have up to {} MiB.", bytes / 1024 / 1024));
    row.looks.about().map(str::to_owned).into_iter().chain(body)
}

fn table(page: &mut String, fields: &[Field]) {
    page.push_str("| field | type | required | meaning |\n|---|---|---|---|\n");
    for field in fields {
        let needed = if field.need == Need::Required { "yes" } else { "no" };
        let names: Vec<String> = field.names().map(|name| format!("`{name}`")).collect();
        let (names, kind) = (names.join(" or "), field.kind.words());
        let _ = writeln!(page, "| {names} | {kind} | {needed} | {} |", field.about);
    }
}

/// Describes one method as text: its name, what it does and returns, and remarks.
#[must_use]
pub fn description(row: &Row) -> String {
    let mut text = format!("{}\n{}\n\nreturns {}\n", row.name, row.about, row.answer);
    for about in remarks(row) {
        let _ = write!(text, "\n{about}\n");
    }
    text
}
