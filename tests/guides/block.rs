//! The blocks of code of a page, and what a reader does with each.

/// A block of code.
pub(super) enum Block<'a> {
    /// Commands for a shell (`sh`), the last of which may fail (`sh fails`).
    Shell { code: &'a str, fails: bool },
    /// A file to be written (`python job.py`, `json must-have.json`).
    File { name: &'a str, code: &'a str },
    /// Lines that the last command has printed (`text`).
    Output(&'a str),
    /// A change to the adapter of the guide (`python`, without a name).
    Change(&'a str),
    /// The text of a file that another test runs, or an outline (`console`).
    Embedded,
}

/// All blocks of a page. Panics on a language that no reader knows what to do with, so that no block is passed over.
pub(super) fn blocks(page: &str) -> Vec<Block<'_>> {
    let fenced = page.split("```").skip(1).step_by(2).filter_map(|block| block.split_once('\n'));
    fenced.map(|(info, code)| block(info, code)).collect()
}

fn block<'a>(info: &'a str, code: &'a str) -> Block<'a> {
    match info.split_once(' ').unwrap_or((info, "")) {
        ("sh", "") => Block::Shell { code, fails: false },
        ("sh", "fails") => Block::Shell { code, fails: true },
        ("text", "") => Block::Output(code),
        ("python", "") => Block::Change(code),
        ("python" | "json", name) if !name.is_empty() => Block::File { name, code },
        ("yaml" | "rust" | "console", "") => Block::Embedded,
        _ => panic!("a block of code with the language {info:?}"),
    }
}
