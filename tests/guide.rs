//! The guide to testing one's own client, followed to the letter in an empty folder.

#![cfg(unix)]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::excuse::{skip, text_of};

const GUIDE: &str = "docs/test-your-client.md";

/// The blocks of code of the guide: what stands behind the three ticks, and the code.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    page.split("```").skip(1).step_by(2).filter_map(|block| block.split_once('\n')).collect()
}

/// Somebody who follows the guide.
struct Reader {
    folder: PathBuf,
    path: String,
    /// What was last printed.
    printed: String,
}

impl Reader {
    fn run(&mut self, script: &str, fails: bool) {
        let script = format!("set -e\n{script}\npwd > \"$PLACE\"");
        let place = self.folder.join("../place-of-the-reader");
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).current_dir(&self.folder).env("PATH", &self.path).env("PLACE", &place);
        let output = shell.output().unwrap();
        self.printed = text_of(&output);
        assert_eq!(output.status.code(), Some(i32::from(fails)), "{script}\n{}", self.printed);
        if !fails {
            self.folder = PathBuf::from(fs::read_to_string(place).unwrap().trim_end());
        }
    }

    /// Puts code where the guide says: the operation's line into `OPS`, and a method in front of another one, or in
    /// the place of the one that is there.
    fn write(&self, code: &str) {
        let change = |file: &str, change: &dyn Fn(&str) -> String| {
            let path = self.folder.join(file);
            let text = fs::read_to_string(&path).unwrap();
            let changed = change(&text);
            assert_ne!(changed, text, "{file} has no place for {code}");
            fs::write(&path, changed).unwrap();
        };
        if code.trim_start().starts_with('"') {
            change("adapter.py", &|text| text.replacen("OPS = {\n", &format!("OPS = {{\n{code}"), 1));
            return;
        }
        change("client.py", &|text| {
            let (before, after) = text.split_once("    def post(").unwrap();
            let before = before.split("    def wait(").next().unwrap();
            format!("{before}{code}\n    def post({after}")
        });
    }
}

#[test]
fn the_guide_leads_from_an_empty_folder_to_a_report() {
    if let Err(why) = Command::new("python3").args(["-c", "pass"]).output() {
        skip("the guide", why);
        return;
    }
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(GUIDE)).unwrap();
    let empty = tempfile::tempdir().unwrap();
    let folder = empty.path().join("empty");
    fs::create_dir(&folder).unwrap();
    let own = Path::new(env!("CARGO_BIN_EXE_slymock")).parent().unwrap().display();
    let path = format!("{own}:{}", env::var("PATH").unwrap_or_default());
    let mut reader = Reader { folder, path, printed: String::new() };
    let mut followed = [0; 3];
    for (language, code) in blocks(&page) {
        match language {
            "sh" | "sh fails" => {
                reader.run(code, language != "sh");
                followed[0] += 1;
            }
            "python" => {
                reader.write(code);
                followed[1] += 1;
            }
            "text" => {
                assert!(reader.printed.contains(code), "{code}\nis not in\n{}", reader.printed);
                followed[2] += 1;
            }
            other => assert_eq!(other, "a language that the guide is followed in"),
        }
    }
    assert_eq!(followed, [6, 3, 1], "steps in a shell, changes, and what is printed");
    let report = fs::read_to_string(reader.folder.join("report.xml")).unwrap();
    assert!(report.contains("<testsuites"), "{report}");
    assert!(reader.printed.contains("wrote known.json"), "{}", reader.printed);
    let known = fs::read_to_string(reader.folder.join("known.json")).unwrap();
    assert!(known.contains("wait/") && known.contains("\"why\": \"\""), "{known}");
}
