//! The wire methods. [`METHODS`] is the only list of them: routing, documentation, `slymock methods`,
//! `slymock why` and the journal all read it. Each area has a file, whose `methods` lists its methods.
//! Behaviour that many entities share is a verb of `method/verbs`, which takes one line per method. Any other
//! method is a block (`method/block.rs`): its fields, reply and code.

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

pub use crate::method::{Row, TaskRef, Verb};
pub use docs::{description, markdown};
pub(crate) use names::likely;
pub use names::{area, nearest};
pub use tasks::inspect_task;

macro_rules! entity_areas {
    ($($file:ident::$row:ident $id:ident $key:ident, $noun:ident $word:literal $name:literal $about:literal;)+) => {
        const ENTITY_AREAS: &[fn() -> Vec<Row>] = &[$(<crate::tables::$row as crate::method::Area>::methods),+];
    };
}
entities!(entity_areas);

/// Methods of areas that do not belong to exactly one entity.
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

/// Returns the row of the method with that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Row> {
    METHODS.binary_search_by(|row| row.name.cmp(name)).ok().map(|index| &METHODS[index])
}
