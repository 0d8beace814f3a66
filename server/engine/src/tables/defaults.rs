//! What rows of fixtures have where they do not say.

use crate::ids::{TeamId, UserId, WorkspaceId};
use crate::time::Moment;

/// When rows of fixtures were made unless they say so: [`Moment::VIRTUAL_START`].
pub(super) fn made_at() -> Moment {
    Moment::VIRTUAL_START
}

/// The default team of rows in fixtures: the seed page's.
pub(super) fn default_team() -> TeamId {
    TeamId(16_087)
}

/// The default workspace of rows in fixtures: the seed page's.
pub(crate) fn default_workspace() -> WorkspaceId {
    WorkspaceId(23_821)
}

/// The default user of rows in fixtures: the seed page's.
pub(super) fn default_user() -> UserId {
    UserId(16_154)
}
