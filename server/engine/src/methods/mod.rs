//! The wire methods. [`METHODS`] is the only list of them in the repository: routing, documentation,
//! `slymock methods`, `slymock why` and the journal all read it. Each area has a file, whose `methods` lists its methods.
//! What methods of many entities do alike is a verb of `method/verbs`: one line for each. What is special is a block
//! (`method/block.rs`): what it takes, what it answers, on what evidence, and what it does.

mod agents;
mod apps;
mod datasets;
mod docs;
mod ecosystem;
mod files;
mod images;
mod instance;
mod models;
mod names;
mod places;
mod projects;
mod sessions;
mod source;
mod tasks;
mod users;
mod workflow;

use std::sync::LazyLock;

use crate::ids::entities;

pub use crate::method::{Evidence, Origin, Row, TaskRef, Verb};
pub use docs::{markdown, why};
pub(crate) use names::likely;
pub use names::{area, nearest};

macro_rules! entity_areas {
    ($($file:ident::$row:ident $id:ident $key:ident, $noun:ident $word:literal $name:literal $about:literal;)+) => {
        /// The methods of each entity.
        const ENTITY_AREAS: &[fn() -> Vec<Row>] = &[$(<crate::tables::$row as crate::method::Area>::methods),+];
    };
}
entities!(entity_areas);

/// The methods of the areas that are no entity's, or not of one alone.
const OTHER_AREAS: &[fn() -> Vec<Row>] = &[
    images::methods,
    instance::methods,
    sessions::methods,
    source::methods,
    tasks::methods,
    workflow::methods,
];

/// All wire methods, sorted by name.
pub static METHODS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let areas = ENTITY_AREAS.iter().chain(OTHER_AREAS);
    let mut methods: Vec<Row> = areas.flat_map(|list| list()).collect();
    methods.sort_by_key(|row| row.name);
    methods
});

/// The row of the method with that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Row> {
    METHODS.binary_search_by(|row| row.name.cmp(name)).ok().map(|index| &METHODS[index])
}
