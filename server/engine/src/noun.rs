//! What can be missing: the kinds of entities that a request may name.

use serde::Serialize;

use crate::ids::entities;

macro_rules! nouns {
    ($($file:ident::$row:ident $id:ident $key:ident, $noun:ident $word:literal $name:literal $about:literal;)+) => {
        /// A kind of entity.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Noun {
            $(#[doc = concat!("One of `", stringify!($key), "`.")] $noun,)+
            /// A task.
            Task,
            /// A session: a task as its app's web address names it.
            Session,
            /// A fault rule.
            Fault,
            /// A canned reply.
            Stub,
        }

        impl Noun {
            /// The entity's name as sentences of the service use it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$noun => $name,)+
                    _ => self.word(),
                }
            }

            /// The name of several.
            #[must_use]
            pub fn plural(self) -> String {
                let name = self.as_str();
                let ending = if name.ends_with(['s', 'x']) { "es" } else { "s" };
                format!("{name}{ending}")
            }

            /// The table that has the rows of this kind, as fixtures name it; nothing where there is none.
            #[must_use]
            pub fn table(self) -> Option<&'static str> {
                match self {
                    $(Self::$noun => Some(stringify!($key)),)+
                    Self::Task => Some("tasks"),
                    Self::Session | Self::Fault | Self::Stub => None,
                }
            }

            /// The entity's name as a world's own sentences use it.
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
