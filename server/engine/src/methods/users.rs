//! `users.me`: the user of the token.

use serde_json::Value;

use crate::call::Call;
use crate::looks::Looks;
use crate::method::{Area, Method, Read, Row, TaskRef, read};
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
    const ABOUT: &'static str = "Returns the user of the token: the first user of the world.";
    const ANSWER: &'static str =
        "`{id, login, role, roleId, name, email, logins, disabled, lastLogin, createdAt, updatedAt}`";
    const SHAPE: Shape = Shape::Object(&[]);
    const TASK: TaskRef = TaskRef::None;
    const LOOKS: Looks = Looks::Nothing;
    type Request = Value;
    type Reply = Output;
}

impl Read for Me {
    fn run(state: &State, _: &Call, _: Value) -> Result<Output, Refusal> {
        Ok(Output::json(state.me()?))
    }
}
