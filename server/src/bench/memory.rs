//! Memory of a process, as the system reports it.

use std::io;
use std::path::Path;

use crate::load;

/// A line of `/proc/PROCESS/status`, such as `VmRSS:`, in bytes; `process` is a number or `self`.
pub(super) fn of(process: &str, name: &str) -> io::Result<f64> {
    let status = load::text(Path::new(&format!("/proc/{process}/status")))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
    kilobytes.map(|kilobytes| kilobytes * 1024.0).ok_or_else(|| io::ErrorKind::InvalidData.into())
}
