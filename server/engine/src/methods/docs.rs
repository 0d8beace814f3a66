//! METHODS as Markdown: what `server/docs/METHODS.md` is printed from.

use std::fmt::Write as _;

use super::METHODS;
use crate::method::{Row, TaskRef};
use crate::request::{Field, Need, Shape};

/// All methods as one Markdown page.
#[must_use]
pub fn markdown() -> String {
    let mut page = String::from(
        "# Wire methods\n\nPrinted from METHODS by `slymock methods --format md`; a test fails when it is stale.\n\
         Every method is answered at `/public/api/v3/METHOD`, to any verb: its fields come as a JSON body or \
         as a query. `slymock why METHOD` prints the evidence.\n\n| method | what it does |\n|---|---|\n",
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
        Shape::Object([]) => page.push_str("Takes nothing.\n"),
        Shape::Object(fields) | Shape::List(fields) => table(page, fields),
        Shape::Open(fields) => {
            table(page, fields);
            page.push_str("\nOther fields are taken as they are.\n");
        }
        Shape::Texts(key) => {
            let _ = writeln!(page, "Takes an array of texts; as a query, repeated `{key}`.");
        }
        Shape::Form(fields, file) => {
            table(page, fields);
            let _ = writeln!(page, "\nComes as `multipart/form-data`, with the file in part `{file}`.");
        }
        Shape::Parts => page.push_str("Takes `multipart/form-data`.\n"),
    }
    let _ = write!(page, "\nAnswers {}.\n", row.answer);
    if row.task == TaskRef::Header {
        page.push_str("\nThe task is the one in the `x-task-id` header.\n");
    }
    for about in remarks(row) {
        let _ = write!(page, "\n{about}\n");
    }
}

/// What else is to be said of a method.
fn remarks(row: &Row) -> impl Iterator<Item = String> {
    let body = row.body_max.map(|bytes| format!("A body may have {} MiB.", bytes / 1024 / 1024));
    row.looks.about().map(str::to_owned).into_iter().chain(body)
}

fn table(page: &mut String, fields: &[Field]) {
    page.push_str("| field | holds | needed | meaning |\n|---|---|---|---|\n");
    for field in fields {
        let needed = if field.need == Need::Required { "yes" } else { "no" };
        let names: Vec<String> = field.names().map(|name| format!("`{name}`")).collect();
        let (names, kind) = (names.join(" or "), field.kind.words());
        let _ = writeln!(page, "| {names} | {kind} | {needed} | {} |", field.about);
    }
}

/// Everything known of one method as text: what `slymock why` prints.
#[must_use]
pub fn why(row: &Row) -> String {
    let mut text = format!("{}\n{}\n\nanswers {}\n", row.name, row.about, row.answer);
    for about in remarks(row) {
        let _ = write!(text, "\n{about}\n");
    }
    text.push_str("\nevidence:\n");
    for evidence in &row.evidence {
        let _ = writeln!(text, "- {} ({})", evidence.claim, evidence.origin);
    }
    text
}
