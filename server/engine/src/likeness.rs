//! The known name that a misspelt one is probably meant for.

/// A longer name is no misspelling, and comparing it would take its time.
pub(crate) const MEANT_MAX: usize = 100;

/// The known name closest to `name`, when one is close at all.
#[must_use]
pub fn closest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    /// Below this likeness (0 to 1) a proposal is more puzzling than helpful.
    const LIKE: f64 = 0.7;
    if name.len() > MEANT_MAX {
        return None;
    }
    let scored = known.map(|known| (strsim::jaro_winkler(name, known), known));
    scored.filter(|(score, _)| *score >= LIKE).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known)
}
