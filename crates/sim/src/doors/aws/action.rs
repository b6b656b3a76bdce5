//! Tables of actions: what a service of a query protocol offers, and nothing else.

use super::demand::only;
use super::query::{Call, unknown};
use super::xml::Element;
use crate::aws_error::AwsResult;
use crate::world::World;

/// An action of a service.
#[derive(Debug)]
pub(crate) struct Action {
    /// The provider's name of it.
    pub(crate) name: &'static str,
    /// The parameters that it takes; one that the simulator would have to ignore is refused.
    pub(crate) takes: &'static [&'static str],
    /// What carries it out; gives the result element.
    pub(crate) answer: fn(&Call<'_>, &mut World) -> AwsResult<Element>,
}

impl Action {
    /// The action of this name.
    pub(crate) fn find(actions: &'static [Self], name: &str) -> Option<&'static Self> {
        actions.iter().find(|action| action.name == name)
    }

    /// Refuses a call with a parameter that the action does not take.
    pub(crate) fn accept(&self, call: &Call<'_>) -> AwsResult<()> {
        only(call.params, self.name, self.takes)
    }
}

/// Carries a call out by a service's table.
///
/// # Errors
/// AWS's, for an action that is not in it too.
pub(crate) fn perform(
    actions: &'static [Action],
    call: &Call<'_>,
    world: &mut World,
) -> AwsResult<Element> {
    match Action::find(actions, call.action) {
        Some(action) => {
            action.accept(call)?;
            (action.answer)(call, world)
        }
        None => unknown(call),
    }
}
