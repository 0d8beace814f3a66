//! `docs/wire/promises.md`, printed from `scenarios/promises.json` and the checks that hold each sentence.

use std::fmt::Write as _;

use crate::common::own_cases;
use crate::common::printed::is_kept;
use crate::common::promise::{Promise, promises};
use slymock_conformance::scenario::Case;

const HEAD: &str = "# Promises of the documentation

Sentences of the official documentation of `TaskApi` that state what a client does. They are quoted as releases 6.72.68 to
6.72.177 have them, in the docstrings of `supervisely/api/task_api.py` and `module_api.py`; `tests/sdk/test_promises.py`
finds each of them there. The links lead to the same place of the current documentation, whose words may be newer.

`conformance/tests/promises.rs` prints this page from `scenarios/promises.json`
(`SLYMOCK_BLESS=1 cargo test -p slymock-conformance --test it promises::`). Below each sentence are the checks that hold it;
[COVERAGE.md](../../scenarios/COVERAGE.md) has a client that breaks it.
";
/// Page of the documentation; its anchors are the full names of members.
const DOCUMENTATION: &str = "https://supervisely.readthedocs.io/en/latest/sdk/supervisely.api.task_api.TaskApi.html#supervisely.api.task_api.";

/// The checks that name the promise, as `AREA/CASE#CHECK`, without variations.
fn holding(promise: &Promise, cases: &[Case]) -> Vec<String> {
    let mut checks: Vec<_> = cases
        .iter()
        .flat_map(|case| case.scenario.expect.iter().map(move |check| (case, check)))
        .filter(|(_, check)| check.promises.contains(&promise.id))
        .map(|(case, check)| format!("`{}#{}`", case.id.split('[').next().unwrap_or_default(), check.id))
        .collect();
    checks.sort();
    checks.dedup();
    checks
}

#[test]
fn the_page_of_promises_is_as_printed() {
    let cases = own_cases();
    let mut page = HEAD.to_owned();
    let mut member = String::new();
    for promise in promises() {
        let Promise { id, of, says } = &promise;
        if *of != member {
            write!(page, "\n## {of}\n").unwrap();
            member.clone_from(of);
        }
        let checks = holding(&promise, &cases);
        assert!(!checks.is_empty(), "no check holds {id}");
        write!(
            page,
            "\n<a id=\"promise-{id}\"></a>\n### {id}\n\n- **official** '{says}' ([`{of}`]({DOCUMENTATION}{of})).\n\nChecks: {}.\n",
            checks.join(", ")
        )
        .unwrap();
    }
    is_kept("docs/wire/promises.md", &page);
}
