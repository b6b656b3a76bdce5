//! Names and slugs: present, short enough, unique and not `all`.

use super::{Document, Draft, Kind};

/// Checks the name and gives the document its slug.
pub(super) fn settle(draft: &mut Draft<'_>) {
    if !draft.kind.is_named() {
        return;
    }
    let key = draft.kind.name_key();
    let name = draft.text(key);
    if name.is_empty() {
        draft.complain(format!(
            "Please provide a {key} for the {}.",
            draft.kind.noun()
        ));
        return;
    }
    if let Some(limit) = draft.kind.name_limit()
        && name.chars().count() > limit
    {
        draft.complain(format!("{key} must be no longer than {limit} characters."));
    }
    let folded = name.to_lowercase();
    if draft.clashes(|other| other.folded_name == folded) {
        draft.complain(taken(draft.kind, &name));
    }
    if draft.kind.has_slug() {
        slug(draft, &name);
    }
}

/// A slug of its own for each document of a space; derived ones get a number when
/// they clash, chosen ones are refused.
fn slug(draft: &mut Draft<'_>, name: &str) {
    let chosen = draft.text("Slug");
    let kept = draft.stored.map(|stored| stored.text("Slug").to_owned());
    let wanted = match (chosen.is_empty(), kept) {
        (false, _) => chosen.to_lowercase(),
        (true, Some(kept)) if !kept.is_empty() => kept,
        (true, _) => derived(name, draft.kind),
    };
    if wanted == "all" || name.eq_ignore_ascii_case("all") {
        draft.complain("The name or slug must not be called 'all'.");
        return;
    }
    let taken = |slug: &str| draft.clashes(|other| other.text("Slug") == slug);
    if !taken(&wanted) {
        draft.set("Slug", wanted);
    } else if chosen.is_empty() {
        let free = (1..)
            .map(|number| format!("{wanted}-{number}"))
            .find(|slug| !taken(slug));
        draft.set("Slug", free.unwrap_or_default());
    } else {
        let noun = draft.kind.noun();
        draft.complain(format!(
            "The slug '{wanted}' is already used by another {noun}."
        ));
    }
}

/// Lower case letters and digits, everything between them a single dash.
fn derived(name: &str, kind: Kind) -> String {
    let words: Vec<String> = name
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    if words.is_empty() {
        kind.noun().replace(' ', "-")
    } else {
        words.join("-")
    }
}

fn taken(kind: Kind, name: &str) -> String {
    if kind == Kind::Release {
        return format!(
            "Release '{name}' already exists for this project. Please use a different version, or look at \
             using a mask to auto-increment the number."
        );
    }
    format!(
        "A {} named '{name}' already exists. Please choose a different name, or check if there is an \
         existing resource that was meant.",
        kind.noun()
    )
}

impl Draft<'_> {
    /// Whether another document is `like` this one where that may not be: in the
    /// space, and for channels, releases and triggers in the project. `like` is asked first,
    /// for it is the cheaper question and every write asks all documents of a kind.
    fn clashes(&self, like: impl Fn(&Document) -> bool) -> bool {
        let own = self.stored.map(|stored| stored.number);
        let project = match self.kind {
            Kind::Channel | Kind::Release | Kind::Trigger => Some(self.text("ProjectId")),
            Kind::Space
            | Kind::Environment
            | Kind::Lifecycle
            | Kind::ProjectGroup
            | Kind::MachinePolicy
            | Kind::VariableSet
            | Kind::Project
            | Kind::Tenant
            | Kind::Machine
            | Kind::Deployment
            | Kind::Task
            | Kind::Interruption
            | Kind::TagSet
            | Kind::Proxy
            | Kind::Subscription
            | Kind::Event => None,
        };
        self.documents.all(self.kind).any(|other| {
            like(other)
                && Some(other.number) != own
                && (self.kind == Kind::Space || other.text("SpaceId") == self.space)
                && project
                    .as_ref()
                    .is_none_or(|project| other.text("ProjectId") == project)
        })
    }
}
