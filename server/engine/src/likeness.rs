//! Finds the known name that a misspelt name was probably meant to be.

/// Maximum length of a name to compare, in bytes. A longer name is not a misspelling, and comparing it
/// would take too long.
pub(crate) const MEANT_MAX: usize = 100;

/// The known name that is most similar to `name`; `None` if none is similar enough.
#[must_use]
pub fn closest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    /// Minimum similarity, 0 to 1. A proposal with a lower one would puzzle more than help.
    const LIKE: f64 = 0.7;
    if name.len() > MEANT_MAX {
        return None;
    }
    let scored = known.map(|known| (strsim::jaro_winkler(name, known), known));
    scored.filter(|(score, _)| *score >= LIKE).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known)
}
