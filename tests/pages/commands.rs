//! The commands of the pages for contributors. The gate runs the large ones; a command for one file of tests has to name
//! a file that exists, and `CI_FULL=1` and `SLYMOCK_...` variables have to be read somewhere.

use regex_lite::Regex;

use super::{files, pages, read, root};

/// Folders of the integration tests of each package.
const FOLDERS: [(&str, &str); 4] = [
    ("slymock", "tests"),
    ("slymock-conformance", "conformance/tests"),
    ("slymock-engine", "server/engine/tests"),
    ("slymock-server", "server/tests/it"),
];

#[test]
fn a_command_for_a_file_of_tests_names_one_that_exists() {
    let command = Regex::new(r"cargo test (?:-p (\S+) )?--test it ([a-z_]+)(?:::|`| |$)").unwrap();
    let mut found = 0;
    for name in pages() {
        let page = read(&name).replace('\n', " ");
        for command in command.captures_iter(&page) {
            let package = command.get(1).map_or("slymock", |package| package.as_str());
            let folder = FOLDERS.iter().find(|(of, _)| *of == package).map(|(_, folder)| *folder);
            let folder = folder.unwrap_or_else(|| panic!("{name}: no package {package}"));
            let module = root().join(folder).join(&command[2]);
            let is_there = module.is_dir() || module.with_extension("rs").exists();
            assert!(is_there, "{name}: {} runs no test", &command[0]);
            found += 1;
        }
    }
    assert!(found > 8, "only {found} commands were found");
}

#[test]
fn a_variable_of_the_pages_is_read_somewhere() {
    let variable = Regex::new(r"\b(SLYMOCK_[A-Z]+(?:_[A-Z]+)*|CI_FULL)\b").unwrap();
    let code = code();
    for name in pages() {
        for found in variable.find_iter(&read(&name)) {
            assert!(reads(&code, found.as_str()), "{name}: no code reads {}", found.as_str());
        }
    }
    assert!(!reads(&code, &["SLYMOCK", "NOWHERE"].join("_")));
}

/// All code of the command and of the Python package, the gate and a pipeline, as one text.
fn code() -> String {
    let scripts = read(".ci/run") + &read("docs/guides/ci/github.yml");
    let files = files("", ".rs").into_iter().chain(files("python/src", ".py"));
    files.fold(scripts, |code, name| code + &read(&name))
}

/// True if the variable is named as code names one: as a text of its own, or behind a dollar.
fn reads(code: &str, variable: &str) -> bool {
    let forms = [format!("\"{variable}\""), format!("${variable}"), format!("${{{variable}")];
    forms.iter().any(|form| code.contains(form))
}
