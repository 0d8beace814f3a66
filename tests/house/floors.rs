//! Checks the floors of a crate: a module imports only from itself and from floors below its own. The crate's
//! root is above all floors.

use std::collections::{BTreeMap, BTreeSet};

use super::circles::{circles, told};
use super::imports::{Import, homes_of_methods, imports};
use super::names;
use super::source::{ModulePath, Source};

/// The floors of a crate.
pub(crate) struct House {
    /// Folder of the crate's root.
    pub(crate) folder: &'static str,
    /// Modules of each floor, the lowest floor first. The files of a folder belong to its module.
    pub(crate) floors: &'static [&'static [&'static str]],
    /// Types whose methods are in several modules.
    pub(crate) spread: &'static [Spread],
    /// Pairs of modules where the first must not import the second, although that is below.
    pub(crate) strangers: &'static [(&'static str, &'static str)],
}

/// A type with inherent methods in several modules. It is listed because a call of a method needs no import,
/// so the check of imports does not see it.
pub(crate) struct Spread {
    pub(crate) of: &'static str,
    pub(crate) modules: &'static [&'static str],
    #[expect(dead_code, reason = "for readers of the list")]
    pub(crate) why: &'static str,
}

/// All violations of a crate, as messages.
pub(crate) fn violations(house: &House, source: &Source) -> Vec<String> {
    let imports = imports(source);
    let mut found = wrong_modules(house, source);
    found.extend(wrong_arrows(house, &imports));
    found.extend(wrong_circles(source, &imports));
    found.extend(wrong_spreads(house, source));
    found.extend(names::wrong_names(source));
    found
}

/// The top-level module that contains a module.
fn top(module: &[String]) -> &str {
    module.first().map_or("the root", String::as_str)
}

fn wrong_modules(house: &House, source: &Source) -> Vec<String> {
    let modules = source.modules.keys().filter(|module| !module.is_empty());
    let there: BTreeSet<&str> = modules.map(|module| top(module)).collect();
    let named: Vec<&str> = house.floors.iter().flat_map(|floor| floor.iter().copied()).collect();
    let once: BTreeSet<&str> = named.iter().copied().collect();
    let mut found = Vec::new();
    found.extend(there.difference(&once).map(|module| format!("{module} is not on any floor")));
    found.extend(once.difference(&there).map(|module| format!("a floor names {module}, which is missing")));
    let strangers = house.strangers.iter().flat_map(|(by, from)| [*by, *from]);
    let unknown = strangers.filter(|module| !once.contains(module));
    found.extend(unknown.map(|module| format!("{module} is a stranger, but is not on any floor")));
    if once.len() < named.len() {
        found.push(format!("the floors name a module twice: {named:?}"));
    }
    found
}

fn wrong_arrows(house: &House, imports: &[Import]) -> Vec<String> {
    let strange = |import: &&Import| house.strangers.contains(&(top(&import.by), top(&import.from)));
    let up = imports.iter().filter(|import| !points_down(house, import));
    let up = up.map(|import| format!("{}, which is on no floor below", told_arrow(import)));
    let strange = imports.iter().filter(strange);
    up.chain(strange.map(|import| format!("{}, which it must not import at all", told_arrow(import))))
        .collect()
}

fn points_down(house: &House, import: &Import) -> bool {
    let floor_of = |module: &str| house.floors.iter().position(|floor| floor.contains(&module));
    let (by, from) = (top(&import.by), top(&import.from));
    if by == from || import.by.is_empty() {
        return true;
    }
    // `wrong_modules` reports a module that is not on any floor.
    !import.from.is_empty() && floor_of(by).zip(floor_of(from)).is_none_or(|(by, from)| by > from)
}

fn told_arrow(import: &Import) -> String {
    let (by, from) = (import.by.join("::"), import.from.join("::"));
    let from = if from.is_empty() { "the root" } else { &from };
    format!("{by} imports {} of {from}", import.path)
}

fn wrong_circles(source: &Source, imports: &[Import]) -> Vec<String> {
    let told = |circle| format!("a circle: {circle:?}\n{}", told(source, imports, circle));
    circles(source, imports).iter().map(told).collect()
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
    found.extend(idle.map(|known| format!("the methods of {} are in other modules now", known.of)));
    found
}
