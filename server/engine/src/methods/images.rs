//! `images.internal.hashes.list`: which bytes the server already has.

use crate::call::Call;
use crate::looks::Looks;
use crate::method::{Evidence, Method, Read, Row, TaskRef, code, read};
use crate::refusal::Refusal;
use crate::reply::Json;
use crate::request::Shape;
use crate::state::State;

pub(super) fn methods() -> Vec<Row> {
    vec![read::<HashesList>()]
}

pub(super) enum HashesList {}

impl Method for HashesList {
    const NAME: &'static str = "images.internal.hashes.list";
    const ABOUT: &'static str = "Tells which of the given hashes the server has bytes for.";
    const ANSWER: &'static str = "an array of those hashes";
    const SHAPE: Shape = Shape::Texts("hashes");
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    const EVIDENCE: &'static [Evidence] =
        &[code("The body is an array of base64 SHA-256 texts in batches of 900, and so is the answer.")];
    type Request = Vec<String>;
    type Reply = Json<Vec<String>>;
}

impl Read for HashesList {
    fn run(state: &State, _: &Call, hashes: Vec<String>) -> Result<Json<Vec<String>>, Refusal> {
        let stored = |hash: &String| state.tables.blobs.contains_key(hash.as_str());
        Ok(Json(hashes.into_iter().filter(stored).collect()))
    }
}
