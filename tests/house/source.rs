//! The files of a crate, found through `mod` declarations, and the names in each module. Code that only tests
//! compile is left out.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use syn::{Attribute, Item, Meta, UseTree, Visibility};

/// The path of a module from the crate's root; the root has the empty path.
pub(crate) type ModulePath = Vec<String>;

/// A crate.
#[derive(Default)]
pub(crate) struct Source {
    pub(crate) modules: BTreeMap<ModulePath, Module>,
}

/// A module, in a file of its own or inline.
#[derive(Default)]
pub(crate) struct Module {
    /// The file with its items.
    pub(crate) file: String,
    pub(crate) items: Vec<Item>,
    /// Names that its own items define.
    pub(crate) defined: Vec<String>,
    pub(crate) uses: Vec<Use>,
}

/// One leaf of a `use`.
#[derive(Clone)]
pub(crate) struct Use {
    /// Name in this module; `*` for a glob.
    pub(crate) name: String,
    pub(crate) path: Vec<String>,
    /// True if other modules can use the name through this one, which makes it a re-export.
    pub(crate) is_reexport: bool,
}

impl Source {
    /// Reads the crate with its root in `folder`.
    pub(crate) fn read(folder: &Path) -> Self {
        let mut texts = BTreeMap::new();
        gather(folder, folder, &mut texts);
        Self::of(&texts)
    }

    /// Reads a crate from texts by path; one path is `lib.rs` or `main.rs`.
    pub(crate) fn of(texts: &BTreeMap<String, String>) -> Self {
        let mut source = Self::default();
        let root = ["lib.rs", "main.rs"].into_iter().find(|root| texts.contains_key(*root));
        source.add_file(Vec::new(), root.expect("a crate has a root"), texts);
        source
    }

    fn add_file(&mut self, path: ModulePath, file: &str, texts: &BTreeMap<String, String>) {
        let parsed = syn::parse_file(&texts[file]).unwrap_or_else(|error| panic!("{file}: {error}"));
        self.add(path, file, parsed.items, texts);
    }

    fn add(&mut self, path: ModulePath, file: &str, items: Vec<Item>, texts: &BTreeMap<String, String>) {
        let mut module = Module { file: file.to_owned(), ..Module::default() };
        for item in items.into_iter().filter(|item| !is_test(attributes(item))) {
            module.defined.extend(name(&item));
            match item {
                Item::Mod(child) => {
                    let below = [path.clone(), vec![child.ident.to_string()]].concat();
                    match child.content {
                        Some((_, items)) => self.add(below, file, items, texts),
                        None => self.add_file(below.clone(), &file_of(&below, texts), texts),
                    }
                }
                Item::Use(item) => {
                    let is_reexport = !matches!(item.vis, Visibility::Inherited);
                    leaves(&item.tree, &[], is_reexport, &mut module.uses);
                }
                item => module.items.push(item),
            }
        }
        // Modules for two operating systems may have the same name.
        let there = self.modules.entry(path).or_default();
        there.file = module.file;
        there.items.append(&mut module.items);
        there.uses.append(&mut module.uses);
        there.defined.append(&mut module.defined);
    }
}

fn gather(root: &Path, folder: &Path, texts: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(root, &path, texts);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            texts.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}

fn file_of(module: &[String], texts: &BTreeMap<String, String>) -> String {
    let path = module.join("/");
    let files = [format!("{path}.rs"), format!("{path}/mod.rs")];
    files.into_iter().find(|file| texts.contains_key(file)).unwrap_or_else(|| panic!("no file of {path}"))
}

pub(crate) fn leaves(tree: &UseTree, above: &[String], is_reexport: bool, uses: &mut Vec<Use>) {
    let with = |name: String| [above, &[name]].concat();
    let mut leaf = |name: String, path: Vec<String>| uses.push(Use { name, path, is_reexport });
    match tree {
        UseTree::Path(path) => leaves(&path.tree, &with(path.ident.to_string()), is_reexport, uses),
        UseTree::Group(group) => {
            for tree in &group.items {
                leaves(tree, above, is_reexport, uses);
            }
        }
        // `use a::{self}` is `use a`.
        UseTree::Name(name) if name.ident == "self" && !above.is_empty() => {
            leaf(above[above.len() - 1].clone(), above.to_vec());
        }
        UseTree::Name(name) => leaf(name.ident.to_string(), with(name.ident.to_string())),
        UseTree::Rename(rename) => leaf(rename.rename.to_string(), with(rename.ident.to_string())),
        UseTree::Glob(_) => leaf("*".to_owned(), above.to_vec()),
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).any(|attribute| {
        match &attribute.meta {
            Meta::List(list) => {
                let condition = list.tokens.to_string();
                let mut words = condition.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
                words.any(|word| word == "test") && !condition.contains("not")
            }
            _ => false,
        }
    })
}

/// The attributes of an item.
pub(crate) fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn name(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}
