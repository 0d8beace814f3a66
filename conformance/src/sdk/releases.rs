//! The releases of the SDK that are served.

use semver::Version;

/// The newest release that the kit is checked with.
pub const NEWEST: &str = "6.74.51";
/// The first after those whose `start` wants an object where all others want a list.
pub const OLDEST: Version = Version::new(6, 68, 106);
