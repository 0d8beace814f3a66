//! README.md and the guides, followed to the letter in an empty folder, and the pipelines of the guide to CI.

#![cfg(target_os = "linux")]

mod block;
mod reader;

use std::fs;

use crate::common::excuse::skip;
use crate::common::package::environments;
use crate::common::repository::{read as page, root};
use block::{Block, blocks};
use reader::Reader;

/// A reader whose Python has the official SDK, pytest, and the Python package.
fn reader(name: &str) -> Option<Reader> {
    match environments() {
        Ok(environments) => Some(Reader::new(environments[0].python())),
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
    assert_eq!(run, 10, "blocks of commands");
    reader.has_seen_at_some_time("1 failed, 1 passed");
    assert!(reader.folder().join("run.xml").exists());
}

#[test]
fn the_guide_for_apps_leads_from_nothing_to_passing_tests() {
    let Some(mut reader) = reader("the guide for apps") else { return };
    assert_eq!(follow(&mut reader, &page("docs/guides/apps.md")), 4, "blocks of commands");
}

#[test]
fn the_readme_of_the_package_leads_to_a_passing_test_and_so_do_its_examples() {
    let Some(mut reader) = reader("the README of the package") else { return };
    assert_eq!(follow(&mut reader, &page("python/README.md")), 1, "blocks of commands");
    reader.run("pytest -q", 0);
}

#[test]
fn the_guide_from_mocks_shows_tests_as_they_end() {
    let Some(mut reader) = reader("the guide from mocks") else { return };
    assert_eq!(follow(&mut reader, &page("docs/guides/from-mocks.md")), 8, "blocks of commands");
}

#[test]
fn the_page_on_waiting_has_tests_that_pass() {
    let Some(mut reader) = reader("the page on waiting") else { return };
    assert_eq!(follow(&mut reader, &page("docs/waiting.md")), 1, "blocks of commands");
}

#[test]
fn the_guide_for_clients_leads_from_an_empty_folder_to_a_report() {
    let Some(mut reader) = reader("the guide for clients") else { return };
    assert_eq!(follow(&mut reader, &page("docs/guides/clients.md")), 7, "blocks of commands");
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

/// Prints the commands of a pipeline as JSON, in their order: those of GitHub's steps, once for each part of a matrix, or
/// of GitLab's job.
const COMMANDS: &str = r"
import json, sys, yaml
pipeline = yaml.safe_load(open(sys.argv[1]))
if 'jobs' in pipeline:
    parts = lambda job: job.get('strategy', {}).get('matrix', {}).get('part', [''])
    runs = lambda job: [step['run'] for step in job['steps'] if 'run' in step]
    jobs = [(job, part) for job in pipeline['jobs'].values() for part in parts(job)]
    print(json.dumps([run.replace('${{ matrix.part }}', str(part)) for job, part in jobs for run in runs(job)]))
else:
    jobs = [job for name, job in pipeline.items() if not name.startswith('.')]
    jobs = [{**pipeline.get(job.get('extends'), {}), **job} for job in jobs]
    print(json.dumps([line for job in jobs for line in job['before_script'] + job['script']]))
";

/// Runs the commands of a pipeline in the reader's folder, as on a machine that has not built slymock yet.
fn run_pipeline(reader: &mut Reader, file: &str) {
    let commands = reader.output_of(COMMANDS, &root().join("docs/guides").join(file));
    let commands: Vec<String> = serde_json::from_str(&commands).unwrap();
    assert!(commands.len() >= 2, "{commands:?}");
    reader.forget_slymock();
    // The reader has an environment, with the SDK in it.
    for command in commands.iter().filter(|command| !command.starts_with("python3 -m venv ")) {
        reader.run(command, 0);
    }
}

fn has_suite(reader: &Reader, report: &str) {
    let report = fs::read_to_string(reader.folder().join(report)).unwrap();
    assert!(report.contains("<testsuite"), "{report}");
}

#[test]
fn the_pipelines_pass_in_a_project_of_a_reader() {
    let pipelines: [(&str, &[&str]); 3] = [
        ("ci/github.yml", &["tests.xml", "check.xml"]),
        ("ci/github-parts.yml", &["check.xml"]),
        ("ci/gitlab.yml", &["tests.xml", "check.xml"]),
    ];
    for (pipeline, reports) in pipelines {
        let Some(mut reader) = reader(pipeline) else { return };
        reader.run("slymock adapter new python . && printf pytest > requirements.txt", 0);
        for block in blocks(&page("docs/guides/ci.md")) {
            if let Block::File { name, code } = block {
                reader.write(name, code);
            }
        }
        reader.write("test_it.py", "import os\n\n\ndef test_it():\n    assert os.environ['API_TOKEN']\n");
        run_pipeline(&mut reader, pipeline);
        reports.iter().for_each(|report| has_suite(&reader, report));
    }
}

#[test]
fn the_pipelines_for_python_pass_with_the_example_app() {
    for pipeline in ["python-ci/github.yml", "python-ci/gitlab.yml"] {
        let Some(mut reader) = reader(pipeline) else { return };
        reader.run(&format!("cp -r {}/. .", root().join("python/examples").display()), 0);
        run_pipeline(&mut reader, pipeline);
        has_suite(&reader, "tests.xml");
    }
}
