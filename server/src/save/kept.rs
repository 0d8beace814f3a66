//! Permissions and attributes that a file takes over from the one it replaces, as far as the system
//! permits. It is still another file: a second name (hard link) of the old one keeps naming the old
//! one.

use std::fs::{File, Metadata};
use std::path::Path;

/// Gives `file` the owner, group, mode and attributes of the file at `place`.
#[cfg(unix)]
pub(super) fn take_over(place: &Path, there: &Metadata, file: &File) {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};

    let (owner, group) = (there.uid(), there.gid());
    let is_owners = fchown(file, Some(owner), Some(group)).is_ok();
    let is_groups = is_owners || fchown(file, None, Some(group)).is_ok();
    let mut mode = there.mode() & if is_owners { 0o7777 } else { 0o777 };
    let rights = attributes::take_over(place, file);
    if !is_groups || !rights {
        // The group is another one, or had fewer rights than the mode shows: it gets only the
        // rights of all users.
        mode = mode & !0o070 | (mode & 0o007) << 3;
    }
    let _ = file.set_permissions(std::fs::Permissions::from_mode(mode));
}

#[cfg(not(unix))]
pub(super) fn take_over(_: &Path, there: &Metadata, file: &File) {
    let _ = file.set_permissions(there.permissions());
}

#[cfg(target_os = "linux")]
mod attributes {
    use std::ffi::{CStr, CString};
    use std::fs::File;
    use std::path::Path;

    use rustix::fs::{
        XattrFlags, fremovexattr, fsetxattr, getxattr, getxattr_query, listxattr, listxattr_query,
    };

    /// The access control list; with it, the group bits of the mode are its mask.
    const RIGHTS: &CStr = c"system.posix_acl_access";

    /// Copies the access control list, the security label and user attributes. Returns true if the
    /// access control list is the same.
    pub(super) fn take_over(place: &Path, file: &File) -> bool {
        // Removes the rights that the folder gives to each new file.
        let _ = fremovexattr(file, RIGHTS);
        let mut are_kept = true;
        for name in names(place) {
            let is_kept = value(place, &name)
                .is_some_and(|value| fsetxattr(file, &*name, &value, XattrFlags::empty()).is_ok());
            are_kept &= is_kept || *name != *RIGHTS;
        }
        are_kept
    }

    fn names(place: &Path) -> Vec<CString> {
        let mut list = vec![0_u8; listxattr_query(place).unwrap_or(0)];
        let length = listxattr(place, &mut list[..]).unwrap_or(0);
        let names = list[..length].split(|byte| *byte == 0).filter_map(|name| CString::new(name).ok());
        let is_wanted = |name: &CString| {
            let bytes = name.as_bytes();
            **name == *RIGHTS || bytes == b"security.selinux" || bytes.starts_with(b"user.")
        };
        names.filter(is_wanted).collect()
    }

    fn value(place: &Path, name: &CStr) -> Option<Vec<u8>> {
        let mut value = vec![0_u8; getxattr_query(place, name).ok()?];
        let length = getxattr(place, name, &mut value[..]).ok()?;
        value.truncate(length);
        Some(value)
    }
}

#[cfg(all(unix, not(target_os = "linux")))]
mod attributes {
    pub(super) fn take_over(_: &std::path::Path, _: &std::fs::File) -> bool {
        true
    }
}
