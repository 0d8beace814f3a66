//! `users.me`: whose token it is.

use serde_json::Value;

use crate::call::Call;
use crate::looks::Looks;
use crate::method::{Area, Evidence, Method, Read, Row, TaskRef, choice, code, read};
use crate::refusal::Refusal;
use crate::reply::Output;
use crate::request::Shape;
use crate::state::State;
use crate::tables::User;

impl Area for User {
    fn methods() -> Vec<Row> {
        vec![read::<Me>()]
    }
}

pub(super) enum Me {}

impl Method for Me {
    const NAME: &'static str = "users.me";
    const ABOUT: &'static str = "Tells whose token it is: the first user of the world.";
    const ANSWER: &'static str =
        "`{id, login, role, roleId, name, email, logins, disabled, lastLogin, createdAt, updatedAt}`";
    const SHAPE: Shape = Shape::Object(&[]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    const EVIDENCE: &'static [Evidence] = &[
        code("UserApi.get_my_info reads these keys; create_debug_task reads login."),
        choice(50, "role and roleId are those on the instance."),
    ];
    type Request = Value;
    type Reply = Output;
}

impl Read for Me {
    fn run(state: &State, _: &Call, _: Value) -> Result<Output, Refusal> {
        Ok(Output::json(state.me()?))
    }
}
