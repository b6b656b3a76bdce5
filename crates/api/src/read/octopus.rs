//! The `octopus` of a spec: its place there, and the tenant's variables.

use std::collections::BTreeMap;
use std::str::FromStr;

use bennu_model::ids::{IllegalId, ProjectName};
use bennu_model::spec::{OctopusSpec, ParameterValue};

use super::node::{Mapping, Node, Problems, at};
use super::spec::read_settings;

/// A role's length; Octopus's tables hold more, its pages do not.
const MAX_ROLE_CHARS: usize = 100;
/// What Bennu's own roles begin with: a marker that somebody else carries marks nothing.
const OWN_ROLES: &str = "bennu-";

pub(super) fn read_octopus(node: &Node<'_>, problems: &mut Problems) -> Option<OctopusSpec> {
    let known = [
        "server",
        "space",
        "environment",
        "projects",
        "roles",
        "variables",
        "common_variables",
    ];
    let octopus = node.mapping(&known, &[], problems)?;
    let server = octopus.required("server", "name a server of the configuration", problems);
    let server = server.and_then(|node| node.id(problems));
    let space = octopus.required("space", "name a space of that server", problems);
    let space = space.and_then(|node| node.id(problems));
    let remedy = "name the environment of Octopus that is deployed to";
    let environment = octopus.required("environment", remedy, problems);
    let environment = environment.and_then(|node| node.id(problems));
    let projects = read_projects(&octopus, problems);
    let roles = octopus.get("roles").map(|node| node.list(problems));
    let roles = roles.unwrap_or_default();
    let roles = roles.iter().filter_map(|role| read_role(role, problems));
    let roles = roles.collect();
    let variables = read_variables(&octopus, "variables", problems);
    let common_variables = read_variables(&octopus, "common_variables", problems);
    Some(OctopusSpec {
        server: server?,
        space: space?,
        environment: environment?,
        projects: projects?,
        roles,
        variables,
        common_variables,
    })
}

fn read_projects(octopus: &Mapping<'_>, problems: &mut Problems) -> Option<Vec<ProjectName>> {
    let remedy = "list the projects, in the order in which they are to be deployed";
    let node = octopus.required("projects", remedy, problems)?;
    let members = node.list(problems);
    if members.is_empty() && node.value.is_array() {
        problems.push(at(&node.path, "no project is named", "name at least one"));
    }
    members.iter().map(|member| member.id(problems)).collect()
}

/// A role. They travel as one list with commas between them.
fn read_role(node: &Node<'_>, problems: &mut Problems) -> Option<String> {
    let role = node.text(problems)?;
    let fits = (1..=MAX_ROLE_CHARS).contains(&role.chars().count());
    let cause = if !fits || role.trim() != role || role.chars().any(char::is_control) {
        format!("a role has 1 to {MAX_ROLE_CHARS} characters, and no blanks around them")
    } else if role.contains(',') {
        "a role has no comma".to_owned()
    } else if role.to_lowercase().starts_with(OWN_ROLES) {
        format!("roles that begin with {OWN_ROLES} are Bennu's own")
    } else {
        return Some(role.to_owned());
    };
    problems.push(at(&node.path, cause, "give it another name"));
    None
}

/// Values of the tenant's variables, by what declares them: projects or variable sets.
fn read_variables<K: FromStr<Err = IllegalId> + Ord>(
    octopus: &Mapping<'_>,
    key: &str,
    problems: &mut Problems,
) -> BTreeMap<K, BTreeMap<String, ParameterValue>> {
    let mut found = BTreeMap::new();
    let owners = octopus.get(key).map(|node| node.entries(problems));
    for (name, node) in owners.unwrap_or_default() {
        let values = read_settings(&node, problems);
        match name.parse() {
            Ok(owner) => {
                found.insert(owner, values);
            }
            Err(IllegalId { value, kind, rule }) => {
                let cause = format!("{value:?} is no legal {kind}");
                problems.push(at(&node.path, cause, rule));
            }
        }
    }
    found
}
