//! What an entity costs: the one that was added last is its row file, its area file, and three lines elsewhere.

use std::fs;
use std::path::{Path, PathBuf};

/// The row file and the area file of datasets.
const OWN: [&str; 2] = ["tables/dataset.rs", "methods/datasets.rs"];
/// How many lines there may be elsewhere: one in the list of entities, and one for each of its two modules.
const ELSEWHERE_MAX: usize = 3;
/// What uses datasets, and would speak of them whatever an entity costs: tasks take them in, and leave copies of them.
const USERS: [&str; 2] = ["methods/workflow.rs", "state/work.rs"];
/// The most bytes of code that a method may have on average, in the profile that tests are built with.
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

/// The lines of code of a file: no comments, no tests.
fn code(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//") && !line.trim().is_empty());
    lines.map(str::to_owned).collect()
}

/// Whether a line of code speaks of datasets.
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

/// Prints how many bytes of this very program the methods take: those of blocks by their modules, those of verbs by the
/// folder of verbs. What other crates' generic code comes to for them is not among it. Other formats of programs do not
/// tell how long a function is.
#[cfg(target_os = "linux")]
#[test]
fn a_method_has_little_code() {
    use object::{Object as _, ObjectSymbol as _};
    use slymock_engine::methods::METHODS;

    // The methods are in the program because they are asked for.
    let count = METHODS.len();
    let program = fs::read(std::env::current_exe().unwrap()).unwrap();
    let file = object::File::parse(&*program).unwrap();
    let size = |part: &str| -> u64 {
        let names = |name: &str| name.contains("slymock_engine") && name.contains(part);
        file.symbols().filter(|symbol| symbol.name().is_ok_and(names)).map(|symbol| symbol.size()).sum()
    };
    let (blocks, verbs) = (size("7methods"), size("6method5verbs"));
    assert!(blocks > 0 && verbs > 0, "the program has symbols");
    let per_method = (blocks + verbs) / u64::try_from(count).unwrap();
    assert!(per_method <= METHOD_BYTES_MAX, "{per_method} bytes a method");
    println!("{count} methods: {blocks} bytes of code in methods/, {verbs} in verbs; {per_method} a method");
}
