//! An event and the blueprints: what is to be declared?
//!
//! The order of events is that in which they happened, so the end is the same whatever
//! arrives first: an event that is older than one that counted is stale, also when that one
//! was the branch's deletion.

mod names;

use bennu_model::blueprint::{
    Blueprint, BlueprintSpec, Build, Decision, Declare, Event, Happened, LabelSource, Living,
    Origin, Per, Situation, Text, Values, texts_of,
};
use bennu_model::ids::EnvironmentName;
use bennu_model::spec::Invalid;

use names::{branch_slug, version_label};

/// What an event leads to, given what is stored about its branch.
///
/// The same event again, neither older nor newer than what counted last, is decided again:
/// it changes nothing where nothing has changed, and gets its chance where a blueprint was
/// corrected meanwhile.
pub fn declare(event: &Event, situation: &Situation) -> Decision {
    let order = event.order();
    if let Some(last) = situation.last.filter(|last| order < *last) {
        return Decision::Stale(last);
    }
    let matching = situation.blueprints.iter().filter(|blueprint| {
        let source = &blueprint.spec.source;
        source.matches(&event.repository, &event.branch)
    });
    let matching: Vec<&Blueprint> = matching.collect();
    let nothing = Decision::NoBlueprint {
        repository_known: !situation.blueprints.is_empty(),
    };
    match (&event.happened, matching.as_slice()) {
        // What a branch brought to life goes with it, whatever became of its blueprint.
        (Happened::Deleted, []) if situation.living.is_empty() => nothing,
        (Happened::Deleted, _) => Decision::Delete(situation.living.clone()),
        (Happened::Built(_), []) => nothing,
        (Happened::Built(build), [blueprint]) => built(event, build, blueprint, situation),
        (Happened::Built(_), [_, _, ..]) => {
            Decision::Ambiguous(matching.iter().map(|one| one.id.clone()).collect())
        }
    }
}

fn built(event: &Event, build: &Build, blueprint: &Blueprint, situation: &Situation) -> Decision {
    let BlueprintSpec {
        per, environment, ..
    } = &blueprint.spec;
    let origin = Origin {
        blueprint: blueprint.id.clone(),
        repository: event.repository.clone(),
        branch: event.branch.clone(),
        per: *per,
        order: event.order(),
    };
    let (values, label) = values(event, build);
    let name = EnvironmentName::new(environment.name.fill(&values));
    let siblings = || {
        let living = situation.living.iter();
        living.filter(|one| one.origin.same_line(&origin))
    };
    let onto: Option<&Living> = match (per, &name) {
        // Of several, which another blueprint may have left, the newest goes on.
        (Per::Branch, _) => siblings().max_by_key(|one| one.origin.order),
        // The same version again is the same environment again.
        (Per::Build, Ok(name)) => siblings().find(|one| one.name == *name),
        (Per::Build, Err(_)) => None,
    };
    let name = match (onto, name) {
        (Some(living), _) => living.name.clone(),
        (None, Ok(name)) => name,
        (None, Err(illegal)) => {
            return Decision::Refused(vec![Invalid {
                field: "spec.environment.metadata.name".to_owned(),
                cause: format!(
                    "this build makes it {:?}, which is no legal environment name",
                    illegal.value
                ),
                remedy: illegal.rule.to_owned(),
            }]);
        }
    };
    let labels = environment.labels.iter();
    Decision::Declare(Box::new(Declare {
        team: blueprint.id.team.clone(),
        name,
        labels: labels
            .map(|(key, text)| (key.clone(), text.fill(&values)))
            .collect(),
        spec: texts_of(&environment.spec, |_, text| fill(text, &values)),
        origin,
        onto: onto.map(|living| living.uid.clone()),
        label,
    }))
}

/// A text that holds something unknown was refused with its blueprint; one that an earlier
/// version of Bennu let pass stays as it was written.
fn fill(text: &str, values: &Values) -> String {
    Text::new(text).map_or_else(|_| text.to_owned(), |text| text.fill(values))
}

fn values(event: &Event, build: &Build) -> (Values, LabelSource) {
    let slug = branch_slug(&event.branch);
    let (label, source) = match version_label(&build.version) {
        Some(label) => (label, LabelSource::Version),
        None => (slug.clone(), LabelSource::Branch),
    };
    let values = Values {
        version: build.version.clone(),
        version_label: label,
        branch_slug: slug,
        repository: event.repository.clone(),
        commit: build.commit.clone(),
        build_number: build.number.to_string(),
    };
    (values, source)
}

#[cfg(test)]
mod tests;
