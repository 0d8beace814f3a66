//! `images.internal.hashes.list`: the hashes whose bytes the server already has.

use crate::call::Call;
use crate::looks::Looks;
use crate::method::{Method, Read, Row, TaskRef, read};
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
    const ABOUT: &'static str = "Returns those of the given hashes whose bytes the server has.";
    const ANSWER: &'static str = "an array of those hashes";
    const SHAPE: Shape = Shape::Texts("hashes");
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    type Request = Vec<String>;
    type Reply = Json<Vec<String>>;
}

impl Read for HashesList {
    fn run(state: &State, _: &Call, hashes: Vec<String>) -> Result<Json<Vec<String>>, Refusal> {
        let stored = |hash: &String| state.tables.blobs.contains_key(hash.as_str());
        Ok(Json(hashes.into_iter().filter(stored).collect()))
    }
}
