//! The shapes of requests, each declared once.

/// The shape of a method's request.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// An object with these fields.
    Object(&'static [Field]),
    /// An object with these fields. Its method sorts rows and returns a page of them.
    List(&'static [Field]),
    /// An object with these fields and any others.
    Open(&'static [Field]),
    /// An array of strings. In a query: the values of the repeated key with this name.
    Texts(&'static str),
    /// The parts of a `multipart/form-data` body.
    Parts,
    /// A `multipart/form-data` body with these fields as text parts, and a file part with this name.
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

/// A field of a request.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Name on the wire.
    pub name: &'static str,
    /// Kind of value.
    pub kind: Kind,
    /// Required or optional.
    pub need: Need,
    /// Meaning of the field, as a sentence for the documentation.
    pub about: &'static str,
    /// Other names under which clients send it.
    pub aliases: &'static [&'static str],
}

/// The presence of a field: required or optional.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The request must have it.
    Required,
    /// The request may omit it. `null` counts as absent, except in a field of any value.
    Optional,
}

/// The kind of value in a field.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// An integer from 1 to 2^53 - 1.
    Id,
    /// An integer of at least `min`.
    Int {
        /// The smallest value allowed.
        min: u64,
    },
    /// A number of at least `min`.
    Number {
        /// The smallest value allowed.
        min: f64,
    },
    /// A boolean.
    Flag,
    /// A name: a string of at most `max` characters without control characters.
    Name {
        /// The maximum length in characters.
        max: usize,
    },
    /// A string of at most `max` characters.
    Text {
        /// The maximum length in characters.
        max: usize,
    },
    /// One of these strings.
    Choice(&'static [&'static str]),
    /// A moment in one of the forms of ISO 8601 that Supervisely takes. The method gets milliseconds
    /// since 1970.
    Moment,
    /// An array.
    List(&'static Self),
    /// An object with these fields.
    Object(&'static [Field]),
    /// An object with any fields.
    Map,
    /// Any JSON value, `null` included.
    Any,
    /// Any JSON value, which stays text until the method reads it. For values that may be large and
    /// have their own reader.
    Raw,
}

impl Field {
    /// A required field.
    #[must_use]
    pub const fn required(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { name, kind, need: Need::Required, about, aliases: &[] }
    }

    /// An optional field.
    #[must_use]
    pub const fn optional(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { name, kind, need: Need::Optional, about, aliases: &[] }
    }

    /// The same field with these aliases.
    #[must_use]
    pub const fn also(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    /// True if the field has this name, as its own or as an alias.
    #[must_use]
    pub fn has_name(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }

    /// All names of the field, its own first.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }
}

impl Kind {
    /// A description of the kind for the documentation.
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

/// A name without a maximum length.
pub(crate) const CALLED: Kind = Kind::Name { max: usize::MAX };

/// A string without a maximum length.
pub(crate) const TEXT: Kind = Kind::Text { max: usize::MAX };
