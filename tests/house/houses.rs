//! The floors of each crate, from the ground up, as data.

use crate::floors::{House, NotYet, Spread};

pub(crate) const HOUSES: &[House] = &[ENGINE, SERVER, CLIENT, KIT, COMMAND];

const ENGINE: House = House {
    folder: "server/engine/src",
    floors: &[
        &["ids", "time", "entropy", "told", "plain"],
        &["clock", "timers", "repeats"],
        &["reply"],
        &["lifecycle"],
        &["refusal"],
        &["names"],
        &["json"],
        &["paths"],
        &["request"],
        &["faults"],
        &["journal", "tables"],
        &["patches"],
        &["limits"],
        &["listing"],
        &["weight"],
        &["state"],
        &["looks", "work", "session", "dispatch", "moves"],
        &["control"],
        &["methods"],
        &["snapshot"],
        &["world"],
        &["asked"],
        &["auto"],
        &["gate"],
    ],
    spread: &[
        Spread {
            of: "State",
            modules: &["auto", "control", "dispatch", "moves", "session", "state", "weight", "work", "world"],
            why: "not yet: they are to lie in the folder of the state",
        },
        Spread { of: "World", modules: &["gate", "world"], why: "not yet" },
        Spread { of: "Task", modules: &["session", "tables"], why: "not yet" },
        Spread { of: "Agent", modules: &["dispatch", "tables"], why: "not yet" },
    ],
    not_yet: NotYet {
        arrows: &[
            ("reply", "listing"),
            ("lifecycle", "paths"),
            ("lifecycle", "tables"),
            ("request", "listing"),
            ("faults", "methods"),
            ("faults", "tables"),
            ("journal", "methods"),
            ("limits", "control"),
            ("weight", "snapshot"),
            ("weight", "state"),
            ("state", "asked"),
            ("state", "methods"),
            ("control", "methods"),
            ("methods", "world"),
            ("snapshot", "world"),
        ],
        circles: &[
            "asked",
            "control",
            "faults",
            "journal",
            "json",
            "lifecycle",
            "limits",
            "listing",
            "looks",
            "methods",
            "reply",
            "request",
            "session",
            "snapshot",
            "state",
            "tables",
            "weight",
            "work",
            "world",
        ],
    },
};

const SERVER: House = House {
    folder: "server/src",
    floors: &[
        &["added", "aside", "clock", "homes", "limits", "listen", "load", "secrets"],
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
    not_yet: NotYet::NOTHING,
};

const CLIENT: House = House {
    folder: "client/src",
    floors: &[
        &["multipart", "sleeper", "task"],
        &["error"],
        &["answer", "call", "retry", "transport"],
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
    not_yet: NotYet { arrows: &[("task", "error")], circles: &["error", "task"] },
};

const KIT: House = House {
    folder: "conformance/src",
    floors: &[
        &["near", "starters", "terminal", "versions"],
        &["operations"],
        &["scenario"],
        &["library", "protocol", "world"],
        &["adapter", "event", "plan"],
        &["outcome", "run"],
        &["judge", "report"],
        &["known", "lint", "requirements", "sdk"],
        &["check"],
        &["self_check"],
    ],
    spread: &[],
    not_yet: NotYet {
        arrows: &[("operations", "scenario")],
        circles: &["adapter", "known", "operations", "sdk"],
    },
};

const COMMAND: House = House {
    folder: "src",
    floors: &[&["cli"]],
    spread: &[],
    not_yet: NotYet { arrows: &[], circles: &["cli"] },
};
