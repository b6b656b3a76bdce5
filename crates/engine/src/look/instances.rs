//! What becomes of single instances: whether they are gone, and what they had to say.

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::ids::TargetName;
use bennu_model::stack::Console;
use bennu_ports::{Gate, PortError, PortErrorKind};
use futures_util::future::try_join_all;

use crate::World;

/// The state of each instance, by id; none for one that EC2 does not know. All or nothing:
/// an answer that is missing must not look like an instance that is.
pub(super) async fn fates(
    world: &World,
    gate: &dyn Gate,
    target: &TargetName,
    instances: &BTreeSet<String>,
) -> Result<BTreeMap<String, Option<String>>, PortError> {
    let asked = instances.iter().map(|id| async move {
        let found = world.instances.instance(gate, target, id).await?;
        Ok((id.clone(), found.map(|instance| instance.state)))
    });
    Ok(try_join_all(asked).await?.into_iter().collect())
}

/// As many lines as fit into a message that people read.
const MOST_LINES: usize = 20;
const MOST_CHARACTERS: usize = 300;

/// The end of an instance's console output. That it may not be read is told in its place: it
/// is a help for people, and nothing waits for it.
///
/// # Errors
/// It was not the time to ask: it is asked for again.
pub(super) async fn console(
    world: &World,
    gate: &dyn Gate,
    target: &TargetName,
    instance: &str,
    moment: &str,
) -> Result<Console, PortError> {
    let text = match world.instances.console(gate, target, instance).await {
        Ok(text) => text.unwrap_or_default(),
        Err(error) => match error.kind {
            PortErrorKind::Closed | PortErrorKind::Throttled(_) => return Err(error),
            _ => format!("it could not be read: {error}"),
        },
    };
    let lines: Vec<_> = text.lines().map(str::trim_end).collect();
    let lines = lines.into_iter().rev().filter(|line| !line.is_empty());
    let mut tail: Vec<String> = lines
        .take(MOST_LINES)
        .map(|line| line.chars().take(MOST_CHARACTERS).collect())
        .collect();
    tail.reverse();
    Ok(Console {
        instance: instance.to_owned(),
        moment: moment.to_owned(),
        tail,
    })
}
