//! The names of a crate's types: nouns, and each of them once.

use std::collections::BTreeMap;

use syn::{Item, Visibility};

use super::source::{ModulePath, Source};

/// Participles that do not end as most do. `-ed` is looked for by itself.
const IRREGULAR: [&str; 27] = [
    "Begun", "Broken", "Built", "Came", "Chosen", "Done", "Drawn", "Found", "Given", "Gone", "Held", "Hung",
    "Kept", "Known", "Left", "Made", "Put", "Ran", "Said", "Seen", "Sent", "Shown", "Spent", "Taken", "Told",
    "Won", "Written",
];

/// Names that a participle makes alone, and names that several types have which all of the crate
/// may use. A type for its own file or folder is told apart by that.
pub(crate) fn wrong_names(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    let mut seen: BTreeMap<String, ModulePath> = BTreeMap::new();
    for (path, module) in &source.modules {
        for (name, is_for_all) in module.items.iter().filter_map(type_name) {
            if is_participle(&name) {
                found.push(format!("{}: {name} is a participle, and no noun", path.join("::")));
            }
            if !is_for_all {
                continue;
            }
            if let Some(other) = seen.insert(name.clone(), path.clone()) {
                let (one, two) = (other.join("::"), path.join("::"));
                found.push(format!("{one} and {two} have a type {name} each"));
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

/// Whether a name is one word that is a participle: `Held`, not `HeldRequest`.
fn is_participle(name: &str) -> bool {
    let words = name.chars().filter(|letter| letter.is_uppercase()).count();
    // A feed, a need and a seed are none.
    words == 1 && (IRREGULAR.contains(&name) || name.ends_with("ed") && !name.ends_with("eed"))
}
