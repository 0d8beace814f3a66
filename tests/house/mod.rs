//! House rules that a test can check: the length of a Rust file (400 lines), and imports along the floors of
//! each crate in `houses.rs`. (Clippy checks the length of functions, see clippy.toml.)

mod circles;
mod floors;
mod houses;
mod imports;
mod names;
mod source;
#[cfg(test)]
mod tests;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() && name != "target" && name != ".git" {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_file_is_over_400_lines() {
    let mut files = Vec::new();
    rust_files(root(), &mut files);
    for house in houses::HOUSES {
        let folder = root().join(house.folder);
        assert!(files.iter().any(|file| file.starts_with(&folder)), "found no file of {}", house.folder);
    }
    let lines = |file: &PathBuf| fs::read_to_string(file).unwrap().lines().count();
    let long: Vec<_> = files.iter().filter(|file| lines(file) > 400).collect();
    assert!(long.is_empty(), "{long:?}");
}

#[test]
fn each_module_imports_from_floors_below_and_no_files_go_in_a_circle() {
    let mut found = Vec::new();
    for house in houses::HOUSES {
        let source = source::Source::read(&root().join(house.folder));
        assert!(source.modules.len() > 10, "{}: too few modules were read", house.folder);
        let violations = floors::violations(house, &source);
        found.extend(violations.into_iter().map(|violation| format!("{}: {violation}", house.folder)));
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn the_engine_has_no_runtime_no_sockets_and_no_clock() {
    let manifest = fs::read_to_string(root().join("server/engine/Cargo.toml")).unwrap();
    for banned in ["tokio", "hyper", "async", "chrono", "time.workspace"] {
        assert!(!manifest.contains(banned), "the engine depends on {banned}");
    }
    let mut files = Vec::new();
    rust_files(&root().join("server/engine/src"), &mut files);
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for banned in ["SystemTime", "Instant::", "std::net", "std::thread", "Timestamp::now"] {
            assert!(!text.contains(banned), "{}: {banned}", file.display());
        }
    }
}

#[test]
fn the_client_shares_nothing_with_the_fake() {
    let manifest = fs::read_to_string(root().join("client/Cargo.toml")).unwrap();
    for banned in ["slymock-engine", "slymock-server", "slymock-conformance"] {
        assert!(!manifest.contains(banned), "the client depends on {banned}");
    }
}

#[test]
fn scenarios_and_judge_know_nothing_of_client_and_fake() {
    let mut files = vec![root().join("conformance/src/event.rs"), root().join("conformance/src/outcome.rs")];
    for folder in ["scenario", "judge", "report"] {
        rust_files(&root().join("conformance/src").join(folder), &mut files);
    }
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for banned in ["slymock_client", "slymock_server", "slymock_engine"] {
            assert!(!text.contains(banned), "{}: {banned}", file.display());
        }
    }
}

#[test]
fn one_place_writes_to_terminals_and_one_writes_files() {
    let mut files = Vec::new();
    for folder in ["src", "client/src", "conformance/src", "server/src", "server/engine/src"] {
        rust_files(&root().join(folder), &mut files);
    }
    let terminal =
        ["println!", "eprintln!", "print!(", "eprint!(", "dbg!(", "io::stdout", "io::stderr", "indicatif"];
    let writes = ["File::create", "fs::write(", "OpenOptions", "fs::read(", "fs::read_to_string("];
    // src/cli/adapter.rs may use stdout, because a program reads it there.
    let of_terminals = ["conformance/src/terminal/", "src/cli/adapter.rs"];
    // The others read only paths that are not user input: the SDK's environments and tables of the system.
    let of_files = [
        "server/src/save/",
        "server/src/load.rs",
        "src/cli/signals.rs",
        "src/cli/limits.rs",
        "conformance/src/sdk/",
        "conformance/src/adapter/process/group.rs",
        "/tests",
    ];
    for file in files {
        let path = file.strip_prefix(root()).unwrap().display().to_string();
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]\nmod").next().unwrap();
        let lines: Vec<_> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let has = |word: &str| lines.iter().any(|line| line.contains(word));
        for (words, excused) in [(&terminal[..], &of_terminals[..]), (&writes, &of_files)] {
            let is_excused = excused.iter().any(|excused| path.contains(excused));
            let found: Vec<_> = words.iter().filter(|word| !is_excused && has(word)).collect();
            assert!(found.is_empty(), "{path}: {found:?}");
        }
    }
}
