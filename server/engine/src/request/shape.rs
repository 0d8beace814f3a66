//! What a method takes, declared once.

/// What a method takes.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// An object of these fields.
    Object(&'static [Field]),
    /// An object of these fields, which orders rows and cuts out a page of them.
    List(&'static [Field]),
    /// An object of these fields and any others.
    Open(&'static [Field]),
    /// An array of texts. As a query: the values of the repeated key with this name.
    Texts(&'static str),
    /// The parts of a `multipart/form-data` body.
    Parts,
    /// A `multipart/form-data` body of these fields as text parts and the file part of this name.
    Form(&'static [Field], &'static str),
}

impl Shape {
    /// The declared fields.
    #[must_use]
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::Object(fields) | Self::List(fields) | Self::Open(fields) | Self::Form(fields, _) => fields,
            Self::Texts(_) | Self::Parts => &[],
        }
    }
}

/// One field of a request.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it must be there.
    pub need: Need,
    /// What it means, as a sentence.
    pub about: &'static str,
    /// Other names that clients send it under.
    pub aliases: &'static [&'static str],
}

/// Whether a field must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It must.
    Required,
    /// It may be absent; `null` is taken as absent.
    Optional,
}

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// An integer from 1 to 2^53 - 1.
    Id,
    /// An integer of at least `min`.
    Int {
        /// The least value.
        min: u64,
    },
    /// A number of at least `min`.
    Number {
        /// The least value.
        min: f64,
    },
    /// A boolean.
    Flag,
    /// A text of at most `max` characters that something is called by: without control characters.
    Name {
        /// The most characters.
        max: usize,
    },
    /// A text of at most `max` characters.
    Text {
        /// The most characters.
        max: usize,
    },
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// A moment in a form of ISO 8601 that the service takes; the method gets milliseconds since 1970.
    Moment,
    /// An array.
    List(&'static Self),
    /// An object of these fields.
    Object(&'static [Field]),
    /// An object of any fields.
    Map,
    /// Any JSON value, `null` included.
    Any,
    /// Any JSON value, which stays text until somebody reads it: what may be large, and has a reader of its own.
    Raw,
}

impl Field {
    /// A field that must be there.
    #[must_use]
    pub const fn required(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { name, kind, need: Need::Required, about, aliases: &[] }
    }

    /// A field that may be absent.
    #[must_use]
    pub const fn optional(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { name, kind, need: Need::Optional, about, aliases: &[] }
    }

    /// The same field, which is known by these names too.
    #[must_use]
    pub const fn also(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    /// Whether it is known by that name.
    #[must_use]
    pub fn has_name(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }

    /// All names that it is known by, its own first.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }
}

impl Kind {
    /// The kind in the words of the documentation.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Id => "id".to_owned(),
            Self::Int { min } => format!("integer ≥ {min}"),
            Self::Number { min } => format!("number ≥ {min}"),
            Self::Flag => "boolean".to_owned(),
            Self::Name { max: usize::MAX } => "name".to_owned(),
            Self::Name { max } => format!("name of at most {max} characters"),
            Self::Text { max: usize::MAX } => "text".to_owned(),
            Self::Text { max } => format!("text of at most {max} characters"),
            Self::Choice(words) => words.join(" \\| "),
            Self::Moment => "ISO 8601 moment".to_owned(),
            Self::List(item) => format!("array of {}", item.words()),
            Self::Object(fields) => {
                let names: Vec<_> = fields.iter().map(|field| field.name).collect();
                format!("{{{}}}", names.join(", "))
            }
            Self::Map => "object".to_owned(),
            Self::Any | Self::Raw => "any".to_owned(),
        }
    }
}

/// A name of any length.
pub(crate) const CALLED: Kind = Kind::Name { max: usize::MAX };

/// A text of any length.
pub(crate) const TEXT: Kind = Kind::Text { max: usize::MAX };
