//! One target for all parsers: `SLYMOCK_PARSER` names the one that is fed, as its folder in the corpus is named.

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
