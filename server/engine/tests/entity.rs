//! The cost of an entity. The entity that was added last has its row file, its area file, and three
//! lines elsewhere.

use std::fs;
use std::path::{Path, PathBuf};

/// The row file and the area file of datasets.
const OWN: [&str; 2] = ["tables/dataset.rs", "methods/datasets.rs"];
/// Maximum number of lines elsewhere: one in the list of entities, and one for each of its two modules.
const ELSEWHERE_MAX: usize = 3;
/// Files that use datasets at any cost of an entity: tasks take datasets as input and copy them.
const USERS: [&str; 2] = ["methods/workflow.rs", "state/work.rs"];
/// Maximum average size of a method's code in bytes, in the profile that tests are built with.
#[cfg(target_os = "linux")]
const METHOD_BYTES_MAX: u64 = 4_500;

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
}

/// The lines of code of a file, without comments and tests.
fn code(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//") && !line.trim().is_empty());
    lines.map(str::to_owned).collect()
}

/// True if a line of code names datasets.
fn names_datasets(line: &str) -> bool {
    let words = line.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    words.into_iter().any(|word| ["Dataset", "DatasetId", "dataset", "datasets"].contains(&word))
}

#[test]
fn an_entity_is_two_files_and_three_lines() {
    let mut files = Vec::new();
    rust_files(&src(), &mut files);
    let paths = |names: [&str; 2]| names.map(|name| src().join(name));
    let (own, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| paths(OWN).contains(file));
    let (users, others): (Vec<_>, Vec<_>) = others.into_iter().partition(|file| paths(USERS).contains(file));
    assert_eq!((own.len(), users.len()), (OWN.len(), USERS.len()));
    let elsewhere: Vec<String> =
        others.iter().flat_map(|file| code(file)).filter(|line| names_datasets(line)).collect();
    assert!(!elsewhere.is_empty() && elsewhere.len() <= ELSEWHERE_MAX, "{elsewhere:#?}");
    let lines: usize = own.iter().map(|file| code(file).len()).sum();
    println!("datasets: {lines} lines of code in {} files, {} elsewhere", own.len(), elsewhere.len());
}

/// Prints the size of the methods in this program: that of blocks by their modules, that of verbs by
/// the folder of verbs. Generic code of other crates that is compiled for them does not count. Linux
/// only, because other program formats do not record the size of a function.
#[cfg(target_os = "linux")]
#[test]
fn a_method_has_little_code() {
    use object::{Object as _, ObjectSymbol as _};
    use slymock_engine::methods::METHODS;

    // This use of METHODS links the methods into the program.
    let count = METHODS.len();
    let program = fs::read(std::env::current_exe().unwrap()).unwrap();
    let file = object::File::parse(&*program).unwrap();
    let size = |part: &str| -> u64 {
        let names = |name: &str| name.contains("slymock_engine") && name.contains(part);
        file.symbols().filter(|symbol| symbol.name().is_ok_and(names)).map(|symbol| symbol.size()).sum()
    };
    let (blocks, verbs) = (size("7methods"), size("6method5verbs"));
    assert!(blocks > 0 && verbs > 0, "the program has no symbols");
    let per_method = (blocks + verbs) / u64::try_from(count).unwrap();
    assert!(per_method <= METHOD_BYTES_MAX, "{per_method} bytes a method");
    println!("{count} methods: {blocks} bytes of code in methods/, {verbs} in verbs; {per_method} a method");
}
