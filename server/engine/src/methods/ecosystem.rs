//! `ecosystem.info` and `ecosystem.list`: the published modules that apps are made of.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::ids::ModuleId;
use crate::listing::{self, Section, Show, list_shape};
use crate::looks::Looks;
use crate::method::{Area, Evidence, ListCall, Method, Read, Row, TaskRef, choice, code, official, read};
use crate::refusal::{Noun, Refusal, Violation};
use crate::reply::{Object, Output, render};
use crate::request::{Field, Kind, Shape, TEXT};
use crate::state::State;
use crate::tables::{ALL, Entity, Module, TableRow};
use crate::time::Moment;

/// A module as the wire shows it.
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
    const ABOUT: &'static str = "Tells about one ecosystem module, by id or by slug.";
    const ANSWER: &'static str = "the module: `{id, slug, name, type, config, readme, repo, repositoryModuleUrl, meta, createdAt, updatedAt}`";
    const SHAPE: Shape = Shape::Object(&[
        Field::optional("id", Kind::Id, "The module; or give its slug."),
        Field::optional("slug", TEXT, "The module's slug; or give its id."),
        Field::optional("version", TEXT, "A release that must exist."),
    ]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    const EVIDENCE: &'static [Evidence] = &[
        code("The SDK needs id, slug, name, type, config, createdAt and updatedAt."),
        code("AppApi.start reads meta.releases[0].version when no version is given."),
        official(
            "An app's config.json spells its keys with underscores; the platform shows most in camel case.",
        ),
        choice(
            60,
            "Keys that have two spellings are shown in both, for the SDK reads context_menu and contextMenu.",
        ),
        choice(70, "A module of a fixture that names no releases has one, as published ones do."),
        choice(90, "An unknown module is a 404."),
        choice(50, "A version that was never released is a 404; branches have no release."),
    ];
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
    const ABOUT: &'static str = "Lists ecosystem modules, searched, filtered, ordered and in pages.";
    const ANSWER: &'static str = "`{total, perPage, pagesCount, after, entities: [module]}`";
    const SHAPE: Shape = Shape::List(&[
        Field::optional("search", TEXT, "Text that name or slug contains, in any case."),
        Field::optional("categories", Kind::List(&TEXT), "Categories that modules have, in any case."),
        Field::optional(
            "categoriesOperation",
            Kind::Choice(&["or", "and"]),
            "Whether one of the categories does, or all are needed; `or` when absent.",
        ),
    ]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    const EVIDENCE: &'static [Evidence] = &[
        code("The SDK filters by slug, searches by name and reads id of the entities."),
        choice(60, "search looks in name and slug, whatever the case."),
    ];
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
    /// Whether it asks for some modules alone.
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
