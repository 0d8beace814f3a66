//! Makes blueprints from fixtures that are values.

use std::sync::{Arc, LazyLock};

use super::blueprint::Blueprint;
use super::draft::Draft;
use super::fixture::Fixture;
use super::rows::given_rows;

impl Blueprint {
    /// The blueprint of a fixture.
    #[must_use]
    pub fn of(fixture: &Fixture) -> Self {
        let mut draft = Draft::default();
        given_rows(fixture, &mut draft);
        fixture.blobs.iter().for_each(|(hash, blob)| draft.blob(hash, blob.clone()));
        let frame = Fixture {
            app: fixture.app.clone(),
            clock: fixture.clock,
            seed: fixture.seed,
            lifecycle: fixture.lifecycle.clone(),
            next_tasks: fixture.next_tasks.clone(),
            faults: fixture.faults.clone(),
            last_fault_id: fixture.last_fault_id,
            stubs: fixture.stubs.clone(),
            seen_lists: fixture.seen_lists.clone(),
            limits: fixture.limits,
            ..Fixture::default()
        };
        draft.close_tables(&frame);
        match &fixture.tasks {
            Some(rows) => {
                let mut rows: Vec<_> = rows.iter().collect();
                rows.sort_by_key(|row| row.id);
                rows.into_iter().for_each(|row| draft.task(row.clone(), None));
            }
            None => draft.default_tasks(),
        }
        draft.finish(frame)
    }
}

/// The blueprint of the default world.
impl Default for Blueprint {
    fn default() -> Self {
        static DEFAULT: LazyLock<Blueprint> = LazyLock::new(|| Blueprint::of(&Fixture::default()));
        DEFAULT.clone()
    }
}

impl From<Fixture> for Blueprint {
    fn from(fixture: Fixture) -> Self {
        Self::of(&fixture)
    }
}

impl From<Fixture> for Arc<Blueprint> {
    fn from(fixture: Fixture) -> Self {
        Self::new(fixture.into())
    }
}
