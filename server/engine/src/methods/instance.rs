//! `instance.version`: which version of the service this is.

use serde::Serialize;

use super::{Evidence, Looks, Method, Read, TaskRef, choice, code, seen};
use crate::refusal::Refusal;
use crate::reply::{Json, Object};
use crate::request::Shape;
use crate::state::State;
use crate::world::Call;

/// The newest SDK wants at least 6.18.3 or warns.
const VERSION: &str = "6.20.0";

pub(super) enum Version {}

#[derive(Serialize)]
pub(super) struct VersionReply {
    version: &'static str,
}

impl Method for Version {
    const NAME: &'static str = "instance.version";
    const ABOUT: &'static str = "Tells the service's version; answered without a token.";
    const ANSWER: &'static str = "`{version}`";
    const SHAPE: Shape = Shape::Object(&[]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    const EVIDENCE: &'static [Evidence] = &[
        code("Since 6.73.76 the SDK asks for it after any answer that is not a 200."),
        seen("6.73.76 to 6.73.441 ask without end while it is not a 200 itself."),
        choice(80, "It needs no token, or old SDKs would have stormed the service."),
    ];
    const OPEN: bool = true;
    type Request = Object;
    type Reply = Json<VersionReply>;
}

impl Read for Version {
    fn run(_: &State, _: &Call, _: Object) -> Result<Json<VersionReply>, Refusal> {
        Ok(Json(VersionReply { version: VERSION }))
    }
}
