//! `slymock bench` as a process: every case has figures, and bad options are rejected.

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;

const CASES: [&str; 6] = [
    "tasks.info",
    "tasks.info, a connection each",
    "tasks.list",
    "tasks.list, descending",
    "tasks.list, filtered by status",
    "tasks.list, sorted by startedAt",
];

/// The number of jobs in the report, in addition to its cases.
const JOBS: usize = 6;

fn bench(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_slymock")).arg("bench").args(arguments).output().unwrap()
}

/// Checks a spread: positive figures in ascending order.
fn is_sane(spread: &Value) -> bool {
    let figure = |name: &str| spread[name].as_f64().unwrap_or(f64::NAN);
    let (min, median, max) = (figure("min"), figure("median"), figure("max"));
    0.0 < min && min <= median && median <= max && max.is_finite()
}

#[test]
fn a_short_bench_has_figures_for_every_case() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bench.json");
    let picture = folder.path().join("bench.svg");
    let (json, svg) = (file.to_str().unwrap(), picture.to_str().unwrap());
    let output =
        bench(&["--rounds", "1", "--requests", "20", "--rows", "1000", "--json", json, "--svg", svg]);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{errors}");
    assert_eq!(errors, "", "progress is shown only on terminals");
    let report: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    assert_eq!([&report["rounds"], &report["requests"]], [1, 20]);
    let cases = report["cases"].as_array().unwrap();
    assert_eq!(cases.iter().map(|case| case["name"].as_str().unwrap()).collect::<Vec<_>>(), CASES);
    let table = String::from_utf8(output.stdout).unwrap();
    for case in cases {
        for figures in ["fake_us", "bare_us", "ratio"] {
            assert!(is_sane(&case[figures]), "{case:#}");
        }
        assert!(case["body_bytes"].as_u64().unwrap() > 100, "{case:#}");
        let name = case["name"].as_str().unwrap();
        assert!(table.lines().any(|line| line.starts_with(&format!("{name}  "))), "{table}");
    }
    assert!(fs::read_to_string(picture).unwrap().contains("</svg>"));
    let scale = &report["scale"];
    let sizes = scale["sizes"].as_array().unwrap();
    assert_eq!(sizes.iter().map(|size| size["rows"].as_u64().unwrap()).collect::<Vec<_>>(), [1_000]);
    let positive = |figure: &Value| figure.as_f64().is_some_and(|figure| figure > 0.0);
    for figure in ["peak", "info_us", "create_us", "fork_us", "day_ms"] {
        assert!(positive(&sizes[0][figure]), "{figure}: {scale:#}");
    }
    for list in scale["lists"].as_array().unwrap() {
        assert!(positive(&list["few"]["by_id_us"]) && positive(&list["many"]["by_column_us"]), "{list:#}");
    }
    assert!(is_sane(&scale["start"]["fake_ms"]) && positive(&scale["start"]["idle"]["own_mib"]), "{scale:#}");
    let (_, targets) = table.split_once("Targets, on an idle machine").unwrap();
    assert!(targets.lines().filter(|line| line.ends_with("met")).count() > 20, "{targets}");
    let jobs = report["jobs"].as_array().unwrap();
    assert_eq!(jobs.len(), JOBS);
    for job in jobs {
        let name = job["name"].as_str().unwrap();
        assert!(is_sane(&job["ms"]) && job["most_ms"].as_f64().unwrap() > 0.0, "{job:#}");
        assert!(table.lines().any(|line| line.starts_with(&format!("{name} "))), "{table}");
    }
}

#[test]
fn nonsense_is_turned_away_with_exit_code_2() {
    let cases = [
        (&["--rounds", "0"][..], "0 is not in 1..=100"),
        (&["--rounds", "101"], "101 is not in 1..=100"),
        (&["--requests", "0"], "0 is not in 1..=20000"),
        (&["--requests", "-1"], "unexpected argument"),
        (&["--requests", "many"], "invalid digit"),
        (&["--rows", "999"], "999 is not in 1000..=1000000"),
        (&["--part", "size:many"], "invalid digit"),
        (&["--svg", "/nonexistent/bench.svg"], "cannot write /nonexistent/bench.svg"),
        (&["--json", "/nonexistent/bench.json"], "cannot write /nonexistent/bench.json"),
    ];
    for (arguments, word) in cases {
        let output = bench(arguments);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(errors.contains(word), "{word} is not in {errors}");
        assert!(output.stdout.is_empty());
    }
}
