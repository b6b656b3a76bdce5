//! How far each part of an environment is.

use bennu_api::dto::StatusDocument;
use bennu_api::dto::status::InstanceDocument;

/// So much of something is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) done: usize,
    pub(super) of: usize,
    /// What else is to be said.
    pub(super) note: String,
    /// Whether there are many of it, or it is one thing that is done or not.
    pub(super) is_counted: bool,
}

/// Everything that an environment is made of, as far as it is: each part, and below it what
/// of it can be counted.
pub(super) fn all(status: &StatusDocument) -> Vec<Part> {
    let mut counted = counted(status);
    let mut parts = Vec::new();
    for line in &status.report.lines {
        parts.push(Part {
            name: line.resource.clone(),
            done: usize::from(line.verdict == "in sync"),
            of: 1,
            note: line.verdict.clone(),
            is_counted: false,
        });
        let belongs = |part: &mut Part| belongs_to(&part.name) == line.resource;
        parts.extend(counted.extract_if(.., belongs));
    }
    parts.extend(counted);
    parts
}

/// Below which part a count stands.
fn belongs_to(name: &str) -> &'static str {
    match name {
        "machines right" | "deployments" => "software",
        _ => "stack",
    }
}

/// All that can be counted now, in the order in which it happens.
pub(super) fn counted(status: &StatusDocument) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut add = |name: &str, done, of, note| {
        parts.push(Part {
            name: name.to_owned(),
            done,
            of,
            note,
            is_counted: true,
        });
    };
    let number = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
    if let Some(progress) = &status.progress {
        let done = number(progress.resources_done);
        let of = done.saturating_add(number(progress.resources_busy));
        add("stack resources", done, of, String::new());
        if let Some(roll) = &progress.roll {
            let note = format!("at least {} in service", roll.at_least_in_service);
            add("batch", number(roll.batch), number(roll.batches), note);
        }
        if let Some(awaited) = progress.signals_awaited {
            let note = failures(number(progress.signals_failed));
            let received = number(progress.signals_received);
            add("signals", received, number(awaited), note);
        }
    }
    let instances = status.instances.as_ref().and_then(|one| one.value.as_ref());
    let instances = instances.map(Vec::as_slice).unwrap_or_default();
    let staying = || instances.iter().filter(|one| !is_leaving(one));
    if staying().any(|one| one.right.is_some()) {
        let right = staying().filter(|one| one.right == Some(true)).count();
        add("machines right", right, staying().count(), String::new());
    }
    if let Some(release) = &status.release {
        let of_it = || {
            let deployments = status.deployments.iter();
            deployments.filter(|one| one.version == release.wanted)
        };
        let in_state = |state: &str| of_it().filter(|one| one.state == state).count();
        if of_it().count() > 0 {
            let note = failures(in_state("Failed"));
            add("deployments", in_state("Success"), of_it().count(), note);
        }
    }
    parts
}

fn failures(count: usize) -> String {
    match count {
        0 => String::new(),
        failed => format!("{failed} failed"),
    }
}

/// An instance that is going is nobody's concern.
fn is_leaving(instance: &InstanceDocument) -> bool {
    let lifecycle = instance.lifecycle.as_deref().unwrap_or_default();
    ["Terminat", "Detach", "Quarantined"]
        .iter()
        .any(|word| lifecycle.starts_with(word))
}

impl Part {
    /// `signals 1 of 2 (1 failed)`.
    pub(super) fn text(&self) -> String {
        format!("{} {}", self.name, self.standing())
    }

    /// `1 of 2 (1 failed)`; of one thing what it is in.
    pub(super) fn standing(&self) -> String {
        if !self.is_counted {
            return self.note.clone();
        }
        let note = match self.note.as_str() {
            "" => String::new(),
            note => format!(" ({note})"),
        };
        format!("{} of {}{note}", self.done, self.of)
    }
}
