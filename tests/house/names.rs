//! The names of a crate's types: nouns, each used once.

use std::collections::BTreeMap;

use syn::{Item, Visibility};

use super::source::{ModulePath, Source};

/// Irregular participles. Those in `-ed` are found by their ending.
const IRREGULAR: [&str; 27] = [
    "Begun", "Broken", "Built", "Came", "Chosen", "Done", "Drawn", "Found", "Given", "Gone", "Held", "Hung",
    "Kept", "Known", "Left", "Made", "Put", "Ran", "Said", "Seen", "Sent", "Shown", "Spent", "Taken", "Told",
    "Won", "Written",
];

/// Type names that are a lone participle, and names of several types that the whole crate may use. Types that
/// are private to a file or folder may share a name.
pub(crate) fn wrong_names(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    let mut seen: BTreeMap<String, ModulePath> = BTreeMap::new();
    for (path, module) in &source.modules {
        for (name, is_for_all) in module.items.iter().filter_map(type_name) {
            if is_participle(&name) {
                found.push(format!("{}: {name} is a participle, not a noun", path.join("::")));
            }
            if !is_for_all {
                continue;
            }
            if let Some(other) = seen.insert(name.clone(), path.clone()) {
                let (one, two) = (other.join("::"), path.join("::"));
                found.push(format!("{one} and {two} both have a type {name}"));
            }
        }
    }
    found
}

fn type_name(item: &Item) -> Option<(String, bool)> {
    let (ident, visibility) = match item {
        Item::Enum(item) => (&item.ident, &item.vis),
        Item::Struct(item) => (&item.ident, &item.vis),
        Item::Trait(item) => (&item.ident, &item.vis),
        Item::Type(item) => (&item.ident, &item.vis),
        _ => return None,
    };
    let is_for_all = match visibility {
        Visibility::Public(_) => true,
        Visibility::Restricted(to) => to.path.is_ident("crate"),
        Visibility::Inherited => false,
    };
    Some((ident.to_string(), is_for_all))
}

/// True if a name is a single participle: `Held`, not `HeldRequest`.
fn is_participle(name: &str) -> bool {
    let words = name.chars().filter(|letter| letter.is_uppercase()).count();
    // Nouns such as feed, need and seed end in `-eed`.
    words == 1 && (IRREGULAR.contains(&name) || name.ends_with("ed") && !name.ends_with("eed"))
}
