//! The kinds of entities that a request can name and that can be missing.

use serde::Serialize;

use crate::ids::entities;

macro_rules! nouns {
    ($($file:ident::$row:ident $id:ident $key:ident, $noun:ident $word:literal $name:literal $about:literal;)+) => {
        /// A kind of entity.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Noun {
            $(#[doc = concat!("A row of the table `", stringify!($key), "`.")] $noun,)+
            /// A task.
            Task,
            /// A session: a task, as named by the web address of its app.
            Session,
            /// A fault rule.
            Fault,
            /// A canned reply.
            Stub,
        }

        impl Noun {
            /// The name of the kind in Supervisely's own sentences.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$noun => $name,)+
                    _ => self.word(),
                }
            }

            /// The plural of [`as_str`](Self::as_str).
            #[must_use]
            pub fn plural(self) -> String {
                let name = self.as_str();
                let ending = if name.ends_with(['s', 'x']) { "es" } else { "s" };
                format!("{name}{ending}")
            }

            /// The key of the table that has the rows of this kind, as in fixtures; `None` if there is
            /// no such table.
            #[must_use]
            pub fn table(self) -> Option<&'static str> {
                match self {
                    $(Self::$noun => Some(stringify!($key)),)+
                    Self::Task => Some("tasks"),
                    Self::Session | Self::Fault | Self::Stub => None,
                }
            }

            /// The name of the kind in slymock's own messages.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$noun => $word,)+
                    Self::Task => "task",
                    Self::Session => "session",
                    Self::Fault => "fault",
                    Self::Stub => "stub",
                }
            }
        }
    };
}

entities!(nouns);
