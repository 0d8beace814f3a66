//! The floors of each crate, from the ground up, as data.

use super::floors::{House, Spread};

pub(crate) const HOUSES: &[House] = &[ENGINE, SERVER, CLIENT, KIT, COMMAND];

const ENGINE: House = House {
    folder: "server/engine/src",
    floors: &[
        &["entropy", "ids", "keys", "likeness", "limits", "patterns", "plain", "time", "excerpt"],
        &["call", "clock", "noun", "paths", "repeats", "reply", "timers"],
        &["lifecycle"],
        &["refusal"],
        &["names", "weight"],
        &["json", "settings", "tables"],
        &["faults", "patches", "request"],
        &["journal", "listing", "state"],
        &["looks"],
        &["method"],
        &["methods"],
        &["wire_request", "control"],
        &["auto", "bounds", "snapshot"],
        &["world"],
    ],
    spread: &[],
    strangers: &[],
};

const SERVER: House = House {
    folder: "server/src",
    floors: &[
        &["added", "aside", "clock", "homes", "limits", "listen", "load", "secrets", "spool"],
        &["forwards", "http", "save"],
        &["fuzz", "tap", "worlds"],
        &["door"],
        &["app", "refuse"],
        &["control"],
        &["service"],
        &["server"],
        &["mock"],
        &["bench"],
    ],
    spread: &[],
    strangers: &[],
};

const CLIENT: House = House {
    folder: "client/src",
    floors: &[
        &["multipart", "sleeper", "status"],
        &["error"],
        &["task"],
        &["answer", "call", "retry", "transport"],
        &["quirk"],
        &["builder"],
        &["http"],
        &["listing", "wait"],
        &["tasks"],
    ],
    spread: &[Spread {
        of: "Client",
        modules: &["builder", "http", "listing", "tasks", "wait"],
        why: "a client is its methods: each file has those of one area, as users look for them",
    }],
    strangers: &[],
};

const KIT: House = House {
    folder: "conformance/src",
    floors: &[
        &["naming", "near", "partition", "starters", "terminal", "versions"],
        &["operations"],
        &["scenario"],
        &["library", "protocol", "world"],
        &["adapter", "event", "plan"],
        &["outcome", "probe", "run"],
        &["judge", "report"],
        &["oracle"],
        &["draw", "known", "lint", "requirements", "sdk"],
        &["check", "fuzz"],
        &["merge"],
        &["self_check"],
    ],
    spread: &[],
    // The judge sees what was sent, and not which client sent it.
    strangers: &[
        ("judge", "run"),
        ("judge", "adapter"),
        ("report", "run"),
        ("report", "adapter"),
        ("outcome", "adapter"),
    ],
};

const COMMAND: House = House { folder: "src", floors: &[&["cli"]], spread: &[], strangers: &[] };
