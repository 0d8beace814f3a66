//! Packs the built-in scenarios into one compressed file: as they are, they would take 400 KB of the command.
//! Each area is a subfolder of `scenarios`; the two other subfolders are embedded as they are.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// Subfolders of `scenarios` that are not areas.
const OTHERS: [&str; 2] = ["known-failures", "requirements"];
/// Level of compression, of 0 to 10: the smallest result in reasonable time.
const LEVEL: u8 = 9;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=../scenarios");
    println!("cargo::rerun-if-changed=self-check");
    let mut files = Vec::new();
    for area in entries(Path::new("../scenarios"))?.into_iter().filter(|path| is_area(path)) {
        for file in entries(&area)?.into_iter().filter(|path| path.extension().is_some_and(|it| it == "json"))
        {
            let name = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            files.push((format!("{}/{}", name(&area), name(&file)), fs::read_to_string(&file)?));
        }
    }
    files.sort();
    let text: String = files.iter().flat_map(|(id, text)| [id, "\0", text, "\0"]).collect();
    let packed = miniz_oxide::deflate::compress_to_vec(text.as_bytes(), LEVEL);
    fs::write(Path::new(&env::var("OUT_DIR")?).join("scenarios"), packed)?;
    Ok(())
}

fn is_area(path: &Path) -> bool {
    path.is_dir() && !OTHERS.iter().any(|other| path.ends_with(other))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}
