use std::fs::{self, File, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn mode(file: &Path) -> u32 {
    fs::metadata(file).unwrap().mode() & 0o7777
}

/// A file with this mode, replaced by a save.
fn written_over(folder: &Path, mode: u32) -> PathBuf {
    let file = folder.join(format!("{mode:o}"));
    fs::write(&file, "old").unwrap();
    fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
    whole(&file, b"new").unwrap();
    file
}

fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

#[test]
fn a_file_that_is_replaced_keeps_its_mode_and_a_new_one_follows_the_umask() {
    let folder = folder();
    for wanted in [0o600, 0o640, 0o666, 0o444, 0o755] {
        let file = written_over(folder.path(), wanted);
        assert_eq!(mode(&file), wanted, "{wanted:o}");
        assert_eq!(fs::metadata(&file).unwrap().len(), 3);
    }
    let (any, new) = (folder.path().join("any"), folder.path().join("new"));
    fs::write(&any, "").unwrap();
    whole(&new, b"").unwrap();
    assert_eq!(mode(&new), mode(&any));
}

#[test]
fn a_file_that_is_replaced_is_nobody_elses_meanwhile() {
    let folder = folder();
    let file = written_over(folder.path(), 0o600);
    let draft = Draft::begin(&file).unwrap();
    let beside = names(folder.path()).into_iter().find(|name| name.starts_with('.')).unwrap();
    assert_eq!(mode(&folder.path().join(beside)), 0o600);
    drop(draft);
    assert_eq!(names(folder.path()), ["600"]);
}

#[test]
fn the_owner_stays_where_the_system_lets_us() {
    let folder = folder();
    let file = folder.path().join("file");
    fs::write(&file, "old").unwrap();
    if chown(&file, Some(4711), Some(4712)).is_err() {
        // Only root may change the owner.
        return;
    }
    whole(&file, b"new").unwrap();
    let there = fs::metadata(&file).unwrap();
    assert_eq!((there.uid(), there.gid()), (4711, 4712));
}

#[cfg(target_os = "linux")]
#[test]
fn the_rights_beside_the_mode_and_what_users_note_stay() {
    use rustix::fs::{XattrFlags, getxattr, setxattr};

    let folder = folder();
    let file = folder.path().join("file");
    fs::write(&file, "old").unwrap();
    // Version 2; tag, permissions and id of the owner, a user, the group, the mask, and others.
    let entries = [(1, 6, u32::MAX), (2, 6, 4711), (4, 0, u32::MAX), (16, 6, u32::MAX), (32, 0, u32::MAX)];
    let mut rights = 2_u32.to_le_bytes().to_vec();
    for (tag, permissions, id) in entries {
        rights.extend([u16::to_le_bytes(tag), u16::to_le_bytes(permissions)].concat());
        rights.extend(u32::to_le_bytes(id));
    }
    let noted = [("system.posix_acl_access", &rights[..]), ("user.note", b"mine")];
    let there: Vec<_> = noted
        .into_iter()
        .filter(|(name, value)| setxattr(&file, *name, value, XattrFlags::empty()).is_ok())
        .collect();
    let before = mode(&file);
    whole(&file, b"new").unwrap();
    assert_eq!(mode(&file), before);
    for (name, value) in there {
        let mut kept = [0; 64];
        let length = getxattr(&file, name, &mut kept[..]).unwrap();
        assert_eq!(kept[..length], *value, "{name}");
    }
}

#[test]
fn what_a_killed_save_left_is_removed_by_the_next_one_and_nothing_else() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let left = ".slymock-save-0aZ9bcdefghi.tmp";
    let foreign = [
        ".slymock-save-0aZ9bcdefgh.tmp",
        ".slymock-save-0aZ9bcdef.hi.tmp",
        ".slymock-save-0aZ9bcdefghi.tmp.json",
        "slymock-save-0aZ9bcdefghi.tmp",
    ];
    for name in foreign.iter().chain([&left]) {
        fs::write(at(name), "half").unwrap();
    }
    let (in_place, link) = (".slymock-save-AAAAAAAAAAAA.tmp", ".slymock-save-BBBBBBBBBBBB.tmp");
    fs::create_dir(at(in_place)).unwrap();
    symlink(foreign[0], at(link)).unwrap();
    check(&at("new")).unwrap();
    let mut wanted: Vec<_> = foreign.into_iter().chain([in_place, link]).collect();
    wanted.sort_unstable();
    assert_eq!(names(folder.path()), wanted);
}

#[test]
fn a_save_that_is_still_running_is_let_alone() {
    let folder = folder();
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    let mut running = Draft::begin(&one).unwrap();
    running.write_all(b"one").unwrap();
    whole(&other, b"other").unwrap();
    running.keep().unwrap();
    assert_eq!(fs::read(&one).unwrap(), b"one");
    assert_eq!(names(folder.path()), ["one", "other"]);
}

#[test]
fn of_many_saves_at_once_none_takes_anothers_file_away() {
    let folder = folder();
    std::thread::scope(|scope| {
        for number in 0..4 {
            let file = folder.path().join(number.to_string());
            scope.spawn(move || (0..50).for_each(|_| whole(&file, b"new").unwrap()));
        }
    });
    assert_eq!(names(folder.path()), ["0", "1", "2", "3"]);
}

#[test]
fn what_cannot_be_put_in_its_place_says_what_has_become_of_it() {
    let folder = folder();
    let file = folder.path().join("file");
    let new = Draft::begin(&file).unwrap();
    fs::create_dir(&file).unwrap();
    assert!(new.keep().unwrap_err().to_string().ends_with("; no file was written"));
    assert!(check(&file).unwrap_err().to_string().ends_with("not a file but a folder"));
    assert_eq!(names(folder.path()), ["file"]);
    assert!(File::open(&file).unwrap().metadata().unwrap().is_dir());
}
