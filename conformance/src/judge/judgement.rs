//! The outcome of a word.

/// The outcome of a word of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    /// The word holds.
    Holds,
    /// The word does not hold.
    Fails { expected: String, actual: String },
    /// The word would hold for any client, because the events contain nothing that it is about.
    NoSubject { expected: String, lacks: String },
}

impl Judgement {
    pub(super) fn when(holds: bool, expected: impl Into<String>, actual: impl FnOnce() -> String) -> Self {
        if holds { Self::Holds } else { Self::Fails { expected: expected.into(), actual: actual() } }
    }

    pub(super) fn no_subject(expected: impl Into<String>, lacks: impl Into<String>) -> Self {
        Self::NoSubject { expected: expected.into(), lacks: lacks.into() }
    }

    /// Both must hold. A failure takes precedence over a missing subject.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (fails @ Self::Fails { .. }, _) | (_, fails @ Self::Fails { .. }) => fails,
            (Self::Holds, other) => other,
            (hollow, _) => hollow,
        }
    }

    pub(super) fn all(found: impl IntoIterator<Item = Self>) -> Self {
        found.into_iter().fold(Self::Holds, Self::and)
    }

    /// At least one must hold; otherwise all expectations and observations are reported. Without any subject,
    /// the result has no subject.
    pub(super) fn any(found: Vec<Self>) -> Self {
        if found.contains(&Self::Holds) {
            return Self::Holds;
        }
        let hollow = found.iter().all(|found| matches!(found, Self::NoSubject { .. }));
        let (mut wanted, mut seen) = (Vec::new(), Vec::new());
        for (expected, actual) in found.into_iter().filter_map(Self::told) {
            wanted.push(expected);
            if !seen.contains(&actual) {
                seen.push(actual);
            }
        }
        let (expected, seen) = (wanted.join(", or "), seen.join("; "));
        if hollow { Self::no_subject(expected, seen) } else { Self::Fails { expected, actual: seen } }
    }

    fn told(self) -> Option<(String, String)> {
        match self {
            Self::Holds => None,
            Self::Fails { expected, actual } => Some((expected, actual)),
            Self::NoSubject { expected, lacks } => Some((expected, lacks)),
        }
    }
}
