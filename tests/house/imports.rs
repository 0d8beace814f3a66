//! Imports of a file: by `use`, and by the paths in its code, types, attributes and macros. A re-exported
//! name is followed to the file that defines it; the re-export itself does not count as an import. In the
//! tokens of a macro, paths are found; names in a list that a macro passes on are not.

use std::collections::{BTreeMap, BTreeSet};

use syn::buffer::{Cursor, TokenBuffer};
use syn::visit::{self, Visit};
use syn::{Attribute, ItemImpl, Meta, Type, Visibility};

use super::source::{ModulePath, Source};

/// An import.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Import {
    /// Module with the import.
    pub(crate) by: ModulePath,
    /// Module that defines the imported item.
    pub(crate) from: ModulePath,
    /// Imported path, as written.
    pub(crate) path: String,
}

/// The target of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Goal {
    Module(ModulePath),
    /// An item of a module, which the module or a macro in it defines.
    Item(ModulePath, String),
}

/// All imports of a crate, one for each pair of files.
pub(crate) fn imports(source: &Source) -> Vec<Import> {
    let mut found = BTreeMap::new();
    for (by, module) in &source.modules {
        let mut paths = Paths::default();
        module.items.iter().for_each(|item| paths.visit_item(item));
        let uses = module.uses.iter().filter(|leaf| !leaf.is_reexport).map(|leaf| leaf.path.clone());
        for path in uses.chain(paths.0) {
            let Some(from) = module_of(source, by, &path) else { continue };
            let (file, other) = (&module.file, &source.modules[&from].file);
            if file != other {
                found.entry((file, other)).or_insert(Import { by: by.clone(), from, path: path.join("::") });
            }
        }
    }
    found.into_values().collect()
}

fn module_of(source: &Source, by: &ModulePath, path: &[String]) -> Option<ModulePath> {
    match goal(source, by, path, 0)? {
        Goal::Item(module, _) => Some(module),
        // A lone name of a module is a variable, because code always names an item of a module.
        Goal::Module(_) if path.len() == 1 => None,
        Goal::Module(module) => Some(module),
    }
}

/// Follows a path in the module `by`; `None` if it leads out of the crate.
fn goal(source: &Source, by: &ModulePath, path: &[String], depth: usize) -> Option<Goal> {
    let (first, mut rest) = path.split_first()?;
    let mut at = match first.as_str() {
        "crate" => Goal::Module(Vec::new()),
        "self" => Goal::Module(by.clone()),
        "super" => {
            let ups = path.iter().take_while(|step| *step == "super").count();
            rest = &path[ups..];
            Goal::Module(by[..by.len().checked_sub(ups)?].to_vec())
        }
        name => step(source, by, name, depth)?,
    };
    for name in rest {
        let Goal::Module(module) = &at else { break };
        at = step(source, module, name, depth).unwrap_or_else(|| Goal::Item(module.clone(), name.clone()));
    }
    Some(at)
}

/// The target of a name in a module.
fn step(source: &Source, module: &ModulePath, name: &str, depth: usize) -> Option<Goal> {
    let child = [module.clone(), vec![name.to_owned()]].concat();
    if source.modules.contains_key(&child) {
        return Some(Goal::Module(child));
    }
    let names = &source.modules[module];
    if names.defined.iter().any(|defined| defined == name) {
        return Some(Goal::Item(module.clone(), name.to_owned()));
    }
    // Two modules may import each other's globs.
    if depth > 8 {
        return None;
    }
    let leaf = names.uses.iter().find(|leaf| leaf.name == name && leaf.path != [name]);
    if let Some(leaf) = leaf {
        return goal(source, module, &leaf.path, depth + 1);
    }
    let globs = names.uses.iter().filter(|leaf| leaf.name == "*");
    globs
        .filter_map(|glob| match goal(source, module, &glob.path, depth + 1)? {
            Goal::Module(there) if there != *module => step(source, &there, name, depth + 1),
            _ => None,
        })
        .next()
}

/// The modules with inherent `impl` blocks of each type, by the module and name of its definition.
pub(crate) fn homes_of_methods(source: &Source) -> BTreeMap<(ModulePath, String), BTreeSet<ModulePath>> {
    let mut homes: BTreeMap<_, BTreeSet<ModulePath>> = BTreeMap::new();
    for (by, module) in &source.modules {
        for item in &module.items {
            let syn::Item::Impl(ItemImpl { trait_: None, self_ty, .. }) = item else { continue };
            let Type::Path(of) = &**self_ty else { continue };
            if let Some(Goal::Item(there, name)) = goal(source, by, &segments(&of.path), 0) {
                homes.entry((there, name)).or_default().insert(by.clone());
            }
        }
    }
    homes
}

fn segments(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect()
}

/// All paths of some code.
#[derive(Default)]
struct Paths(Vec<Vec<String>>);

impl<'ast> Visit<'ast> for Paths {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        // `::name` is in another crate.
        if path.leading_colon.is_none() {
            self.0.push(segments(path));
        }
        visit::visit_path(self, path);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let mut uses = Vec::new();
        super::source::leaves(&item.tree, &[], false, &mut uses);
        self.0.extend(uses.into_iter().map(|leaf| leaf.path));
    }

    /// A path in `pub(in ...)` does not count as an import.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta {
            let tokens = TokenBuffer::new2(list.tokens.clone());
            self.named_in_texts(tokens.begin());
            self.in_tokens(tokens.begin());
        }
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        visit::visit_macro(self, call);
        let tokens = TokenBuffer::new2(call.tokens.clone());
        self.in_tokens(tokens.begin());
    }
}

impl Paths {
    /// The paths among tokens.
    fn in_tokens(&mut self, mut at: Cursor<'_>) {
        let mut path = Vec::new();
        while !at.eof() {
            if let Some((ident, next)) = at.ident() {
                path.push(ident.to_string());
                let colons = next.punct().filter(|(colon, _)| colon.as_char() == ':');
                let second =
                    colons.and_then(|(_, next)| next.punct()).filter(|(colon, _)| colon.as_char() == ':');
                if let Some((_, next)) = second.filter(|(_, next)| next.ident().is_some()) {
                    at = next;
                    continue;
                }
                at = next;
            } else if let Some((inside, _, _, next)) = at.any_group() {
                self.in_tokens(inside);
                at = next;
            } else if let Some((_, next)) = at.token_tree() {
                at = next;
            }
            let whole = std::mem::take(&mut path);
            if !whole.is_empty() {
                self.0.push(whole);
            }
        }
    }

    /// The functions that an attribute names in strings, as in serde.
    fn named_in_texts(&mut self, mut at: Cursor<'_>) {
        while !at.eof() {
            if let Some((inside, _, _, next)) = at.any_group() {
                self.named_in_texts(inside);
                at = next;
            } else if let Some((literal, next)) = at.literal() {
                let text = literal.to_string();
                self.0.extend(syn::parse_str(text.trim_matches('"')).ok().as_ref().map(segments));
                at = next;
            } else if let Some((_, next)) = at.token_tree() {
                at = next;
            }
        }
    }
}
