//! A template of the catalog: what it knows by itself, so that a spec need not say it.

use bennu_model::spec::{Invalid, Rollout};
use bennu_template::catalog::{Entry, Fill};

use super::{Catalog, invalid};
use crate::read::{SpecDraft, TemplateSource, nearest};

const NAME: &str = "spec.stack.template.name";

/// The catalog's template that a spec names, if it names one that there is.
pub(super) fn entry<'a>(spec: &SpecDraft, catalog: &'a Catalog) -> Option<&'a Entry> {
    match spec.template.as_ref()? {
        TemplateSource::Named(name) => catalog.templates.get(name).map(|entry| &**entry),
        TemplateSource::Inline(_) | TemplateSource::Stored(_) => None,
    }
}

/// Completes a spec with what its template's manifest says.
pub(super) fn complete(spec: &mut SpecDraft, catalog: &Catalog) -> Vec<Invalid> {
    let Some(entry) = entry(spec, catalog) else {
        return unknown(spec, catalog).into_iter().collect();
    };
    let manifest = &entry.manifest;
    if spec.capabilities.is_empty() {
        spec.capabilities = manifest.capabilities.clone();
    }
    let own = manifest.fills.get(&Fill::Release);
    match (&spec.release_parameter, own) {
        (Some(given), Some(own)) if given != own => {
            let shown: String = given.chars().take(80).collect();
            let cause = format!(
                "template {} knows that {own} carries the release, and {shown:?} is given",
                entry.name
            );
            let field = "spec.stack.release_parameter";
            let problem = invalid(field, cause, "leave it out");
            spec.release_parameter = Some(own.clone());
            return vec![problem];
        }
        // Machines that stay get no release by a parameter: it would replace them.
        (None, Some(own)) if spec.rollout == Rollout::Immutable => {
            spec.release_parameter = Some(own.clone());
        }
        (_, _) => {}
    }
    Vec::new()
}

fn unknown(spec: &SpecDraft, catalog: &Catalog) -> Option<Invalid> {
    let TemplateSource::Named(name) = spec.template.as_ref()? else {
        return None;
    };
    let names: Vec<_> = catalog.templates.keys().map(|name| name.as_str()).collect();
    let remedy = match (nearest(name.as_str(), names.iter().copied()), &names[..]) {
        (_, []) => "have an operator set catalog.folders in the daemon's configuration".to_owned(),
        (Some(meant), _) => format!("did you mean {meant}? There are: {}", names.join(", ")),
        (None, _) => format!("use one of: {}", names.join(", ")),
    };
    let cause = format!("the catalog has no template {name}");
    Some(invalid(NAME, cause, remedy))
}
