//! Compares the page docs/world.md with the world: its examples, and the keys that it documents.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use slymock_engine::clock::Mode;
use slymock_engine::snapshot::{self, Fixture};
use slymock_engine::{Moment, Settings, World};

/// The section of the page with the tables of all keys.
const SECTION: &str = "Content";

fn path_of_page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/world.md")
}

fn page() -> String {
    fs::read_to_string(path_of_page()).unwrap()
}

fn examples() -> Vec<String> {
    let page = page();
    let fences = page.split("```json\n").skip(1);
    fences.map(|text| text.split_once("```\n").expect("a code block is not closed").0.to_owned()).collect()
}

fn world(text: &str) -> World {
    let settings = Settings { clock: Mode::Manual, ..Settings::default() };
    let made = Fixture::parse(text.as_bytes())
        .and_then(|fixture| World::new(fixture, &settings, Moment::VIRTUAL_START));
    made.unwrap_or_else(|refusal| panic!("{refusal}:\n{text}"))
}

fn snapshot_of(world: &World) -> String {
    serde_json::to_string_pretty(&world.snapshot()).unwrap()
}

#[test]
fn each_example_of_the_page_is_a_world_and_its_snapshot_the_same_world() {
    let examples = examples();
    assert!((4..=10).contains(&examples.len()), "{} examples", examples.len());
    for text in examples {
        let first = world(&text);
        assert_eq!(first.check(), Vec::<String>::new(), "{text}");
        let taken = snapshot_of(&first);
        let second = world(&taken);
        assert_eq!(second.check(), Vec::<String>::new(), "{text}");
        assert_eq!(snapshot_of(&second), taken, "{text}");
    }
}

/// The keys in the first columns of those tables.
fn keys_of_the_page() -> BTreeSet<String> {
    let page = page();
    let section = page.split("\n## ").find(|section| section.starts_with(SECTION));
    let section = section.unwrap_or_else(|| panic!("docs/world.md has no section \"{SECTION}\""));
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

/// The table of entities, as printed on the page.
fn printed_tables() -> String {
    let rows = snapshot::TABLES.iter().map(|(key, about)| format!("| `{key}` | {about} |\n"));
    "| table | what it holds |\n|---|---|\n".to_owned() + &rows.collect::<String>()
}

#[test]
fn the_tables_on_the_page_are_those_of_the_list_of_entities() {
    const MARKS: [&str; 2] =
        ["<!-- tables: printed from the list of entities -->\n", "<!-- end of tables -->"];
    let page = page();
    let (head, rest) = page.split_once(MARKS[0]).expect("the page has no mark before its tables");
    let (tables, tail) = rest.split_once(MARKS[1]).expect("the page has no mark after its tables");
    if std::env::var_os("SLYMOCK_BLESS").is_some() {
        let printed = [head, MARKS[0], &printed_tables(), MARKS[1], tail].concat();
        fs::write(path_of_page(), printed).unwrap();
        return;
    }
    let print = "SLYMOCK_BLESS=1 cargo test -p slymock-engine --test it world::";
    assert!(
        tables == printed_tables(),
        "docs/world.md differs from the list of entities; print it anew by {print}"
    );
}

#[test]
fn the_page_has_a_row_for_every_key_and_for_no_other() {
    if std::env::var_os("SLYMOCK_BLESS").is_some() {
        // The test above may be writing the page at the same time.
        return;
    }
    let schema = snapshot::schema();
    let keys: BTreeSet<String> = schema["properties"].as_object().unwrap().keys().cloned().collect();
    let shown = keys_of_the_page();
    let missing = keys.difference(&shown).map(|key| {
        format!("a fixture has the key `{key}`, but the table under \"{SECTION}\" has no row for it: add `| `{key}` | (its content) |`")
    });
    let stale = shown.difference(&keys).map(|key| {
        format!("the table under \"{SECTION}\" has a row for the key `{key}`, which a fixture does not have: remove the row")
    });
    let faults: Vec<_> = missing.chain(stale).collect();
    assert!(faults.is_empty(), "docs/world.md: {}.", faults.join("; "));
}
