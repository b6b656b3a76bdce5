//! The tenant's variables: each belongs to something that the environment has.

use bennu_model::spec::{Invalid, OctopusSpec};

use super::{invalid, one_of};
use crate::read::nearest;

pub(super) fn problems(octopus: &OctopusSpec) -> Vec<Invalid> {
    let projects = &octopus.projects;
    let strange = octopus.variables.keys();
    let strange = strange.filter(|project| !projects.contains(project));
    strange
        .map(|project| {
            let names: Vec<_> = projects.iter().map(|one| one.as_str()).collect();
            let remedy = match nearest(project.as_str(), names.iter().copied()) {
                Some(meant) => format!("did you mean {meant:?}?"),
                None => one_of(
                    names.into_iter().map(str::to_owned).collect(),
                    "name a project",
                ),
            };
            let field = format!("spec.octopus.variables.{project}");
            let cause = "the environment is not deployed to by this project";
            invalid(&field, cause, remedy)
        })
        .collect()
}
