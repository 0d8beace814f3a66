//! The supported releases of the SDK.

use semver::Version;

/// The newest release that the kit is tested with.
pub const NEWEST: &str = "6.74.51";
/// The first supported release: in the releases before it, `start` expects an object where all later ones
/// expect a list.
pub const OLDEST: Version = Version::new(6, 68, 106);
