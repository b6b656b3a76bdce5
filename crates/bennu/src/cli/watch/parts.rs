//! What of an environment's way can be counted.

use bennu_api::dto::StatusDocument;
use bennu_api::dto::status::InstanceDocument;

/// So much of something is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) name: &'static str,
    pub(super) done: usize,
    pub(super) of: usize,
    /// What else is to be said.
    pub(super) note: String,
}

/// All that can be counted now, in the order in which it happens.
pub(super) fn parts(status: &StatusDocument) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut add = |name, done, of, note| {
        parts.push(Part {
            name,
            done,
            of,
            note,
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
            let note = match progress.signals_failed {
                0 => String::new(),
                failed => format!("{failed} failed"),
            };
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
    parts
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
        format!("{} {}", self.name, self.count())
    }

    /// `1 of 2 (1 failed)`.
    pub(super) fn count(&self) -> String {
        let note = match self.note.as_str() {
            "" => String::new(),
            note => format!(" ({note})"),
        };
        format!("{} of {}{note}", self.done, self.of)
    }
}
