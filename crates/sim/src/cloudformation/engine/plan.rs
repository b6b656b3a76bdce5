//! The works of a phase, and their order.

use std::collections::{BTreeMap, BTreeSet};

use crate::cloudformation::definition::Definition;
use crate::cloudformation::operation::{Task, Work};
use crate::cloudformation::stack::{Former, Stack};

/// Everything that the definition declares becomes so, dependencies first.
pub(crate) fn plan_convergence(definition: &Definition) -> BTreeMap<String, Work> {
    let dependencies = definition.template.dependencies();
    let active: BTreeSet<&String> = definition.active().map(|(name, _)| name).collect();
    let works = active.iter().map(|name| {
        let needs = dependencies.get(*name).into_iter().flatten();
        let needs = needs
            .filter(|need| active.contains(need))
            .cloned()
            .collect();
        ((*name).clone(), Work::new(Task::Converge, needs))
    });
    works.collect()
}

/// What is there already is taken in.
pub(crate) fn plan_import(
    definition: &Definition,
    imports: &BTreeMap<String, String>,
) -> BTreeMap<String, Work> {
    let dependencies = definition.template.dependencies();
    let works = imports.iter().map(|(name, physical_id)| {
        let needs = dependencies.get(name).into_iter().flatten();
        let needs = needs.filter(|need| imports.contains_key(*need));
        let work = Work::new(Task::Import(physical_id.clone()), needs.cloned().collect());
        (name.clone(), work)
    });
    works.collect()
}

/// What an import took in is let go again.
pub(super) fn plan_release(stack: &Stack) -> BTreeMap<String, Work> {
    let taken = stack
        .resources
        .values()
        .filter(|one| one.fresh && one.exists());
    taken
        .map(|one| {
            let work = Work::new(Task::Release, BTreeSet::new());
            (one.logical_id.clone(), work)
        })
        .collect()
}

/// Everything goes, dependants first.
pub(crate) fn plan_deletion(stack: &mut Stack) -> BTreeMap<String, Work> {
    let formers = stack
        .resources
        .values_mut()
        .filter_map(|one| one.former.take());
    let mut former: Vec<Former> = formers.collect();
    former.append(&mut stack.doomed);
    let live = stack.resources.values().filter(|one| one.exists());
    let live = live.map(|one| one.logical_id.clone()).collect();
    plan(stack, live, former)
}

/// What an update replaced or no longer declares goes, dependants first.
pub(crate) fn plan_cleanup(stack: &mut Stack) -> BTreeMap<String, Work> {
    let formers = stack
        .resources
        .values_mut()
        .filter_map(|one| one.former.take());
    let mut former: Vec<Former> = formers.collect();
    former.append(&mut stack.doomed);
    let declares = |name: &str| stack.definition.as_ref().is_some_and(|one| one.has(name));
    let removed = stack
        .resources
        .values()
        .filter(|one| !declares(&one.logical_id));
    let removed = removed.map(|one| one.logical_id.clone()).collect();
    plan(stack, removed, former)
}

fn plan(stack: &Stack, live: Vec<String>, former: Vec<Former>) -> BTreeMap<String, Work> {
    // Key, logical id, what it depends on.
    let mut doomed: Vec<(String, String, BTreeSet<String>, Task)> = Vec::new();
    for name in live {
        let needs = stack
            .resources
            .get(&name)
            .map(|one| one.settings.dependencies.clone());
        doomed.push((name.clone(), name, needs.unwrap_or_default(), Task::Delete));
    }
    for (index, one) in former.into_iter().enumerate() {
        let (name, needs) = (one.logical_id.clone(), one.settings.dependencies.clone());
        let task = Task::DeleteFormer(Box::new(one));
        doomed.push((format!("{name}#{index}"), name, needs, task));
    }
    let mut before: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (key, _, needs, _) in &doomed {
        for need in needs {
            before.entry(need).or_default().insert(key.clone());
        }
    }
    let works = doomed.iter().map(|(key, name, _, task)| {
        let mut waits = before.get(name.as_str()).cloned().unwrap_or_default();
        waits.remove(key);
        (key.clone(), Work::new(task.clone(), waits))
    });
    break_cycles(works.collect())
}

/// Generations of a template may depend on each other in both directions; what is then
/// left without an order is deleted without one.
fn break_cycles(mut works: BTreeMap<String, Work>) -> BTreeMap<String, Work> {
    let graph = works
        .iter()
        .map(|(key, work)| (key.clone(), work.waits_for.clone()))
        .collect();
    if bennu_template::order::creation_order(&graph).is_err() {
        for work in works.values_mut() {
            work.waits_for.clear();
        }
    }
    works
}
