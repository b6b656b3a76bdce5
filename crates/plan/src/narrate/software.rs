//! Entries about instances and what runs on them.

use bennu_model::ids::{EnvironmentUid, Generation};
use bennu_model::known::Known;
use bennu_model::observed::Observed;
use bennu_model::stack::Console;
use bennu_model::timeline::{Entry, Level};

/// What is new about machines, deployments and the roll since the pass before.
pub fn software(
    before: &Observed,
    after: &Observed,
    known: &Known,
    generation: Generation,
) -> Vec<Entry> {
    let mut told = Vec::new();
    told.extend(roll(before, after));
    machines(before, after, known, &mut told);
    served(before, after, known, &mut told);
    deployments(before, after, known, &mut told);
    told.extend(console(before, after));
    let entry = |(level, reason, message): (Level, &str, String)| Entry {
        level,
        reason: reason.to_owned(),
        message,
        generation,
    };
    told.into_iter().map(entry).collect()
}

type Told = (Level, &'static str, String);

/// A batch that began, or signals that came: told once for each look that shows more.
fn roll(before: &Observed, after: &Observed) -> Option<Told> {
    let now = after.progress.seen.present()?;
    let then = before
        .progress
        .seen
        .present()
        .filter(|then| then.since == now.since);
    let roll = now.roll?;
    let moved = |p: &bennu_model::progress::Progress| {
        (
            p.roll.map(|roll| roll.begun),
            p.signals_received,
            p.signals_failed,
        )
    };
    if then.map(moved) == Some(moved(now)) {
        return None;
    }
    let signals = match now.signals_awaited {
        Some(awaited) => format!("; signals {} of {awaited}", now.signals_received),
        None => String::new(),
    };
    Some((
        Level::Normal,
        "Rolling",
        format!(
            "batch {} of {}, at least {} in service{signals}",
            roll.begun,
            roll.batches(),
            roll.in_service
        ),
    ))
}

/// What an instance whose boot failed had to say.
fn console(before: &Observed, after: &Observed) -> Option<Told> {
    let now = after.console.seen.present()?;
    let then = before.console.seen.present();
    let is_told = |then: &Console| then.instance == now.instance && then.tail == now.tail;
    if then.is_some_and(is_told) || now.tail.is_empty() {
        return None;
    }
    let text = format!(
        "the console of {} ends: {}",
        now.instance,
        now.tail.join(" | ")
    );
    Some((Level::Warning, "Console", text))
}

fn machines(before: &Observed, after: &Observed, known: &Known, told: &mut Vec<Told>) {
    let machines = after.machines.seen.present().into_iter().flatten();
    let is_new = |id| known.machines.contains_key(id) && !before.known.machines.contains_key(id);
    let new = machines.filter(|machine| is_new(&machine.id));
    told.extend(new.map(|machine| {
        let text = format!("machine {}", machine.name);
        (Level::Normal, "Registered", text)
    }));
}

fn served(before: &Observed, after: &Observed, known: &Known, told: &mut Vec<Told>) {
    for (id, machine) in &known.machines {
        let then = before.known.machines.get(id);
        for (project, serving) in &machine.serves {
            let was = then.and_then(|then| then.serves.get(project));
            if was.is_some_and(|was| was.task == serving.task) {
                continue;
            }
            let machines = after.machines.seen.present().into_iter().flatten();
            let name = machines
                .filter(|m| m.id == *id)
                .map(|m| m.name.as_str())
                .next();
            let name = name.unwrap_or(id.as_str());
            let space = after.space.seen.present();
            let names = space.into_iter().flat_map(|space| &space.projects);
            let project = names
                .filter(|(_, id)| *id == project)
                .map(|(name, _)| name.as_str())
                .next()
                .unwrap_or(project.as_str());
            let text = format!("{name} runs {} of {project}", serving.version);
            told.push((Level::Normal, "Serving", text));
        }
    }
}

/// Deployments that ended otherwise than well, each once.
fn deployments(before: &Observed, after: &Observed, known: &Known, told: &mut Vec<Told>) {
    let now = after.deployments.seen.present().into_iter().flatten();
    let is_new = |id| known.ended.contains(id) && !before.known.ended.contains(id);
    for one in now.filter(|one| is_new(&one.id)) {
        let error = one.task.error.as_deref().unwrap_or("no error was given");
        let text = format!(
            "deployment of {}: task {} is {}: {error}",
            one.version, one.task.id, one.task.state
        );
        told.push((Level::Warning, "DeploymentEnded", text));
    }
}

/// Older builds that this one takes the place of.
pub fn burnt(burnt: &[EnvironmentUid], generation: Generation) -> Option<Entry> {
    (!burnt.is_empty()).then(|| Entry {
        level: Level::Normal,
        reason: "Replaces".into(),
        message: format!("{} older build(s), which are deleted now", burnt.len()),
        generation,
    })
}
