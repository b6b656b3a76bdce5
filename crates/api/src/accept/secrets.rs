//! References to secrets: whether what they name can be what is needed.

use bennu_model::spec::{Invalid, ParameterValue};

use super::{Catalog, invalid};
use crate::read::SpecDraft;

pub(super) fn problems(spec: &SpecDraft, catalog: &Catalog) -> Vec<Invalid> {
    let target = spec.target.as_ref();
    let target = target.and_then(|name| catalog.targets.get(name));
    let region = target.map(|target| target.region.as_str());
    let all = of_stack(spec).into_iter().chain(of_tenant(spec));
    let mut found: Vec<_> = all
        .filter_map(|(field, arn)| misplaced(&field, arn, region))
        .collect();
    if let (Some((field, _)), false) = (of_tenant(spec).first(), catalog.has_installation_key) {
        let cause = "whether a secret has changed can only be told by a key, and this \
                     installation has none";
        let remedy = "have an operator set installation.key in the daemon's configuration, or \
                      give a literal";
        found.push(invalid(field, cause, remedy));
    }
    found
}

/// Where a secret is named, and its ARN.
type Named<'a> = (String, &'a str);

fn of_stack(spec: &SpecDraft) -> Vec<Named<'_>> {
    let parameters = spec.parameters.iter();
    let parameters = parameters.map(|(name, value)| (format!("parameters.{name}"), value));
    let configuration = spec.configuration.iter();
    let configuration = configuration.map(|(name, value)| (format!("configuration.{name}"), value));
    parameters
        .chain(configuration)
        .filter_map(|(key, value)| Some((format!("spec.stack.{key}"), arn(value)?)))
        .collect()
}

fn of_tenant(spec: &SpecDraft) -> Vec<Named<'_>> {
    let Some(octopus) = &spec.octopus else {
        return Vec::new();
    };
    let projects = octopus.variables.iter().flat_map(|(project, values)| {
        let named = move |name| format!("variables.{project}.{name}");
        values.iter().map(move |(name, value)| (named(name), value))
    });
    let common = octopus.common_variables.iter().flat_map(|(set, values)| {
        let named = move |name| format!("common_variables.{set}.{name}");
        values.iter().map(move |(name, value)| (named(name), value))
    });
    projects
        .chain(common)
        .filter_map(|(key, value)| Some((format!("spec.octopus.{key}"), arn(value)?)))
        .collect()
}

fn arn(value: &ParameterValue) -> Option<&str> {
    match value {
        ParameterValue::Secret(arn) => Some(arn),
        ParameterValue::Literal(_) => None,
    }
}

/// What is wrong with a secret's ARN.
fn misplaced(field: &str, arn: &str, region: Option<&str>) -> Option<Invalid> {
    let parts: Vec<_> = arn.splitn(7, ':').collect();
    // That it begins with `arn:` is said where the spec is held against itself.
    let (["arn", _, service, place, rest @ ..], true) = (&parts[..], arn.starts_with("arn:"))
    else {
        return arn.starts_with("arn:").then(|| malformed(field));
    };
    if *service != "secretsmanager" {
        let shown: String = service.chars().take(80).collect();
        let cause = format!("this ARN names something of {shown}, and no secret");
        let remedy = "give the ARN of a Secrets Manager secret";
        return Some(invalid(field, cause, remedy));
    }
    let is_account = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    if !matches!(rest, [account, "secret", name] if is_account(account) && !name.is_empty()) {
        return Some(malformed(field));
    }
    let region = region.filter(|region| region != place && looks_like_region(place))?;
    let cause = format!("the secret is in {place}, and the target in {region}");
    let remedy = "replicate it there, or name one of that region";
    Some(invalid(field, cause, remedy))
}

fn malformed(field: &str) -> Invalid {
    let cause = "this is not the ARN of a secret";
    let remedy = "copy it whole from Secrets Manager: \
                  arn:aws:secretsmanager:<region>:<account>:secret:<name>-<six characters>";
    invalid(field, cause, remedy)
}

/// `ap-southeast-2`, `us-gov-west-1`.
fn looks_like_region(text: &str) -> bool {
    let mut steps = text.rsplit('-');
    let is_number = |step: &str| !step.is_empty() && step.chars().all(|c| c.is_ascii_digit());
    steps.next().is_some_and(is_number)
        && steps.clone().count() >= 2
        && steps.all(|step| !step.is_empty() && step.chars().all(|c| c.is_ascii_lowercase()))
}
