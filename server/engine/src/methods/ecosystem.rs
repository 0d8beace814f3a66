//! `ecosystem.info` and `ecosystem.list`: the published modules that apps are made of.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::ids::ModuleId;
use crate::listing::{self, Section, Show, list_shape};
use crate::looks::Looks;
use crate::method::{Area, ListCall, Method, Read, Row, TaskRef, read};
use crate::refusal::{Noun, Refusal, Violation};
use crate::reply::{Object, Output, render};
use crate::request::{Field, Kind, Shape, TEXT};
use crate::state::State;
use crate::tables::{ALL, Entity, Module, TableRow};
use crate::time::Moment;

/// A module on the wire.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View<'a> {
    id: ModuleId,
    slug: &'a str,
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    config: Object,
    readme: &'a str,
    repo: &'a str,
    repository_module_url: &'a str,
    meta: &'a Object,
    created_at: Moment,
    updated_at: Moment,
}

impl Area for Module {
    fn methods() -> Vec<Row> {
        vec![read::<Info>(), read::<List>()]
    }
}

pub(super) enum Info {}

#[derive(Debug, Deserialize)]
pub(super) struct InfoRequest {
    id: Option<ModuleId>,
    slug: Option<String>,
    version: Option<String>,
}

impl Method for Info {
    const NAME: &'static str = "ecosystem.info";
    const ABOUT: &'static str = "Returns one ecosystem module, by id or by slug.";
    const ANSWER: &'static str = "the module: `{id, slug, name, type, config, readme, repo, repositoryModuleUrl, meta, createdAt, updatedAt}`";
    const SHAPE: Shape = Shape::Object(&[
        Field::optional("id", Kind::Id, "Id of the module; alternative to `slug`."),
        Field::optional("slug", TEXT, "Slug of the module; alternative to `id`."),
        Field::optional("version", TEXT, "Release of the module, which must exist."),
    ]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    type Request = InfoRequest;
    type Reply = Output;
}

impl Read for Info {
    fn run(state: &State, _: &Call, request: InfoRequest) -> Result<Output, Refusal> {
        let module = match (request.id, request.slug) {
            (Some(id), None) => state.tables.modules.entry(id)?,
            (None, Some(slug)) => state.tables.modules.at(by_slug(state, &slug)?.id.0),
            _ => {
                let rest = "must contain exactly one of [id, slug]";
                return Err(Refusal::invalid(Violation::new(&[], "object.xor", rest)));
            }
        };
        if let Some(version) = &request.version {
            module.check_version(version)?;
        }
        Ok(Output::Json(fragment(module)))
    }
}

pub(super) fn by_slug<'a>(state: &'a State, slug: &str) -> Result<&'a Module, Refusal> {
    let found = state.tables.modules.rows().find(|module| module.slug == slug);
    found.ok_or_else(|| Refusal::missing(Noun::Module, slug))
}

fn fragment(module: &TableRow<Module>) -> Bytes {
    module.rendered(|module| {
        render(&View {
            id: module.id,
            slug: &module.slug,
            name: &module.name,
            kind: &module.kind,
            config: module.shown_config(),
            readme: &module.readme,
            repo: &module.repo,
            repository_module_url: &module.repository_module_url,
            meta: &module.meta,
            created_at: module.created_at,
            updated_at: module.updated_at,
        })
    })
}

pub(super) enum List {}

#[derive(Debug, Deserialize)]
pub(super) struct ListRequest {
    search: Option<String>,
    #[serde(default)]
    categories: Vec<String>,
    #[serde(rename = "categoriesOperation")]
    categories_operation: Option<Operation>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Operation {
    Or,
    And,
}

impl Method for List {
    const NAME: &'static str = "ecosystem.list";
    const ABOUT: &'static str = "Lists ecosystem modules, with search, filtering, sorting and paging.";
    const ANSWER: &'static str = "`{total, perPage, pagesCount, after, entities: [module]}`";
    const SHAPE: Shape = Shape::List(&[
        Field::optional("search", TEXT, "Text that the name or slug must contain, ignoring case."),
        Field::optional(
            "categories",
            Kind::List(&TEXT),
            "Categories that the module must have, ignoring case.",
        ),
        Field::optional(
            "categoriesOperation",
            Kind::Choice(&["or", "and"]),
            "`or` to require one of the categories, `and` to require all; `or` when absent.",
        ),
    ]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    type Request = ListCall<ListRequest>;
    type Reply = Output;

    fn shape() -> Shape {
        list_shape(Self::SHAPE.fields(), Module::COLUMNS)
    }
}

impl Read for List {
    fn run(state: &State, _: &Call, request: ListCall<ListRequest>) -> Result<Output, Refusal> {
        let wanted = |module: &Module| request.own.wants(module);
        let wanted: Option<&dyn Fn(&Module) -> bool> = request.own.chooses().then_some(&wanted);
        let part = Section { table: &state.tables.modules, parent: ALL, within: None, wanted };
        let show =
            |module: &TableRow<Module>, bytes: &mut Vec<u8>| bytes.extend_from_slice(&fragment(module));
        listing::page_of_part(&part, &request.paging, &state.limits, &Show::Kept(&show))
    }
}

impl ListRequest {
    /// Returns true if the request selects only some of the modules.
    fn chooses(&self) -> bool {
        self.search.as_ref().is_some_and(|search| !search.is_empty()) || !self.categories.is_empty()
    }

    fn wants(&self, module: &Module) -> bool {
        let search = self.search.as_deref().unwrap_or_default().to_lowercase();
        let text = format!("{}\n{}", module.name, module.slug).to_lowercase();
        let categories = module.categories();
        let mut wanted = self.categories.iter().map(|category| categories.contains(&category.to_lowercase()));
        let in_category = match self.categories_operation {
            _ if self.categories.is_empty() => true,
            Some(Operation::And) => wanted.all(|has| has),
            Some(Operation::Or) | None => wanted.any(|has| has),
        };
        in_category && text.contains(&search)
    }
}
