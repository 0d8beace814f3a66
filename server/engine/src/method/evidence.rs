//! What is known of methods, where it comes from, and how sure it is.

/// One thing that is known of a method.
#[derive(Clone, Copy, Debug)]
pub struct Evidence {
    /// What is claimed, as a sentence.
    pub claim: &'static str,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a claim comes from, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Observed by running the SDK.
    Run,
    /// Read in the SDK's code.
    Code,
    /// Official text: the seed page, the developer portal, docstrings.
    Official,
    /// A third party's digest of the service's API documentation.
    Digest,
    /// Our choice where nothing is documented; how sure we are, in per cent.
    Choice(u8),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Run => f.write_str("seen by running the SDK"),
            Self::Code => f.write_str("read in the SDK's code"),
            Self::Official => f.write_str("official text"),
            Self::Digest => f.write_str("third-party digest of the API documentation"),
            Self::Choice(sure) => write!(f, "our choice, {sure} % sure"),
        }
    }
}

pub(crate) const fn seen(claim: &'static str) -> Evidence {
    Evidence { claim, origin: Origin::Run }
}

pub(crate) const fn code(claim: &'static str) -> Evidence {
    Evidence { claim, origin: Origin::Code }
}

pub(crate) const fn official(claim: &'static str) -> Evidence {
    Evidence { claim, origin: Origin::Official }
}

pub(crate) const fn digest(claim: &'static str) -> Evidence {
    Evidence { claim, origin: Origin::Digest }
}

pub(crate) const fn choice(sure: u8, claim: &'static str) -> Evidence {
    Evidence { claim, origin: Origin::Choice(sure) }
}
