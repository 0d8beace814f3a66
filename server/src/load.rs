//! Reads files that a user names. Anything that is not a regular file is refused at once: opening a
//! pipe without a writer blocks forever, and a device may never end.
//!
//! Streams that this process has inherited (`/dev/stdin`, `/dev/fd/63`) are the exception: a shell
//! passes `<(command)` that way, and its writer exists.

use std::fs::{self, File, FileType, OpenOptions};
use std::io::{self, Read as _};
use std::path::Path;

/// Reads a file as bytes.
///
/// # Errors
///
/// The error of the system, or that it is not a file.
pub fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Opens a file that can be read more than once. The content of a pipe is copied to a temporary
/// file.
///
/// # Errors
///
/// The error of the system, or that it is not a file.
pub fn to_read_again(path: &Path) -> io::Result<File> {
    let mut file = open(path)?;
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    let mut copy = tempfile::tempfile()?;
    io::copy(&mut file, &mut copy)?;
    Ok(copy)
}

/// Reads a file as UTF-8 text.
///
/// # Errors
///
/// The error of the system, that it is not a file, or that it is not text.
pub fn text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    open(path)?.read_to_string(&mut text)?;
    Ok(text)
}

fn open(path: &Path) -> io::Result<File> {
    if is_handed(path) {
        return File::open(path);
    }
    // Checked before opening, because opening a pipe is visible to its other end, and again
    // afterwards, because the path may lead to another file by then.
    refuse_others(fs::metadata(path)?.file_type())?;
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    }
    let file = options.open(path)?;
    refuse_others(file.metadata()?.file_type())?;
    Ok(file)
}

fn refuse_others(kind: FileType) -> io::Result<()> {
    if kind.is_file() { Ok(()) } else { Err(no_file(kind)) }
}

/// True if a path names a stream that this process has open.
fn is_handed(path: &Path) -> bool {
    let own = |path: &Path| {
        let folder = path.parent().and_then(|folder| fs::canonicalize(folder).ok());
        folder.is_some_and(|folder| ["/proc/self/fd", "/dev/fd"].iter().any(|own| same(&folder, own)))
    };
    // `/dev/stdin` is a link to such a name.
    own(path) || fs::read_link(path).is_ok_and(|target| target.is_absolute() && own(&target))
}

fn same(folder: &Path, name: &str) -> bool {
    fs::canonicalize(name).is_ok_and(|named| named == folder)
}

/// The error for a path that is not a regular file.
pub(crate) fn no_file(kind: FileType) -> io::Error {
    io::Error::other(format!("not a file but {}", name_of(kind)))
}

#[cfg(unix)]
fn name_of(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    match kind {
        kind if kind.is_dir() => "a folder",
        kind if kind.is_fifo() => "a pipe",
        kind if kind.is_socket() => "a socket",
        _ => "a device",
    }
}

#[cfg(not(unix))]
fn name_of(kind: FileType) -> &'static str {
    if kind.is_dir() { "a folder" } else { "a device" }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::os::fd::AsRawFd as _;
    use std::os::unix::net::UnixListener;
    use std::path::PathBuf;
    use std::process::Command;

    use super::*;

    fn pipe(path: &Path) {
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    }

    #[test]
    fn what_is_no_file_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let (fifo, socket) = (folder.path().join("fifo"), folder.path().join("socket"));
        pipe(&fifo);
        let _listener = UnixListener::bind(&socket).unwrap();
        for (path, kind) in [
            (fifo, "a pipe"),
            (socket, "a socket"),
            (folder.path().to_owned(), "a folder"),
            (PathBuf::from("/dev/zero"), "a device"),
        ] {
            let told = format!("not a file but {kind}");
            assert_eq!(bytes(&path).unwrap_err().to_string(), told);
            assert_eq!(text(&path).unwrap_err().to_string(), told);
        }
        assert_eq!(bytes(Path::new("/no/such")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_file_and_a_stream_that_was_handed_to_us_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "text").unwrap();
        assert_eq!(text(&file).unwrap(), "text");
        let (reader, mut writer) = io::pipe().unwrap();
        io::Write::write_all(&mut writer, b"piped").unwrap();
        drop(writer);
        let name = format!("/dev/fd/{}", reader.as_raw_fd());
        assert_eq!(text(Path::new(&name)).unwrap(), "piped");
        let mut again = to_read_again(&file).unwrap();
        assert_eq!(io::read_to_string(&mut again).unwrap(), "text");
        let (reader, mut writer) = io::pipe().unwrap();
        io::Write::write_all(&mut writer, b"piped").unwrap();
        drop(writer);
        let mut again = to_read_again(Path::new(&format!("/dev/fd/{}", reader.as_raw_fd()))).unwrap();
        for _ in 0..2 {
            io::Seek::rewind(&mut again).unwrap();
            assert_eq!(io::read_to_string(&mut again).unwrap(), "piped");
        }
    }
}
