//! Default values for fields that a fixture's rows omit.

use crate::ids::{TeamId, UserId, WorkspaceId};
use crate::time::Moment;

/// Default time of creation and change: [`Moment::VIRTUAL_START`].
pub(super) fn made_at() -> Moment {
    Moment::VIRTUAL_START
}

/// Default team: the one in the examples of the SDK's reference page of `TaskApi`.
pub(super) fn default_team() -> TeamId {
    TeamId(16_087)
}

/// Default workspace, from the same page.
pub(crate) fn default_workspace() -> WorkspaceId {
    WorkspaceId(23_821)
}

/// Default user, from the same page.
pub(super) fn default_user() -> UserId {
    UserId(16_154)
}
