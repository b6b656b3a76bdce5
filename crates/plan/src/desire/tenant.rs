//! What a spec's place in Octopus comes to.

use bennu_model::desired::{Connection, DesiredTenant, DesiredVariable, Input, Source};
use bennu_model::environment::Environment;
use bennu_model::names::ownership_line;
use bennu_model::spec::{OctopusSpec, ParameterValue};
use bennu_model::variable::{VariableKey, VariableScope};

use super::Context;

pub(super) fn tenant(
    environment: &Environment,
    octopus: &OctopusSpec,
    context: &Context,
) -> DesiredTenant {
    let line = ownership_line(&context.installation, &environment.uid);
    DesiredTenant {
        server: octopus.server.clone(),
        space: octopus.space.clone(),
        name: environment.name.clone(),
        description: format!("{line}\nThis tenant is made and removed by Bennu."),
        connections: octopus
            .projects
            .iter()
            .map(|project| Connection {
                project: Input::From(Source::ProjectId(project.clone())),
                environment: Input::From(Source::EnvironmentId(octopus.environment.clone())),
            })
            .collect(),
        variables: variables(octopus),
    }
}

/// All variables, sorted by key.
fn variables(octopus: &OctopusSpec) -> Vec<DesiredVariable> {
    let projects = octopus.variables.iter().flat_map(|(project, values)| {
        let scope = VariableScope::Project(project.clone());
        values.iter().map(move |value| (scope.clone(), value))
    });
    let common = octopus.common_variables.iter().flat_map(|(set, values)| {
        let scope = VariableScope::Common(set.clone());
        values.iter().map(move |value| (scope.clone(), value))
    });
    let mut all: Vec<_> = projects
        .chain(common)
        .map(|(scope, (name, value))| DesiredVariable {
            key: VariableKey {
                scope,
                name: name.clone(),
            },
            value: value.clone(),
        })
        .collect();
    all.sort_by(|one, other| one.key.cmp(&other.key));
    all
}

/// Whether any variable's value is a secret.
pub(super) fn has_secrets(octopus: &OctopusSpec) -> bool {
    let projects = octopus
        .variables
        .values()
        .flat_map(|values| values.values());
    let common = octopus.common_variables.values();
    let mut all = projects.chain(common.flat_map(|values| values.values()));
    all.any(|value| matches!(value, ParameterValue::Secret(_)))
}
