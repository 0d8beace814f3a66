//! README.md and the guides, followed to the letter in an empty folder, and the pipelines of the guide to CI.

#![cfg(unix)]

mod block;
mod reader;

use std::fs;

use block::{Block, blocks};
use reader::Reader;
use slymock_conformance::sdk;

use crate::common::environment::environment;
use crate::common::excuse::skip;
use crate::common::repository::{read as page, root};

/// A reader whose Python has the official SDK and pytest.
fn reader(name: &str) -> Option<Reader> {
    match environment(sdk::NEWEST) {
        Ok(environment) => Some(Reader::new(environment.python())),
        Err(why) => {
            skip(name, why);
            None
        }
    }
}

/// Follows a page to its end. Returns how many commands were run.
fn follow(reader: &mut Reader, text: &str) -> usize {
    let mut run = 0;
    for block in blocks(text) {
        match block {
            Block::Shell { code, fails } => {
                reader.run(code, i32::from(fails));
                run += 1;
            }
            Block::File { name, code } => reader.write(name, code),
            Block::Output(text) => reader.has_seen(text),
            Block::Change(code) => reader.change(code),
            Block::Embedded => {}
        }
    }
    run
}

#[test]
fn the_readme_does_what_it_says() {
    let Some(mut reader) = reader("README.md") else { return };
    let run = follow(&mut reader, &page("README.md"));
    assert_eq!(run, 8, "blocks of commands");
    reader.has_seen_at_some_time("1 failed, 1 passed");
    assert!(reader.folder().join("run.xml").exists());
}

#[test]
fn the_guide_for_apps_leads_from_nothing_to_passing_tests() {
    let Some(mut reader) = reader("the guide for apps") else { return };
    assert_eq!(follow(&mut reader, &page("docs/guides/apps.md")), 5, "blocks of commands");
}

#[test]
fn the_guide_for_clients_leads_from_an_empty_folder_to_a_report() {
    let Some(mut reader) = reader("the guide for clients") else { return };
    assert_eq!(follow(&mut reader, &page("docs/guides/clients.md")), 6, "blocks of commands");
    let report = fs::read_to_string(reader.folder().join("report.xml")).unwrap();
    assert!(report.contains("<testsuites"), "{report}");
    let known = fs::read_to_string(reader.folder().join("known.json")).unwrap();
    assert!(known.contains("wait/") && known.contains("\"why\": \"\""), "{known}");
}

#[test]
fn the_guide_to_ci_starts_and_ends_a_service() {
    let Some(mut reader) = reader("the guide to CI") else { return };
    assert_eq!(follow(&mut reader, &page("docs/guides/ci.md")), 2, "blocks of commands");
    reader.has_seen_at_some_time("\"status\":\"ok\"");
}

/// Prints the commands of a pipeline as JSON, in their order: those of GitHub's steps, or of GitLab's job.
const COMMANDS: &str = r"
import json, sys, yaml
pipeline = yaml.safe_load(open(sys.argv[1]))
if 'jobs' in pipeline:
    print(json.dumps([step['run'] for job in pipeline['jobs'].values() for step in job['steps'] if 'run' in step]))
else:
    jobs = [job for name, job in pipeline.items() if not name.startswith('.')]
    print(json.dumps([line for job in jobs for line in pipeline[job['extends']]['before_script'] + job['script']]))
";

#[test]
fn the_pipelines_pass_in_a_project_of_a_reader() {
    for pipeline in ["github.yml", "gitlab.yml"] {
        let Some(mut reader) = reader(pipeline) else { return };
        reader.run("slymock adapter new python . && printf pytest > requirements.txt", 0);
        for block in blocks(&page("docs/guides/ci.md")) {
            if let Block::File { name, code } = block {
                reader.write(name, code);
            }
        }
        reader.write("test_it.py", "import os\n\n\ndef test_it():\n    assert os.environ['API_TOKEN']\n");
        let commands = reader.output_of(COMMANDS, &root().join("docs/guides/ci").join(pipeline));
        let commands: Vec<String> = serde_json::from_str(&commands).unwrap();
        assert!(commands.len() >= 3, "{commands:?}");
        reader.forget_slymock();
        for command in &commands {
            reader.run(command, 0);
        }
        for report in ["tests.xml", "check.xml"] {
            let report = fs::read_to_string(reader.folder().join(report)).unwrap();
            assert!(report.contains("<testsuite"), "{report}");
        }
    }
}
