//! Every instance with its machine and what it runs.

use std::collections::BTreeMap;

use bennu_model::ids::ProjectId;
use bennu_model::spec::{OctopusSpec, Rollout};
use bennu_model::stack::{Group, GroupInstance};
use bennu_model::tenant::Machine;
use bennu_ports::ledger::EnvironmentState;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ReleaseDocument, SeenDocument, seen};

/// An instance that is in a group of the stack; in a stack without groups, a machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InstanceDocument {
    /// `i-…`; a machine's name where that does not tell its instance.
    pub id: String,
    /// Its group; absent in a stack without groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Auto Scaling's word: `Pending`, `InService`, `Terminating`; absent with the group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<String>,
    /// The launch template version or launch configuration that launched it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launched_by: Option<String>,
    /// The release that it should run; absent while that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted_release: Option<String>,
    /// Its machine in Octopus; absent before it is registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<InstanceMachine>,
    /// The release of each project that was last deployed to it, by the project's name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub releases: BTreeMap<String, String>,
    /// Whether it runs what it should in every project; absent where no release is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<bool>,
}

/// An instance's machine in Octopus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InstanceMachine {
    /// Its name.
    pub name: String,
    /// Octopus's word for its health.
    pub health: String,
}

/// How many instances the stack's groups have and want.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CountsDocument {
    /// Coming, and not yet in service.
    pub pending: usize,
    /// In service.
    pub in_service: usize,
    /// As many as the groups want.
    pub desired: i64,
}

/// Every instance; `None` while nobody has looked for them.
pub(super) fn instances(
    state: &EnvironmentState,
    release: Option<&ReleaseDocument>,
) -> Option<SeenDocument<Vec<InstanceDocument>>> {
    let groups = &state.observed.groups;
    groups.began_at?;
    let case = Case::new(state, release);
    Some(seen(groups, |groups| case.instances(groups)))
}

/// How many there are; `None` while no group is seen.
pub(super) fn counts(state: &EnvironmentState) -> Option<CountsDocument> {
    let groups = state.observed.groups.seen.present()?;
    let all = || groups.iter().flat_map(|group| &group.instances);
    let count = |begins: &str| {
        let of_kind = all().filter(|one| one.lifecycle.starts_with(begins));
        of_kind.count()
    };
    (!groups.is_empty()).then(|| CountsDocument {
        pending: count("Pending"),
        in_service: count("InService"),
        desired: groups.iter().map(|group| i64::from(group.desired)).sum(),
    })
}

/// What is known of an environment's machines.
struct Case<'a> {
    state: &'a EnvironmentState,
    release: Option<&'a ReleaseDocument>,
    /// The names of projects, as far as the space tells them.
    names: BTreeMap<&'a ProjectId, &'a str>,
    /// The machines in the environment's own Octopus environment.
    machines: Vec<&'a Machine>,
}

impl<'a> Case<'a> {
    fn new(state: &'a EnvironmentState, release: Option<&'a ReleaseDocument>) -> Self {
        let space = state.observed.space.seen.present();
        let octopus = state.environment.spec.octopus.as_ref();
        let place = space
            .zip(octopus)
            .and_then(|(space, octopus)| space.environments.get(&octopus.environment));
        let machines = state.observed.machines.seen.present();
        let is_here =
            |machine: &&Machine| place.is_some_and(|id| machine.environments.contains(id));
        Self {
            state,
            release,
            names: super::project_names(state),
            machines: machines.into_iter().flatten().filter(is_here).collect(),
        }
    }

    fn instances(&self, groups: &[Group]) -> Vec<InstanceDocument> {
        if groups.is_empty() {
            let heading = self.release.and_then(|release| release.heading.as_ref());
            let wanted = heading.map(|heading| heading.release.clone());
            let each = self.machines.iter();
            return each
                .map(|machine| {
                    let id = machine.instance().unwrap_or(&machine.name).to_owned();
                    self.document(id, Some(machine), wanted.clone())
                })
                .collect();
        }
        let each = groups
            .iter()
            .flat_map(|group| group.instances.iter().map(move |one| (group, one)));
        each.map(|(group, one)| {
            let mut machines = self.machines.iter();
            let machine = machines.find(|machine| machine.instance() == Some(&one.id));
            InstanceDocument {
                group: Some(group.name.clone()),
                lifecycle: Some(one.lifecycle.clone()),
                launched_by: one.launched_by.clone(),
                ..self.document(one.id.clone(), machine.copied(), self.wanted(group, one))
            }
        })
        .collect()
    }

    /// What an instance should run belongs to what launched it, unless machines stay.
    fn wanted(&self, group: &Group, instance: &GroupInstance) -> Option<String> {
        let declared = self.release.map(|release| release.wanted.clone())?;
        match self.state.environment.spec.rollout {
            Rollout::InPlace => Some(declared),
            Rollout::Immutable => {
                let by = instance.launched_by.as_ref()?;
                let key = format!("{}/{by}", group.name);
                self.state.observed.known.launched.get(&key).cloned()
            }
        }
    }

    fn document(
        &self,
        id: String,
        machine: Option<&Machine>,
        wanted_release: Option<String>,
    ) -> InstanceDocument {
        let known = machine.and_then(|one| self.state.observed.known.machines.get(&one.id));
        let serves = known.into_iter().flat_map(|known| &known.serves);
        let releases: BTreeMap<_, _> = serves
            .map(|(project, serving)| {
                let name = self.names.get(project).copied();
                let name = name.unwrap_or(project.as_str());
                (name.to_owned(), serving.version.clone())
            })
            .collect();
        let octopus = self.state.environment.spec.octopus.as_ref();
        let right = |octopus: &OctopusSpec| {
            wanted_release.is_some()
                && octopus
                    .projects
                    .iter()
                    .all(|project| releases.get(project.as_str()) == wanted_release.as_ref())
        };
        InstanceDocument {
            right: octopus.filter(|_| self.release.is_some()).map(right),
            machine: machine.map(|machine| InstanceMachine {
                name: machine.name.clone(),
                health: machine.health.clone(),
            }),
            id,
            group: None,
            lifecycle: None,
            launched_by: None,
            wanted_release,
            releases,
        }
    }
}
