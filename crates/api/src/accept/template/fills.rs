//! The parameters that Bennu fills by itself: which they are, and whether it can.

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::spec::{Filling, Invalid, ParameterValue};
use bennu_template::catalog::{Fill, Manifest};
use bennu_template::limits::PARAMETER_VALUE;
use bennu_template::{Parameter, Template};

use crate::accept::{TargetEntry, invalid};
use crate::read::SpecDraft;

/// Parameters by name, with what each is filled with.
pub(crate) type Fills = BTreeMap<String, Filling>;

/// How it is known which parameters are Bennu's to fill.
#[derive(Clone, Copy)]
pub(crate) enum Known<'a> {
    /// By their names.
    ByName,
    /// The catalog's manifest says it.
    Manifest(&'a Manifest),
    /// It was settled when the spec was accepted.
    Settled(&'a Fills),
}

/// Larger ones are files: they belong into the package.
const MAX_CONFIGURATION: usize = 65_536;

/// The parameters that Bennu fills. Without an Octopus space there is nothing to fill some of
/// them with: one that has a default keeps it then.
pub(super) fn fills(template: &Template, spec: &SpecDraft, known: Known<'_>) -> Fills {
    let filling = |name: &str| match known {
        Known::ByName => Filling::of_well_known(name),
        Known::Manifest(manifest) => manifest.fill_of(name).and_then(filling),
        Known::Settled(fills) => fills.get(name).copied(),
    };
    let keeps_default = |filling: Filling, parameter: &Parameter| {
        let has_nothing = filling.is_of_octopus() && spec.octopus.is_none()
            || is_package(filling) && matches!(known, Known::ByName);
        has_nothing && parameter.default.is_some()
    };
    let parameters = template.parameters.iter();
    parameters
        .filter_map(|(name, parameter)| Some((name, filling(name)?, parameter)))
        .filter(|(_, filling, parameter)| !keeps_default(*filling, parameter))
        .map(|(name, filling, _)| (name.clone(), filling))
        .collect()
}

/// What is in the way of filling them.
pub(super) fn problems(
    field: &str,
    fills: &Fills,
    known: Known<'_>,
    (spec, target): (&SpecDraft, Option<&TargetEntry>),
) -> Vec<Invalid> {
    let found = [
        homeless_package(field, fills, known),
        needs_bucket(fills, target),
        configuration(fills, spec),
    ];
    found.into_iter().flatten().collect()
}

/// A manifest's word in the words of specs. The release has a key of its own there.
fn filling(fill: Fill) -> Option<Filling> {
    match fill {
        Fill::Release => None,
        Fill::Tenant => Some(Filling::Tenant),
        Fill::Server => Some(Filling::Server),
        Fill::Space => Some(Filling::Space),
        Fill::Environment => Some(Filling::Environment),
        Fill::Roles => Some(Filling::Roles),
        Fill::Policy => Some(Filling::Policy),
        Fill::Bucket => Some(Filling::Bucket),
        Fill::Prefix => Some(Filling::Prefix),
        Fill::Package => Some(Filling::Package),
        Fill::PackageDigest => Some(Filling::PackageDigest),
        Fill::Configuration => Some(Filling::Configuration),
        Fill::ConfigurationDigest => Some(Filling::ConfigurationDigest),
        Fill::Secrets => Some(Filling::Secrets),
    }
}

fn is_package(filling: Filling) -> bool {
    matches!(filling, Filling::Package | Filling::PackageDigest)
}

fn homeless_package(field: &str, fills: &Fills, known: Known<'_>) -> Option<Invalid> {
    let Known::ByName = known else {
        return None;
    };
    let (name, _) = fills.iter().find(|(_, filling)| is_package(**filling))?;
    let cause = format!("{name} asks for a package, and only a template of the catalog has one");
    let remedy = "put the template into a folder of the catalog, beside bootstrap/, and write \
                  `template: { name: … }`";
    Some(invalid(field, cause, remedy))
}

fn needs_bucket(fills: &Fills, target: Option<&TargetEntry>) -> Option<Invalid> {
    // Without a known target there is a problem already.
    let has_none = target.is_some_and(|target| !target.artifact_bucket);
    let (name, _) = fills.iter().find(|(_, filling)| filling.is_of_bucket())?;
    has_none.then(|| {
        let cause = format!(
            "instances of this template read objects, as its {name} says, and the target has no \
             artifact bucket"
        );
        let remedy = "set artifact_bucket for this target in the daemon's configuration";
        invalid("spec.target", cause, remedy)
    })
}

fn configuration(fills: &Fills, spec: &SpecDraft) -> Option<Invalid> {
    if spec.configuration.is_empty() {
        return None;
    }
    let fills_any = |one: Filling| fills.values().any(|filling| *filling == one);
    let (mut length, mut secrets) = (0, BTreeSet::new());
    for (name, value) in &spec.configuration {
        match value {
            ParameterValue::Literal(text) => length += name.len() + text.len(),
            ParameterValue::Secret(arn) => {
                length += name.len() + arn.len();
                secrets.insert(arn.as_str());
            }
        }
    }
    // They travel as one list with commas between them.
    let arns: usize = secrets.iter().map(|arn| arn.len() + 1).sum();
    let (cause, remedy) = if !fills_any(Filling::Configuration) {
        (
            "the template has no parameter for it".to_owned(),
            "leave it out, or use a template that has: BennuConfiguration and \
             BennuConfigurationDigest",
        )
    } else if length > MAX_CONFIGURATION {
        (
            format!("it has {length} bytes, more than {MAX_CONFIGURATION}"),
            "put what is large into the template's package",
        )
    } else if !secrets.is_empty() && !fills_any(Filling::Secrets) {
        (
            "it names secrets, and the template has no parameter by which its instances could \
             be let read them"
                .to_owned(),
            "give literals, or use a template that has: BennuSecrets",
        )
    } else if arns > PARAMETER_VALUE {
        (
            format!("the ARNs of its secrets have more than {PARAMETER_VALUE} bytes together"),
            "put several values into one secret",
        )
    } else {
        return None;
    };
    Some(invalid("spec.stack.configuration", cause, remedy))
}
