//! The division of a run among machines. The part of a case follows from its id alone, so that machines need not agree
//! on anything, and a new scenario moves no other one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Maximum number of parts.
const PARTS_MAX: u64 = 10_000;

/// One of N parts of a run, such as `2/4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Partition {
    /// K, from 1 to N.
    part: u64,
    /// N, from 1 to 10,000.
    parts: u64,
}

impl Partition {
    /// True if the case with this id is in the part. Each id is in exactly one of the N parts.
    #[must_use]
    pub fn has(self, id: &str) -> bool {
        // The standard hashers may change with each release of Rust, and a part must be the same on all machines.
        let hash = Sha256::digest(id.as_bytes());
        let head = hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte));
        head % self.parts + 1 == self.part
    }

    /// K, the number of the part.
    #[must_use]
    pub fn part(self) -> u64 {
        self.part
    }

    /// N, the number of parts.
    #[must_use]
    pub fn parts(self) -> u64 {
        self.parts
    }

    /// All N parts, in order.
    pub fn all(self) -> impl Iterator<Item = Self> {
        (1..=self.parts).map(move |part| Self { part, ..self })
    }

    /// Warning of a run without a case in the part.
    #[must_use]
    pub fn without_scenario(self) -> String {
        format!("part {self} has no scenario")
    }

    /// Warning of a run whose cases in the part show nothing about the client.
    #[must_use]
    pub fn without_verdict(self) -> String {
        format!("no check of part {self} has a verdict; `slymock report merge` judges all parts together")
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.part, self.parts)
    }
}

impl FromStr for Partition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((part, parts)) = text.split_once('/') else {
            return Err("a part is K/N, such as 2/4".to_owned());
        };
        let (part, parts) = (number("K", part)?, number("N", parts)?);
        if parts == 0 || parts > PARTS_MAX {
            return Err(format!("N is 1 to {PARTS_MAX}"));
        }
        if part == 0 {
            return Err("K is 1 or more".to_owned());
        }
        if part > parts {
            return Err(format!("K is 1 to N, here 1 to {parts}"));
        }
        Ok(Self { part, parts })
    }
}

/// Parses K or N: digits only, because `u64` would also accept a plus sign.
fn number(name: &str, text: &str) -> Result<u64, String> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| is_number);
    number.ok_or_else(|| format!("{name} is not a number: {text:?}; a part is K/N, such as 2/4"))
}

impl TryFrom<String> for Partition {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Partition> for String {
    fn from(partition: Partition) -> Self {
        partition.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library;

    fn part(text: &str) -> Partition {
        text.parse().unwrap()
    }

    fn refused(text: &str) -> String {
        text.parse::<Partition>().unwrap_err()
    }

    fn ids() -> Vec<String> {
        library::cases(&library::own()).unwrap().into_iter().map(|case| case.id).collect()
    }

    #[test]
    fn a_part_is_written_as_it_is_read() {
        for text in ["1/1", "2/4", "10000/10000"] {
            assert_eq!(part(text).to_string(), text);
            assert_eq!(serde_json::to_string(&part(text)).unwrap(), format!("\"{text}\""));
        }
        assert_eq!(part("02/4"), part("2/4"));
        assert_eq!(part("2/3").all().map(|part| part.to_string()).collect::<Vec<_>>(), ["1/3", "2/3", "3/3"]);
    }

    #[test]
    fn a_wrong_part_is_refused_with_the_reason() {
        assert_eq!(refused("0/4"), "K is 1 or more");
        assert_eq!(refused("5/4"), "K is 1 to N, here 1 to 4");
        assert_eq!(refused("1/0"), "N is 1 to 10000");
        assert_eq!(refused("1/10001"), "N is 1 to 10000");
        assert_eq!(refused("2"), "a part is K/N, such as 2/4");
        for text in ["x/4", "+1/4", "-1/4", " 1/4", "/4", "1.0/4", "99999999999999999999/4"] {
            assert!(refused(text).starts_with("K is not a number: "), "{text}");
        }
        for text in ["1/x", "1/", "1/2/3", "1/+4"] {
            assert!(refused(text).starts_with("N is not a number: "), "{text}");
        }
        let error = serde_json::from_str::<Partition>("\"5/4\"").unwrap_err().to_string();
        assert!(error.starts_with("K is 1 to N, here 1 to 4"), "{error}");
    }

    #[test]
    fn each_case_is_in_exactly_one_part() {
        let ids = ids();
        for parts in 1..=12 {
            let all: Vec<_> = part(&format!("1/{parts}")).all().collect();
            for id in &ids {
                assert_eq!(all.iter().filter(|part| part.has(id)).count(), 1, "{id} of {parts}");
            }
        }
    }

    #[test]
    fn no_part_is_much_smaller_than_the_others() {
        let ids = ids();
        for parts in [2, 3, 4, 8] {
            for part in part(&format!("1/{parts}")).all() {
                let count = ids.iter().filter(|id| part.has(id)).count();
                assert!(count * 2 * parts >= ids.len(), "part {part} has {count} of {} cases", ids.len());
            }
        }
    }

    /// Another hash would move the cases of a matrix while its machines have different builds.
    #[test]
    fn the_part_of_an_id_never_changes() {
        let part_of = |id: &str, parts: u64| {
            let all = part(&format!("1/{parts}")).all().find(|part| part.has(id));
            all.unwrap().part()
        };
        // Computed by: printf %s ID | sha256sum, the first 16 digits modulo N, and 1 more.
        assert_eq!([2, 4, 12, 10_000].map(|parts| part_of("wait/defaults", parts)), [2, 2, 6, 7282]);
        assert_eq!([2, 4, 12, 10_000].map(|parts| part_of("", parts)), [1, 1, 5, 1653]);
    }
}
