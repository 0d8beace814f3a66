//! `teams.*` and `workspaces.*`.

use crate::method::{Area, Form, Row, Wire, info, list};
use crate::refusal::Refusal;
use crate::state::State;
use crate::tables::{Team, Workspace};

impl Wire for Team {
    type View<'a> = &'a Self;

    fn view<'a>(&'a self, _: &'a State, _: Form) -> Result<&'a Self, Refusal> {
        Ok(self)
    }
}

impl Wire for Workspace {
    type View<'a> = &'a Self;

    fn view<'a>(&'a self, _: &'a State, _: Form) -> Result<&'a Self, Refusal> {
        Ok(self)
    }
}

impl Area for Team {
    fn methods() -> Vec<Row> {
        vec![info::<Self>("teams.info", &[]), list::<Self>("teams.list", &[])]
    }
}

impl Area for Workspace {
    fn methods() -> Vec<Row> {
        vec![info::<Self>("workspaces.info", &[]), list::<Self>("workspaces.list", &[])]
    }
}
