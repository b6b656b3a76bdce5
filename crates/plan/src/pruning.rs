//! Which machines are left over in Octopus: their instances are gone.
//!
//! Gone is said by EC2 and by id, in a read that began after the machine was first seen;
//! that a group does not list an instance only asks for that read. What is not ours to
//! remove is left alone and named.

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::action::{Action, DeploymentsAction};
use bennu_model::known::Known;
use bennu_model::names::marker_role;
use bennu_model::observed::Seen;
use bennu_model::plan::{Blocked, Step, When};
use bennu_model::tenant::Machine;
use chrono::{DateTime, Duration, Utc};

use crate::case::Case;

/// At most so many instances are asked for in one look: each is a request of its own.
const MOST_ASKED: usize = 20;

/// What an instance was found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is gone for good.
    Gone,
    /// It is there, or may be.
    There,
    /// EC2 does not know it, and shows none that it should know: the wrong account answers
    /// like that.
    Doubtful,
    /// Nobody asked late enough.
    Unasked,
}

/// The machines whose instances are gone and that are ours to remove, oldest id first.
pub fn gone<'s>(case: &'s Case<'_>) -> Vec<&'s Machine> {
    let gone = suspects(case).into_iter().filter(|(machine, instance)| {
        fate(case, machine, instance) == Fate::Gone && twin(case, machine).is_none()
    });
    gone.map(|(machine, _)| machine).collect()
}

/// The instances to be asked for now; empty while every answer is young enough. Among them is
/// one that is known to be there: an answer that does not show it is not believed.
pub fn to_ask(case: &Case<'_>) -> BTreeSet<String> {
    let suspects = suspects(case);
    let is_due = suspects.iter().any(|(machine, instance)| {
        let age = case
            .observed
            .fates
            .began_at
            .map_or(Duration::MAX, |began| case.now - began);
        match fate(case, machine, instance) {
            Fate::Gone => false,
            Fate::Unasked => age >= case.policy.poll,
            Fate::There if is_leaving(case, instance) => age >= case.policy.poll,
            Fate::There if !machine.is_available() => age >= case.policy.poll * 3,
            Fate::There | Fate::Doubtful => age >= case.policy.evidence,
        }
    });
    if !is_due {
        return BTreeSet::new();
    }
    let instances = suspects.values().map(|instance| (*instance).to_owned());
    let control = in_service(case).take(1).map(str::to_owned);
    instances.take(MOST_ASKED).chain(control).collect()
}

/// Whether an answer is still to come: nobody was asked, or the instance is on its way out.
pub fn is_uncertain(case: &Case<'_>) -> bool {
    let mut suspects = suspects(case).into_iter();
    suspects.any(|(machine, instance)| {
        fate(case, machine, instance) == Fate::Unasked || is_leaving(case, instance)
    })
}

/// How many machines may be removed now: so many for each period of a sweep.
pub fn allowance(case: &Case<'_>) -> usize {
    let since = case.now - case.policy.sweep;
    let recent = case.known.pruned.values().filter(|at| **at > since);
    case.policy.prune_most.saturating_sub(recent.count())
}

/// Machines that nobody but a person can decide about.
pub fn remarks(case: &Case<'_>) -> Vec<Blocked> {
    let Seen::Present(machines) = &case.observed.machines.seen else {
        return Vec::new();
    };
    if !case.wanted() {
        return Vec::new();
    }
    let (ours, foreign): (Vec<_>, Vec<_>) = machines.iter().partition(|one| is_ours(case, one));
    let mut remarks = Vec::new();
    remarks.extend(remark(
        foreign,
        "ForeignMachine",
        "serve the tenant without our role",
        "take the tenant off them in Octopus, or delete them; they keep the tenant from going",
    ));
    let nameless = ours.iter().filter(|one| one.instance().is_none()).copied();
    remarks.extend(remark(
        nameless.collect(),
        "NamelessMachine",
        "do not tell their instance by their name",
        "register machines as <tenant>-<instance id>, or delete them in Octopus by hand",
    ));
    let suspects = suspects(case).into_iter();
    let (doubtful, suspects): (Vec<_>, Vec<_>) =
        suspects.partition(|(machine, instance)| fate(case, machine, instance) == Fate::Doubtful);
    remarks.extend(remark(
        doubtful.into_iter().map(|(machine, _)| machine).collect(),
        "UnknownInstance",
        "are named after instances that EC2 does not know, and no other instance tells that the \
         right account was asked",
        "leave them to the machine policy, or delete them in Octopus by hand",
    ));
    let cloned = suspects.into_iter().filter(|(machine, instance)| {
        fate(case, machine, instance) == Fate::Gone && twin(case, machine).is_some()
    });
    remarks.extend(remark(
        cloned.map(|(machine, _)| machine).collect(),
        "ClonedThumbprint",
        "belong to instances that are gone and share their thumbprint with a machine that is \
         there",
        "take the certificate out of the image, then delete them in Octopus by hand",
    ));
    remarks
}

fn remark(machines: Vec<&Machine>, reason: &str, what: &str, remedy: &str) -> Option<Blocked> {
    if machines.is_empty() {
        return None;
    }
    let names: Vec<_> = machines.iter().map(|one| one.name.as_str()).collect();
    Some(Blocked {
        reason: reason.to_owned(),
        cause: format!("machines {what}: {}", names.join(", ")),
        remedy: remedy.to_owned(),
    })
}

/// What is known, with what the steps are about to remove.
pub fn noted(case: &Case<'_>, steps: &[Step]) -> Known {
    let mut known = case.known.clone();
    let since = case.now - case.policy.sweep;
    known.pruned.retain(|_, at| *at > since);
    for step in steps.iter().filter(|step| step.when == When::Go) {
        if let Some(Action::Deployments(_, _, DeploymentsAction::DeleteMachine { machine, .. })) =
            &step.action
        {
            known.pruned.insert(machine.clone(), case.now);
        }
    }
    known
}

/// Machines of ours whose instance no group has, each with that instance.
fn suspects<'s>(case: &'s Case<'_>) -> BTreeMap<&'s Machine, &'s str> {
    let machines = case.observed.machines.seen.present();
    if !case.wanted() {
        return BTreeMap::new();
    }
    let there: BTreeSet<_> = listed(case).collect();
    let machines = machines.into_iter().flatten();
    machines
        .filter(|machine| is_ours(case, machine))
        .filter_map(|machine| Some((machine, machine.instance()?)))
        .filter(|(_, instance)| !there.contains(instance))
        .collect()
}

fn is_ours(case: &Case<'_>, machine: &Machine) -> bool {
    let marker = marker_role(&case.desired.installation);
    machine.roles.contains(&marker)
}

fn listed<'s>(case: &'s Case<'_>) -> impl Iterator<Item = &'s str> {
    let groups = case.observed.groups.seen.present().into_iter().flatten();
    groups
        .flat_map(|group| &group.instances)
        .filter(|one| !one.lifecycle.starts_with("Terminated"))
        .map(|one| one.id.as_str())
}

fn in_service<'s>(case: &'s Case<'_>) -> impl Iterator<Item = &'s str> {
    let groups = case.observed.groups.seen.present().into_iter().flatten();
    groups
        .flat_map(|group| &group.instances)
        .filter(|one| one.lifecycle == "InService")
        .map(|one| one.id.as_str())
}

fn fate(case: &Case<'_>, machine: &Machine, instance: &str) -> Fate {
    let known = case.known.machines.get(&machine.id);
    let seen_since: Option<DateTime<Utc>> = known.map(|known| known.since);
    let is_late_enough = seen_since.is_some_and(|since| case.observed.fates.began_by(since));
    let answers = case.observed.fates.seen.present();
    match answers.and_then(|answers| answers.get(instance)) {
        Some(answer) if is_late_enough => match answer.as_deref() {
            Some("terminated") => Fate::Gone,
            Some(_) => Fate::There,
            None if shows_the_living(case) => Fate::Gone,
            None => Fate::Doubtful,
        },
        Some(_) | None => Fate::Unasked,
    }
}

/// "Not there" is said by the wrong account and region as well: it is believed only from a
/// read that knows one of the others, which are all ours.
fn shows_the_living(case: &Case<'_>) -> bool {
    let answers = case.observed.fates.seen.present();
    let mut states = answers.into_iter().flat_map(BTreeMap::values);
    states.any(Option::is_some)
}

fn is_leaving(case: &Case<'_>, instance: &str) -> bool {
    let answers = case.observed.fates.seen.present();
    let state = answers.and_then(|answers| answers.get(instance)?.as_deref());
    matches!(state, Some("shutting-down" | "stopping"))
}

/// Another machine with the same certificate whose instance is not gone.
fn twin<'s>(case: &'s Case<'_>, machine: &Machine) -> Option<&'s Machine> {
    let thumbprint = machine.thumbprint.as_ref()?;
    let machines = case.observed.machines.seen.present()?;
    let suspects = suspects(case);
    machines.iter().find(|other| {
        let is_gone = suspects
            .get(other)
            .is_some_and(|instance| fate(case, other, instance) == Fate::Gone);
        other.id != machine.id && other.thumbprint.as_ref() == Some(thumbprint) && !is_gone
    })
}
