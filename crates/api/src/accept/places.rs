//! Where an environment is to live: what it names must be in the configuration.

use bennu_model::spec::{Invalid, OctopusSpec};

use super::{Catalog, invalid, one_of};
use crate::read::SpecDraft;

pub(super) fn problems(spec: &SpecDraft, catalog: &Catalog) -> Vec<Invalid> {
    let octopus = spec.octopus.as_ref();
    let found = [
        target(spec, catalog),
        octopus.and_then(|octopus| place(octopus, catalog)),
    ];
    found.into_iter().flatten().collect()
}

fn target(spec: &SpecDraft, catalog: &Catalog) -> Option<Invalid> {
    let target = spec.target.as_ref()?;
    if catalog.targets.contains_key(target) {
        return None;
    }
    let known = catalog.targets.keys().map(ToString::to_string).collect();
    let remedy = one_of(
        known,
        "add a [[targets]] section to the daemon's configuration",
    );
    Some(invalid(
        "spec.target",
        format!("no target {target} is configured"),
        remedy,
    ))
}

fn place(octopus: &OctopusSpec, catalog: &Catalog) -> Option<Invalid> {
    let OctopusSpec { server, space, .. } = octopus;
    let Some(spaces) = catalog.servers.get(server) else {
        let known = catalog.servers.keys().map(ToString::to_string).collect();
        let remedy = one_of(
            known,
            "add an [[octopus]] section to the daemon's configuration",
        );
        let cause = format!("no Octopus server {server} is configured");
        return Some(invalid("spec.octopus.server", cause, remedy));
    };
    if spaces.contains(space) {
        return None;
    }
    let known = spaces.iter().map(ToString::to_string).collect();
    let remedy = one_of(
        known,
        "add it to the server's spaces in the daemon's configuration",
    );
    let cause = format!(
        "no space {space:?} of server {server} is configured",
        space = space.as_str()
    );
    Some(invalid("spec.octopus.space", cause, remedy))
}
