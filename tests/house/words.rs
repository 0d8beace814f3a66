//! The part of the style in CONTRIBUTING.md that a pattern can hold: phrases that no page, comment, message or scenario
//! has, and words that no paragraph begins with.

use regex_lite::Regex;
use serde_json::Value;

use crate::common::repository::{files, read};

/// A phrase that is not used: its pattern, its replacement, and matches that are fine nevertheless.
struct Ban {
    pattern: &'static str,
    instead: &'static str,
    fine: &'static [&'static str],
}

const fn ban(pattern: &'static str, instead: &'static str) -> Ban {
    Ban { pattern, instead, fine: &[] }
}

const BANS: &[Ban] = &[
    Ban {
        pattern: r"(?i)\b(tell|tells|told|telling)\b( (it|them|the two|both))?( apart)?",
        instead: "show, report, return, print",
        fine: &["apart"],
    },
    ban(r"\bso[- ]many\b|manieth\b", "N, the first N, every Nth"),
    ban(r"(?i)\b(whoever|whomever|whosoever)\b", "a noun"),
    ban(r"(?i)\b(nobody|somebody|no one)\b", "a noun, or the passive"),
    Ban {
        pattern: r"\b([Tt]here )?(is|are|was|were) no (longer|more|\w+)",
        instead: "is not a",
        fine: &["here ", " no longer", " no more"],
    },
    Ban { pattern: r"\b([Tt]here )?(is|are|was|were) none\b", instead: "is not one", fine: &["here "] },
    ban(r"\bbesides?\b", "next to, in addition to"),
    ban(r"\bbut for\b", "except"),
    ban(r"\blest\b", "so that ... not"),
    ban(r"\bin the place of\b", "instead of"),
    ban(r", for (it|they|he|she|we|here|there)\b", "because"),
    ban(r"\b(came|come|comes|became) of\b", "result"),
    ban(r"\b(thereof|whereof|hereof|whence|thence|hence|likewise)\b", "so, from it, also"),
    ban(r"\b(that|which|what) is there\b", "exists, or the noun"),
    ban(r"\b(yet to be|at hand|be it|takes no notice|has to see to)\b", "plain words"),
    ban(r"\bIts id\.", "nothing, or a unit, a range, what absence means"),
    ban(
        r"\b(the design|as designed|[Ss]eed (page|document))\b|\b(WIRE|DESIGN|KIT|HOUSE|STYLE)\.md",
        "a page of the repository",
    ),
];

/// No paragraph, list item or comment begins with one of these, except as a question.
const NOUNLESS: &str = r"^(What|Who|Whom|Whose|Whoever|Whether)\b";

/// Where a text stands, and the text on one line.
struct Passage {
    place: String,
    text: String,
}

/// The bans, compiled once for all passages.
struct Judge {
    bans: Vec<(Regex, &'static Ban)>,
    nounless: Regex,
}

impl Judge {
    fn new() -> Self {
        let bans = BANS.iter().map(|ban| (Regex::new(ban.pattern).unwrap(), ban)).collect();
        Self { bans, nounless: Regex::new(NOUNLESS).unwrap() }
    }

    fn faults(&self, Passage { place, text }: &Passage) -> Vec<String> {
        let mut faults = Vec::new();
        for (pattern, ban) in &self.bans {
            for found in pattern.find_iter(text) {
                let (words, instead) = (found.as_str(), ban.instead);
                if !ban.fine.iter().any(|fine| words.contains(fine)) {
                    let around = around(text, found.start());
                    faults.push(format!("{place}: {words:?} (instead: {instead}) in: {around}"));
                }
            }
        }
        if self.nounless.is_match(text) && !text.contains('?') {
            faults.push(format!("{place}: begins without a noun: {}", around(text, 0)));
        }
        faults
    }
}

fn around(text: &str, at: usize) -> String {
    let before = text[..at].chars().count().saturating_sub(50);
    text.chars().skip(before).take(120).collect()
}

/// The paragraphs, list items and rows of a page, without code.
fn of_page(place: &str, page: &str) -> Vec<Passage> {
    // The style shows what it bans.
    let shown = if place == "CONTRIBUTING.md" { page.split("\n## Style").next() } else { None };
    let page = shown.unwrap_or(page);
    let text: Vec<&str> = page.split("```").step_by(2).collect();
    let code = Regex::new("`[^`]*`").unwrap();
    let mut passages: Vec<Passage> = Vec::new();
    let mut is_new = true;
    for line in text.join("\n\n").lines().map(str::trim) {
        let item = line
            .trim_start_matches(['-', '*', '#', '|', '>', ' '])
            .trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let begins = is_new || item.len() < line.len();
        match passages.last_mut() {
            Some(last) if !begins => last.text = format!("{} {line}", last.text),
            _ => passages.push(Passage { place: place.to_owned(), text: item.trim().to_owned() }),
        }
        is_new = line.is_empty();
    }
    for passage in &mut passages {
        passage.text = code.replace_all(&passage.text, "`x`").into_owned();
    }
    passages
}

/// The comments of a Rust file, each as one passage.
fn comments(place: &str, code: &str) -> Vec<Passage> {
    let mut passages: Vec<Passage> = Vec::new();
    let (mut last_mark, mut in_example) = ("", false);
    for line in code.lines().map(str::trim) {
        let mark = ["///", "//!", "//"].into_iter().find(|mark| line.starts_with(mark)).unwrap_or("");
        let text = line[mark.len()..].trim();
        in_example ^= text.starts_with("```");
        let is_blank = mark.is_empty() || text.is_empty() || in_example || text.starts_with("```");
        if is_blank {
            last_mark = "";
            continue;
        }
        let is_item = text.starts_with("- ") || text.starts_with("# ");
        match passages.last_mut() {
            Some(last) if mark == last_mark && !is_item => last.text = format!("{} {text}", last.text),
            _ => passages
                .push(Passage { place: place.to_owned(), text: text.trim_start_matches("- ").to_owned() }),
        }
        last_mark = mark;
    }
    passages
}

/// The comments and docstrings of a script in Python or TypeScript.
fn of_script(place: &str, code: &str) -> Vec<Passage> {
    let docstrings = code.split("\"\"\"").skip(1).step_by(2).map(str::to_owned);
    let lines = code
        .lines()
        .map(str::trim)
        .filter(|line| ["#", "//", "/*", "*"].iter().any(|mark| line.starts_with(mark)));
    let texts = docstrings.chain(lines.map(|line| line.trim_start_matches(['#', '/', '*', ' ']).to_owned()));
    texts.map(|text| Passage { place: place.to_owned(), text }).collect()
}

/// The texts between quotes in the code of a Rust file that is not a test.
fn literals(place: &str, code: &str) -> Vec<Passage> {
    let code = code.split("#[cfg(test)]").next().unwrap_or(code);
    let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let quoted = Regex::new(r#""((?:[^"\\]|\\(?s:.))*)""#).unwrap();
    // The end of a line within a text, and values that are filled in.
    let ending = Regex::new(r"\\\n\s*|\{\w*(:[^}]*)?\}").unwrap();
    // A quote as a character is not the beginning of a text.
    let text = code.join("\n").replace("'\"'", "''").replace("b'\"'", "''");
    let texts = quoted
        .captures_iter(&text)
        .map(|found| ending.replace_all(found.get(1).map_or("", |text| text.as_str()), "").into_owned());
    texts.filter(|text| text.contains(' ')).map(|text| Passage { place: place.to_owned(), text }).collect()
}

/// The texts of a scenario, or of a list of known failures.
fn of_json(place: &str, text: &str) -> Vec<Passage> {
    let json: Value = serde_json::from_str(text).unwrap();
    let objects = json.as_array().cloned().unwrap_or_else(|| vec![json]);
    let texts =
        objects.iter().flat_map(|object| ["about", "why"].map(|key| object[key].as_str().map(str::to_owned)));
    texts.flatten().map(|text| Passage { place: place.to_owned(), text }).collect()
}

fn passages() -> Vec<Passage> {
    let mut passages = Vec::new();
    let mut add = |names: Vec<String>, of: fn(&str, &str) -> Vec<Passage>| {
        passages.extend(names.iter().flat_map(|name| of(name, &read(name))));
    };
    add(files("", ".md"), of_page);
    // This file names what it bans.
    let rust = files("", ".rs").into_iter().filter(|name| name != "tests/house/words.rs");
    let (of_tests, code): (Vec<_>, Vec<_>) = rust.partition(|name| name.contains("tests"));
    add(of_tests, comments);
    add(code.clone(), comments);
    add(code, literals);
    for (folder, ending) in
        [("conformance/adapters", ".py"), ("conformance/adapters", ".ts"), ("python", ".py")]
    {
        add(files(folder, ending), of_script);
        add(files(folder, ending), literals);
    }
    add(files("", ".toml"), of_script);
    add(vec![".ci/run".to_owned()], of_script);
    add(files("conformance/self-check", ".json"), of_json);
    add(files("scenarios", ".json"), of_json);
    assert!(passages.len() > 10_000, "only {} passages were read", passages.len());
    passages
}

#[test]
fn no_text_has_a_banned_phrase() {
    let judge = Judge::new();
    let faults: Vec<String> = passages().iter().flat_map(|passage| judge.faults(passage)).collect();
    assert!(
        faults.is_empty(),
        "{} phrases to reword; CONTRIBUTING.md has the style:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

#[test]
fn each_ban_is_noticed_in_each_kind_of_text() {
    let wrong = [
        "it tells more",
        "so many rows",
        "whoever waits",
        "nobody asks",
        "it is no list",
        "they are none",
        "beside it",
        "all but for one",
        "lest it ends",
        "in the place of it",
        "it ends, for it is late",
        "what came of it",
        "hence it ends",
        "the row that is there",
        "be it late",
        "Its id.",
        "as the design has it",
    ];
    assert_eq!(wrong.len(), BANS.len());
    let judge = Judge::new();
    let faults = |texts: Vec<Passage>| texts.iter().flat_map(|text| judge.faults(text)).count();
    for (wrong, Ban { pattern, .. }) in wrong.iter().zip(BANS) {
        assert!(Regex::new(pattern).unwrap().is_match(wrong), "{wrong}");
        let texts = [
            of_page("", &format!("# A\n\nb\n- {wrong}\n")),
            comments("", &format!("/// A b\n/// {wrong}\nfn c() {{}}\n")),
            literals("", &format!("let a = \"b {wrong}\";\n")),
        ];
        for text in texts {
            assert_eq!(faults(text), 1, "{wrong}");
        }
    }
    let fine =
        ["there is no row", "it is no longer", "to tell them apart", "`nobody`", "A question: what is it?"];
    for fine in fine {
        assert_eq!(faults(of_page("", fine)), 0, "{fine}");
    }
    assert_eq!(faults(of_page("", "- What it is.\n\nWhether it is.\n")), 2);
    assert_eq!(faults(comments("", "/// What it is.\nfn a() {}\n// Who is it?\n")), 1);
}
