//! `teams.*` and `workspaces.*`: where tasks are.

use crate::method::{Area, Form, Row, Wire, choice, code, info, list, seen};
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
        vec![
            info::<Self>(
                "teams.info",
                &[],
                &[
                    code("TeamApi.get_info_by_id reads these keys, plan in usage; a 404 becomes None."),
                    seen("6.73.200 fails on a usage without plan."),
                    choice(90, "An unknown team is a 404."),
                ],
            ),
            list::<Self>(
                "teams.list",
                &[],
                &[code("TeamApi.get_list sends filter; get_info_by_name filters by name.")],
            ),
        ]
    }
}

impl Area for Workspace {
    fn methods() -> Vec<Row> {
        vec![
            info::<Self>(
                "workspaces.info",
                &[],
                &[
                    code("The SDK needs these six keys; a 404 becomes None."),
                    choice(90, "An unknown workspace is a 404."),
                ],
            ),
            list::<Self>(
                "workspaces.list",
                &[],
                &[
                    code(
                        "WorkspaceApi.get_list sends teamId and filter; create_debug_task takes the first one.",
                    ),
                    choice(50, "A team that does not exist is a 404."),
                ],
            ),
        ]
    }
}
