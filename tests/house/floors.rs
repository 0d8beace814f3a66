//! Holds a crate against its floors: a module imports from floors below its own and from itself. The crate's root
//! stands above all of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::circles::{circles, told};
use crate::imports::{Import, homes_of_methods, imports};
use crate::names;
use crate::source::{ModulePath, Source};

/// A crate's floors, and what is not held yet.
pub(crate) struct House {
    /// The folder of its root.
    pub(crate) folder: &'static str,
    /// The modules of each floor, the lowest floor first. The files of a folder count as their module.
    pub(crate) floors: &'static [&'static [&'static str]],
    /// Types whose methods are in several modules.
    pub(crate) spread: &'static [Spread],
    pub(crate) not_yet: NotYet,
}

/// A type with inherent methods in several modules. A call of a method needs no import, so nothing else shows which
/// way it points.
pub(crate) struct Spread {
    pub(crate) of: &'static str,
    pub(crate) modules: &'static [&'static str],
    #[expect(dead_code, reason = "it is for those who read the list")]
    pub(crate) why: &'static str,
}

/// What a crate does not hold yet. An entry that is not needed any more fails.
pub(crate) struct NotYet {
    /// Imports that point up or sideways: the module that imports, and the one that is imported from.
    pub(crate) arrows: &'static [(&'static str, &'static str)],
    /// Modules whose files may still go in circles.
    pub(crate) circles: &'static [&'static str],
    /// Types whose names are participles, or those of other types.
    pub(crate) names: &'static [&'static str],
}

impl NotYet {
    pub(crate) const NOTHING: Self = Self { arrows: &[], circles: &[], names: &[] };
}

/// All that a crate does against its house, as lines to read.
pub(crate) fn violations(house: &House, source: &Source) -> Vec<String> {
    let imports = imports(source);
    let mut found = wrong_modules(house, source);
    found.extend(wrong_arrows(house, &imports));
    found.extend(wrong_circles(house, source, &imports));
    found.extend(wrong_spreads(house, source));
    found.extend(wrong_names(house, source));
    found
}

/// The module of the crate's root that a module lies in.
fn top(module: &[String]) -> &str {
    module.first().map_or("the root", String::as_str)
}

fn wrong_modules(house: &House, source: &Source) -> Vec<String> {
    let modules = source.modules.keys().filter(|module| !module.is_empty());
    let there: BTreeSet<&str> = modules.map(|module| top(module)).collect();
    let named: Vec<&str> = house.floors.iter().flat_map(|floor| floor.iter().copied()).collect();
    let once: BTreeSet<&str> = named.iter().copied().collect();
    let mut found = Vec::new();
    found.extend(there.difference(&once).map(|module| format!("no floor names {module}")));
    found.extend(once.difference(&there).map(|module| format!("a floor names {module}, which is not there")));
    if once.len() < named.len() {
        found.push(format!("the floors name a module twice: {named:?}"));
    }
    found
}

fn wrong_arrows(house: &House, imports: &[Import]) -> Vec<String> {
    let arrow = |import: &Import| (top(&import.by).to_owned(), top(&import.from).to_owned());
    let known: BTreeSet<(String, String)> =
        house.not_yet.arrows.iter().map(|(by, from)| ((*by).to_owned(), (*from).to_owned())).collect();
    let wrong: Vec<&Import> = imports.iter().filter(|import| !points_down(house, import)).collect();
    let there: BTreeSet<(String, String)> = wrong.iter().map(|import| arrow(import)).collect();
    let new = wrong.iter().filter(|import| !known.contains(&arrow(import)));
    let mut found: Vec<String> = new.map(|import| told_arrow(import)).collect();
    found.extend(
        known.difference(&there).map(|(by, from)| format!("{by} imports nothing of {from} any more")),
    );
    found
}

fn points_down(house: &House, import: &Import) -> bool {
    let floor_of = |module: &str| house.floors.iter().position(|floor| floor.contains(&module));
    let (by, from) = (top(&import.by), top(&import.from));
    if by == from || import.by.is_empty() {
        return true;
    }
    // A module that no floor names is told of elsewhere.
    !import.from.is_empty() && floor_of(by).zip(floor_of(from)).is_none_or(|(by, from)| by > from)
}

fn told_arrow(import: &Import) -> String {
    let (by, from) = (import.by.join("::"), import.from.join("::"));
    let from = if from.is_empty() { "the root" } else { &from };
    format!("{by} imports {} of {from}, which is on no floor below", import.path)
}

fn wrong_circles(house: &House, source: &Source, imports: &[Import]) -> Vec<String> {
    let module_of = |file: &str| file.split('/').next().unwrap_or(file).trim_end_matches(".rs").to_owned();
    let circles = circles(source, imports);
    let in_circles: BTreeSet<String> = circles.iter().flatten().map(|file| module_of(file)).collect();
    let is_known = |circle: &BTreeSet<String>| {
        circle.iter().all(|file| house.not_yet.circles.contains(&module_of(file).as_str()))
    };
    let new = circles.iter().filter(|circle| !is_known(circle));
    let mut found: Vec<String> =
        new.map(|circle| format!("a circle: {circle:?}\n{}", told(source, imports, circle))).collect();
    let idle = house.not_yet.circles.iter().filter(|module| !in_circles.contains(**module));
    found.extend(idle.map(|module| format!("no file of {module} is in a circle any more")));
    found
}

fn wrong_spreads(house: &House, source: &Source) -> Vec<String> {
    let mut there: BTreeMap<(ModulePath, String), BTreeSet<String>> = homes_of_methods(source)
        .into_iter()
        .map(|(of, modules)| (of, modules.iter().map(|module| top(module).to_owned()).collect()))
        .collect();
    there.retain(|_, modules| modules.len() > 1);
    let named = |spread: &Spread| spread.modules.iter().copied().map(str::to_owned).collect::<BTreeSet<_>>();
    let is = |spread: &Spread, name: &str, modules: &BTreeSet<String>| {
        spread.of == name && named(spread) == *modules
    };
    let new = there
        .iter()
        .filter(|((_, name), modules)| !house.spread.iter().any(|known| is(known, name, modules)));
    let mut found: Vec<String> = new
        .map(|((_, name), modules)| format!("{name} has methods in several modules: {modules:?}"))
        .collect();
    let idle = house
        .spread
        .iter()
        .filter(|known| !there.iter().any(|((_, name), modules)| is(known, name, modules)));
    found.extend(idle.map(|known| format!("the methods of {} are in other modules by now", known.of)));
    found
}

fn wrong_names(house: &House, source: &Source) -> Vec<String> {
    let there = names::wrong_names(source);
    let known = house.not_yet.names;
    let idle = known.iter().filter(|name| !there.iter().any(|(wrong, _)| wrong == *name));
    let idle: Vec<String> = idle.map(|name| format!("the name {name} is right by now")).collect();
    let new = there.iter().filter(|(name, _)| !known.contains(&name.as_str()));
    new.map(|(_, told)| told.clone()).chain(idle).collect()
}
