//! Which change set needs a person, by what the last pass left.

use bennu_model::environment::Presence;
use bennu_model::plan::{APPROVAL_NEEDED, Blocked, When};
use bennu_model::stack::{ChangeSet, ChangeSetState};
use bennu_ports::environments::EnvironmentView;

/// The change set that needs a person, and why; `None` when nothing is known to need one.
/// It stays until a pass has seen the approval.
pub(crate) fn wanted(view: &EnvironmentView) -> Option<(&ChangeSet, &Blocked)> {
    let state = &view.state;
    let blocked = state
        .report
        .steps
        .iter()
        .find_map(|step| match &step.when {
            When::Blocked(blocked) if blocked.reason == APPROVAL_NEEDED => Some(blocked),
            When::Blocked(_) | When::Go | When::Wait(_) => None,
        })?;
    let set = state.observed.change_set.seen.present()?;
    let is_wanted = is_current(view)
        && state.environment.presence == Presence::Present
        && set.state == ChangeSetState::Available;
    is_wanted.then_some((set, blocked))
}

/// Whether the last pass was made for the spec as it is now. A new spec makes a new change
/// set: nobody can approve it before there is one.
pub(crate) fn is_current(view: &EnvironmentView) -> bool {
    view.observed_generation == Some(view.state.environment.generation)
}
