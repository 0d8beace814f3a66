//! Releases of a client, and version requirements.

use semver::{Version, VersionReq};

/// True if a requirement covers a release. A release that is not a number is covered by `*` alone.
pub(crate) fn covers(versions: &VersionReq, version: &str) -> bool {
    release(version).map_or(*versions == VersionReq::STAR, |version| versions.matches(&version))
}

/// Parses the three numbers of a release as Python packages write it: `6.74`, `6.73.200rc1`, `6.73.200.dev2`.
pub(crate) fn release(version: &str) -> Option<Version> {
    let mut numbers = [0; 3];
    for (index, (number, part)) in numbers.iter_mut().zip(version.split('.')).enumerate() {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        match digits.parse() {
            Ok(digits) => *number = digits,
            // After the first number, a part that is not a number is a suffix.
            Err(_) if index > 0 => break,
            Err(_) => return None,
        }
    }
    Some(Version::new(numbers[0], numbers[1], numbers[2]))
}

/// True if a requirement covers any release at all. If it does, the smallest covered release is 0.0.0 or the
/// start of one of its comparators, so only these are tried.
pub(crate) fn covers_any(versions: &VersionReq) -> bool {
    let begins = versions.comparators.iter().flat_map(|comparator| {
        let (major, minor, patch) =
            (comparator.major, comparator.minor.unwrap_or(0), comparator.patch.unwrap_or(0));
        [
            Version::new(major, minor, patch),
            Version::new(major, minor, patch.saturating_add(1)),
            Version::new(major, minor.saturating_add(1), 0),
            Version::new(major.saturating_add(1), 0, 0),
        ]
    });
    begins.chain([Version::new(0, 0, 0)]).any(|version| versions.matches(&version))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(versions: &str) -> VersionReq {
        VersionReq::parse(versions).unwrap()
    }

    #[test]
    fn a_release_of_a_python_package_is_three_numbers() {
        let of = |version: &str| release(version).map(|version| version.to_string());
        assert_eq!(of("6.73.200rc1").as_deref(), Some("6.73.200"));
        assert_eq!(of("6.74").as_deref(), Some("6.74.0"));
        assert_eq!(of("unknown"), None);
    }

    #[test]
    fn what_is_no_release_is_covered_by_a_star_alone() {
        assert!(covers(&parsed("*"), "unknown") && covers(&parsed("*"), "6.74.51"));
        assert!(!covers(&parsed(">=0.0.0"), "unknown"));
        assert!(covers(&parsed(">=6.67, <6.74"), "6.73.200rc1"));
        assert!(!covers(&parsed(">=6.67, <6.74"), "6.74.51"));
    }

    #[test]
    fn a_requirement_that_covers_nothing_is_told_from_one_that_covers_a_little() {
        for some in [
            "*",
            "<6.74.51",
            ">6.74.51",
            ">=6.72, <6.74.51",
            ">6.74, <6.75.1",
            "^6.7, >6.74.51",
            "~6.74, <6.74.1",
        ] {
            assert!(covers_any(&parsed(some)), "{some}");
        }
        for none in [
            "=6.74.51, <6.74.51",
            "=6.74.51, >6.74.51",
            "<0.0.0",
            ">=6.74.51, <6.74.51",
            ">6.74, <6.75.0",
            "~6.74, >=6.75",
        ] {
            assert!(!covers_any(&parsed(none)), "{none}");
        }
    }
}
