//! The tables: persistent maps of immutable rows, so that a clone is cheap. Each row type is also the row's
//! form in a fixture, except tasks, whose form is in `snapshot`. `Tables` is generated from the one list of
//! entities; `write.rs` changes rows and everything that depends on them.

mod answers;
mod app;
mod column;
mod config;
mod dataset;
mod defaults;
mod document;
mod entity;
mod file;
mod index;
mod log;
mod meta;
mod model;
mod order;
mod people;
mod project;
mod ranked;
mod replies;
mod sheet;
mod store;
mod table;
mod task;
mod timeline;
mod training;
mod write;

use crate::ids::entities;
use crate::noun::Noun;
use crate::refusal::Refusal;
use crate::time::Moment;

pub use app::{ModuleFile, StoredFile};
pub use column::Column;
pub use entity::{Archive, Counters, Entity, Link};
pub use file::{Blob, hash_of};
pub use log::LogLine;
pub use meta::Meta;
pub use people::AgentStatus;
pub use replies::{AppAnswer, AppPlace, AppReplies};
pub use store::{Direction, Edge};
pub(crate) use task::redirect_port;
pub use task::{RestartPolicy, Task, UNSTOPPABLE};
pub use timeline::{StatusChange, Timeline};
pub use training::Checkpoint;

pub(crate) use answers::StoredAnswer;
pub(crate) use column::{ColumnKind, Key};
pub(crate) use defaults::default_workspace;
pub(crate) use document::{Document, values_in};
pub(crate) use entity::{PlainEntity, Slot};
pub(crate) use file::{Blobs, HASH};
pub(crate) use index::Group;
pub(crate) use log::kept_log;
pub(crate) use model::uploaded;
pub(crate) use order::{ColumnOrder, Ids, Strips};
pub(crate) use ranked::Run;
pub(crate) use store::Records;
pub(crate) use table::{ALL, RenderRow, Table, TableRow};
pub(crate) use training::{epoch_of, metrics_of};

pub(crate) trait Has<E: Entity> {
    fn table(&self) -> &Table<E>;
    fn table_mut(&mut self) -> &mut Table<E>;
}

pub(crate) trait TableVisitor {
    /// Visits a table whose rows have the same form in fixtures.
    fn visit<E: PlainEntity>(&mut self, table: &Table<E>)
    where
        Tables: Has<E>;
}

macro_rules! tables {
    ($($file:ident::$row:ident $id:ident $key:ident, $noun:ident $word:literal $name:literal $about:literal;)+) => {
        $(pub use $file::$row;)+

        /// All tables of a world.
        #[derive(Clone, Debug, Default)]
        pub(crate) struct Tables {
            $(pub(crate) $key: Table<$row>,)+
            pub(crate) tasks: Table<Task>,
            pub(crate) records: Records,
            pub(crate) blobs: Blobs,
        }

        $(has!($row, $key);)+

        impl Tables {
            /// Returns true if a row of that kind and id exists, live or archived.
            pub(crate) fn has(&self, noun: Noun, id: u64) -> bool {
                match noun {
                    $(Noun::$noun => self.$key.has(id.into()),)+
                    Noun::Task => self.tasks.has(id.into()),
                    Noun::Session | Noun::Fault | Noun::Stub => false,
                }
            }

            /// Refuses a row that does not exist or is archived.
            ///
            /// # Errors
            ///
            /// [`Refusal::NotFound`].
            pub(crate) fn must_be_live(&self, noun: Noun, id: u64) -> Result<(), Refusal> {
                match noun {
                    $(Noun::$noun => self.$key.find(id.into()).map(drop),)+
                    Noun::Task => self.tasks.find(id.into()).map(drop),
                    Noun::Session | Noun::Fault | Noun::Stub => Err(Refusal::missing(noun, id)),
                }
            }

            /// Visits each table except tasks, parents first.
            pub(crate) fn visit(&self, visitor: &mut impl TableVisitor) {
                $(visitor.visit(&self.$key);)+
            }

            /// Changes the counters of a row, and through it those of the rows that count it.
            fn count(&mut self, noun: Noun, id: u64, by: Counters, at: Moment) {
                match noun {
                    $(Noun::$noun => self.count_in::<$row>(id.into(), by, at),)+
                    _ => {}
                }
            }

            /// Adds the live rows that one row contains.
            fn children(&self, noun: Noun, id: u64, found: &mut Vec<(Noun, u64)>) {
                $(self.children_in::<$row>(noun, id, found);)+
            }

            fn archive_row(&mut self, noun: Noun, id: u64, at: Moment) {
                match noun {
                    $(Noun::$noun => self.archive_in::<$row>(id.into(), at),)+
                    _ => {}
                }
            }

            /// Returns the inconsistencies of the indexes, one sentence each.
            pub(crate) fn problems(&self) -> Vec<String> {
                let mut problems = self.tasks.problems();
                $(problems.extend(self.$key.problems());)+
                problems
            }

            /// Returns the problems of the rows written since the last call, one sentence each.
            pub(crate) fn problems_of_written(&mut self) -> Vec<String> {
                let mut problems = Vec::new();
                $(problems.extend(self.written_problems::<$row>());)+
                problems.extend(self.written_problems::<Task>());
                problems
            }
        }
    };
}

macro_rules! has {
    ($row:ident, $key:ident) => {
        impl Has<$row> for Tables {
            fn table(&self) -> &Table<$row> {
                &self.$key
            }

            fn table_mut(&mut self) -> &mut Table<$row> {
                &mut self.$key
            }
        }
    };
}

entities!(tables);
has!(Task, tasks);
