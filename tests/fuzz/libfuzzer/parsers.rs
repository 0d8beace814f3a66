//! One fuzz target for all parsers: `SLYMOCK_PARSER` selects one by the name of its folder in the corpus.

#![no_main]

#[path = "../parsers.rs"]
mod parsers;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use parsers::{PARSERS, Parser};

static CHOSEN: LazyLock<&Parser> = LazyLock::new(|| {
    let name = std::env::var("SLYMOCK_PARSER").expect("SLYMOCK_PARSER names a parser");
    PARSERS.iter().find(|(known, _)| *known == name).expect("SLYMOCK_PARSER is the name of a parser")
});

fuzz_target!(|bytes: &[u8]| CHOSEN.1(bytes));
