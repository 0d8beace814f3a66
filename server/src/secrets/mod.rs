//! Removes secrets from all output: the API tokens that this server knows or has known, and values
//! under the name of a token. They are found by meaning and not by spelling: through JSON escapes,
//! percent-encoding and base64, and before a text is cut.

mod index;
mod named;
mod reading;
mod value;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use base64::Engine as _;
use base64::alphabet::{self, Alphabet};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use slymock_engine::journal::Body;
use slymock_engine::request::Input;

use index::Index;
use reading::Reading;

/// The text that replaces a secret.
const REDACTED: &str = "[redacted]";
/// Minimum length of base64 that can contain the shortest token that is looked for.
const ENCODED_MIN: usize = index::TOKEN_MIN.div_ceil(3) * 4 - 1;

/// The tokens of all worlds of a server, including deleted ones.
#[derive(Default)]
pub(crate) struct Secrets(RwLock<Index>);

/// A range of a text, and its replacement.
struct Spot {
    at: Range<usize>,
    instead: Cow<'static, [u8]>,
}

impl Secrets {
    fn index(&self) -> RwLockReadGuard<'_, Index> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds the token of a new world.
    pub(crate) fn add(&self, token: &str) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).add(token);
    }

    /// Marks the token of a deleted world. It stays a secret, because journal entries and clients
    /// may still have it.
    pub(crate) fn retire(&self, token: &str) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).retire(token);
    }

    /// A body for the journal. A short one is kept unchanged and loses its secrets when it is
    /// shown; one that has to be cut loses them first.
    pub(crate) fn body(&self, bytes: &[u8]) -> Body {
        Body::of_hiding(bytes, &|bytes| self.hide(bytes, false).into_owned())
    }

    /// [`body`](Self::body) of an input that has to be cut; `None` if it is short enough.
    pub(crate) fn cut(&self, input: &Input) -> Option<Body> {
        Body::cut_input(input, &|bytes| self.hide(bytes, false).into_owned())
    }

    /// Removes secrets from a text. One that was `cut` may end with a part of a secret.
    fn hide<'a>(&self, bytes: &'a [u8], cut: bool) -> Cow<'a, [u8]> {
        let mut spots = Vec::new();
        reading::each(bytes, |reading| spots.extend(self.plain(reading, cut)));
        spots.extend(self.encoded(bytes));
        if spots.is_empty() { Cow::Borrowed(bytes) } else { Cow::Owned(replaced(bytes, spots)) }
    }

    /// The secrets in one reading of a text.
    fn plain(&self, reading: &Reading<'_>, cut: bool) -> Vec<Spot> {
        let mut found = named::values(reading.bytes());
        let index = self.index();
        index.find(reading.bytes(), &mut found);
        found.extend(cut.then(|| index.tail(reading.bytes())).flatten());
        let spot = |at| Spot { at: reading.source(at), instead: Cow::Borrowed(REDACTED.as_bytes()) };
        found.into_iter().map(spot).collect()
    }

    /// The base64 strings in a text that contain secrets.
    fn encoded(&self, bytes: &[u8]) -> Vec<Spot> {
        let mut spots = Vec::new();
        let mut place = 0;
        for run in bytes.split(|byte| !is_base64(*byte)) {
            let at = place..place + run.len();
            place = at.end + 1;
            if run.len() >= ENCODED_MIN
                && let Some(instead) = self.recoded(run)
            {
                spots.push(Spot { at, instead: instead.into_bytes().into() });
            }
        }
        spots
    }

    /// Decodes base64, removes the secrets and encodes it again; `None` if it has no secrets.
    fn recoded(&self, run: &[u8]) -> Option<String> {
        let engine = if run.iter().any(|byte| b"-_".contains(byte)) {
            engine(&alphabet::URL_SAFE)
        } else {
            engine(&alphabet::STANDARD)
        };
        let bytes = engine.decode(run).ok()?;
        match self.hide(&bytes, false) {
            Cow::Borrowed(_) => None,
            Cow::Owned(hidden) => Some(engine.encode(hidden)),
        }
    }
}

fn engine(alphabet: &Alphabet) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(alphabet, config.with_decode_allow_trailing_bits(true))
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/-_=".contains(&byte)
}

/// Replaces the spots of a text. Spots that overlap are replaced as one.
fn replaced(bytes: &[u8], mut spots: Vec<Spot>) -> Vec<u8> {
    spots.sort_by_key(|spot| (spot.at.start, spot.at.end));
    let mut merged: Vec<Spot> = Vec::new();
    for spot in spots {
        match merged.last_mut().filter(|last| spot.at.start < last.at.end) {
            Some(last) => {
                *last = Spot {
                    at: last.at.start..last.at.end.max(spot.at.end),
                    instead: Cow::Borrowed(REDACTED.as_bytes()),
                };
            }
            None => merged.push(spot),
        }
    }
    let (mut hidden, mut place) = (Vec::with_capacity(bytes.len()), 0);
    for spot in merged {
        hidden.extend_from_slice(&bytes[place..spot.at.start]);
        hidden.extend_from_slice(&spot.instead);
        place = spot.at.end;
    }
    hidden.extend_from_slice(&bytes[place..]);
    hidden
}

/// Removes secrets from the output for one world.
#[derive(Clone)]
pub(crate) struct Hider {
    secrets: Arc<Secrets>,
    /// The world's own token. If it is too short to be looked for in texts, only a text that equals
    /// it is hidden.
    own: Arc<str>,
}

impl Hider {
    pub(crate) fn new(secrets: Arc<Secrets>, own: Arc<str>) -> Self {
        Self { secrets, own }
    }
}

impl fmt::Debug for Hider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hider")
    }
}

#[cfg(test)]
mod tests;
