//! Tests of the floors with small invented sources: each kind of violation is found, and nothing else.

use std::collections::BTreeMap;

use super::floors::{House, Spread, violations};
use super::source::Source;

const NOTHING: House = House { folder: "", floors: &[], spread: &[], strangers: &[] };
const TWO: House = House { floors: &[&["low"], &["high"]], ..NOTHING };

/// The violations in these files.
fn wrong(house: &House, files: &[(&str, &str)]) -> Vec<String> {
    let texts: BTreeMap<String, String> =
        files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect();
    violations(house, &Source::of(&texts))
}

/// The violations in two modules, where `low` has this text.
fn wrong_low(low: &str) -> Vec<String> {
    wrong(
        &TWO,
        &[("lib.rs", "mod low; mod high;"), ("low.rs", low), ("high.rs", "pub struct High; pub fn go() {}")],
    )
}

#[test]
fn imports_may_point_down_and_stay_at_home() {
    let files = [
        ("lib.rs", "mod low; mod high; pub use high::High; pub const TOP: u8 = low::ONE;"),
        ("low.rs", "pub const ONE: u8 = 1; mod inner { const TWO: u8 = super::ONE + 1; }"),
        ("high/mod.rs", "mod own; pub use own::High; use crate::low;"),
        ("high/own.rs", "pub struct High([u8; crate::low::ONE as usize]);"),
    ];
    assert_eq!(wrong(&TWO, &files), Vec::<String>::new());
}

#[test]
fn each_way_to_name_what_lies_above_is_found() {
    let ways = [
        "use crate::high::High;",
        "use crate::high::{self, High as Other};",
        "use crate::high;",
        "use super::high::*;",
        "fn it() { use crate::high::go; }",
        "fn it() { crate::high::go(); }",
        "fn it(high: super::high::High) {}",
        "type It = Vec<crate::high::High>;",
        "impl Clone for crate::high::High {}",
        "fn it() { assert!(crate::high::go() == ()); }",
        "macro_rules! it { () => { [$crate::high::go()] } }",
        "#[derive(Clone)] struct It { #[serde(default = \"crate::high::go\")] it: () }",
        "mod inner { use super::super::high::High; }",
        "#[derive(Clone)] struct It { #[arg(value_parser = crate::high::go)] it: () }",
        "fn it() { assert!(matches!((), High)); } use crate::high::High;",
    ];
    for way in ways {
        let found = wrong_low(way);
        assert!(found.len() == 1 && found[0].contains("on no floor below"), "{way}: {found:?}");
    }
}

#[test]
fn what_is_no_import_is_not_taken_for_one() {
    let none = [
        "pub use crate::high::High;",
        "pub(crate) use crate::high::go;",
        "#[cfg(test)] mod tests { use crate::high::High; }",
        "#[cfg(all(test, unix))] use crate::high::High;",
        "/// As [`crate::high::High`].\nfn it() {}",
        "fn it() -> &'static str { \"crate::high::High\" }",
        "use high::High;",
        "use std::high; fn it() { ::high::go(); }",
        "fn it(high: u8) -> u8 { high }",
    ];
    for text in none {
        assert_eq!(wrong_low(text), Vec::<String>::new(), "{text}");
    }
    assert_eq!(wrong_low("#[cfg(not(test))] use crate::high::High;").len(), 1);
}

#[test]
fn a_name_leads_to_the_file_that_defines_it() {
    let root = |low| {
        [
            ("lib.rs", "mod low; mod high; pub use high::High;"),
            ("low.rs", low),
            ("high.rs", "pub struct High;"),
        ]
    };
    let found = wrong(&TWO, &root("use crate::High;"));
    assert!(found.len() == 1 && found[0].starts_with("low imports crate::High of high,"), "{found:?}");
    let found = wrong(&TWO, &root("fn it() -> crate::Low {}"));
    assert!(found.len() == 1 && found[0].starts_with("low imports crate::Low of the root,"), "{found:?}");
}

#[test]
fn modules_of_one_floor_do_not_import_each_other() {
    let house = House { floors: &[&["low", "high"]], ..NOTHING };
    let files = [
        ("lib.rs", "mod low; mod high;"),
        ("low.rs", "pub struct Low;"),
        ("high.rs", "use crate::low::Low;"),
    ];
    assert_eq!(wrong(&house, &files), ["high imports crate::low::Low of low, which is on no floor below"]);
}

#[test]
fn floors_name_the_modules_that_are_there() {
    let files = [("lib.rs", "mod low; mod more;"), ("low.rs", ""), ("more.rs", "use crate::low;")];
    assert_eq!(wrong(&TWO, &files), ["more is not on any floor", "a floor names high, which is missing"]);
    let twice = House { floors: &[&["low"], &["more", "low"]], ..NOTHING };
    assert_eq!(wrong(&twice, &files), ["the floors name a module twice: [\"low\", \"more\", \"low\"]"]);
}

#[test]
fn files_of_one_module_do_not_go_in_a_circle() {
    let house = House { floors: &[&["low"]], ..NOTHING };
    let files = [
        ("main.rs", "mod low;"),
        ("low/mod.rs", "mod one; mod two; mod three; pub use one::One; const SIZE: usize = 1;"),
        ("low/one.rs", "pub struct One(super::two::Two);"),
        ("low/two.rs", "pub struct Two(Box<super::three::Three>);"),
        ("low/three.rs", "use super::One; pub struct Three(Vec<One>);"),
    ];
    let found = wrong(&house, &files);
    let circle = "a circle: {\"low/one.rs\", \"low/three.rs\", \"low/two.rs\"}";
    assert!(found.len() == 1 && found[0].starts_with(circle), "{found:?}");
    assert!(found[0].contains("low/three.rs imports low/one.rs (super::One)"), "{found:?}");
}

#[test]
fn a_file_that_uses_what_it_re_exports_imports_it() {
    let house = House { floors: &[&["low"]], ..NOTHING };
    let low = |text| {
        [("lib.rs", "mod low;"), ("low.rs", text), ("low/one.rs", "pub struct One([u8; super::SIZE]);")]
    };
    assert_eq!(
        wrong(&house, &low("mod one; pub use one::One; const SIZE: usize = 1;")),
        Vec::<String>::new()
    );
    assert_eq!(
        wrong(&house, &low("mod one; pub use one::One; const SIZE: usize = 1; fn it(_: One) {}")).len(),
        1
    );
}

#[test]
fn the_methods_of_a_type_are_in_one_module() {
    let files = [
        ("lib.rs", "mod low; mod high;"),
        ("low.rs", "pub struct Low; impl Low {} mod inner { impl super::Low {} }"),
        (
            "high.rs",
            "use crate::low::Low; impl Low {} impl Clone for Low {} #[cfg(test)] mod tests { impl High {} }",
        ),
    ];
    assert_eq!(wrong(&TWO, &files), ["Low has methods in several modules: {\"high\", \"low\"}"]);
    let known = House { spread: &[Spread { of: "Low", modules: &["low", "high"], why: "" }], ..TWO };
    assert_eq!(wrong(&known, &files), Vec::<String>::new());
    let idle = House { spread: &[Spread { of: "Low", modules: &["low"], why: "" }], ..TWO };
    assert_eq!(wrong(&idle, &files).len(), 2);
}

#[test]
fn a_module_may_be_barred_from_one_below() {
    let files = |high| [("lib.rs", "mod low; mod high;"), ("low.rs", "pub struct Low;"), ("high.rs", high)];
    let house = House { strangers: &[("high", "low")], ..TWO };
    let found = wrong(&house, &files("use crate::{low, low::Low};"));
    assert!(found.len() == 1 && found[0].ends_with("which it must not import at all"), "{found:?}");
    assert_eq!(wrong(&house, &files("")), Vec::<String>::new());
    let gone = House { strangers: &[("high", "gone")], ..TWO };
    assert_eq!(wrong(&gone, &files("")), ["gone is a stranger, but is not on any floor"]);
}

#[test]
fn an_arrow_up_is_told_beside_the_circle_that_it_closes() {
    let knot = [
        ("lib.rs", "mod low; mod high;"),
        ("low.rs", "use crate::high::High; pub struct Low;"),
        ("high.rs", "use crate::low::Low; pub struct High;"),
    ];
    assert_eq!(wrong(&TWO, &knot).len(), 2, "an import upwards and a circle");
}

#[test]
fn a_module_that_two_systems_have_each_their_own_of_is_read_whole() {
    let low = "#[cfg(unix)] mod it { use crate::high::High; } #[cfg(not(unix))] mod it { }";
    let found = wrong_low(low);
    assert!(found.len() == 1 && found[0].contains("on no floor below"), "{found:?}");
}

#[test]
fn the_name_of_a_type_is_a_noun_and_no_other_types() {
    let files = [
        ("lib.rs", "mod low; mod high;"),
        (
            "low.rs",
            "pub struct Held; type Asked = u8; pub struct Row; pub struct Seed; enum It { Gone } pub(super) struct Own;",
        ),
        ("high.rs", "pub(crate) enum Row {} struct Own; struct HeldRequest; #[cfg(test)] pub struct Given;"),
    ];
    let participles = ["low: Held is a participle, not a noun", "low: Asked is a participle, not a noun"];
    assert_eq!(wrong(&TWO, &files), [participles[0], participles[1], "high and low both have a type Row"]);
}
