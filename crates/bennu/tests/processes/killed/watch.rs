//! What was there at once, and what is there in the end.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;
use tokio::time::sleep;

use crate::stage::{Stage, octopus};

/// How many looks in a row have to show nothing before the story is over.
const QUIET_LOOKS: u32 = 30;
const PAUSE: Duration = Duration::from_millis(50);

/// What was seen while the story was played.
#[derive(Debug, Default)]
pub struct Watched {
    stacks: BTreeSet<String>,
    tenants: BTreeSet<String>,
    most_overrides: usize,
    /// Deployments, as they were seen last.
    deployments: BTreeMap<String, Value>,
}

/// What an undisturbed story leaves: nothing but what everybody shares.
#[derive(Debug, PartialEq)]
pub struct World {
    counts: [usize; 5],
    triggers: Vec<Value>,
    policies: Vec<Value>,
    projects: Vec<Value>,
}

impl Watched {
    /// How many stacks, tenants, and machines that were given a release there were.
    pub fn seen(&self) -> (usize, usize, usize) {
        let served = self.served().len();
        (self.stacks.len(), self.tenants.len(), served)
    }

    /// Everything that was there twice although it was wanted once.
    pub fn twice(&self) -> Vec<String> {
        let mut twice = Vec::new();
        for (what, seen) in [("stacks", &self.stacks), ("tenants", &self.tenants)] {
            if seen.len() > 1 {
                twice.push(format!("{what}: {seen:?}"));
            }
        }
        if self.most_overrides > 1 {
            twice.push(format!("{} overrides at once", self.most_overrides));
        }
        let served = self.served().into_iter();
        let served = served.filter(|(_, ids)| ids.len() > 1);
        twice.extend(served.map(|(key, ids)| format!("{key:?}: {ids:?}")));
        twice
    }

    /// The deployments of each machine and release, but for cancelled ones.
    fn served(&self) -> BTreeMap<(String, String), Vec<&str>> {
        let mut served: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let counted = self.deployments.iter();
        for (id, deployment) in counted.filter(|(_, one)| one["TaskState"] != "Canceled") {
            for machine in machines(deployment) {
                let key = (machine, text(&deployment["ReleaseVersion"]));
                served.entry(key).or_default().push(id.as_str());
            }
        }
        served
    }

    fn look(&mut self, stage: &Stage) {
        let stacks = stage.sim.sim.with(|world| {
            let truths: Vec<_> = world.regions.values().map(|one| one.truth()).collect();
            truths
        });
        let stacks = stacks.iter().filter_map(|one| one["stacks"].as_array());
        self.stacks
            .extend(stacks.flatten().map(|stack| text(&stack["StackId"])));
        let tenants = octopus::documents(stage, "tenants");
        self.tenants
            .extend(tenants.iter().map(|tenant| text(&tenant["Id"])));
        let [.., overrides] = stage.counts();
        self.most_overrides = self.most_overrides.max(overrides);
        for deployment in octopus::documents(stage, "deployments") {
            self.deployments.insert(text(&deployment["Id"]), deployment);
        }
    }
}

/// Looks until nothing is left for a while of what was there.
pub async fn watch(stage: &Stage) -> Watched {
    let mut watched = Watched::default();
    let mut quiet = 0;
    while quiet < QUIET_LOOKS {
        sleep(PAUSE).await;
        watched.look(stage);
        let over = !watched.stacks.is_empty() && stage.counts() == [0; 5];
        quiet = if over { quiet + 1 } else { 0 };
    }
    watched
}

impl World {
    /// As it is now.
    pub fn of(stage: &Stage) -> Self {
        let of = |collection| octopus::documents(stage, collection);
        Self {
            counts: stage.counts(),
            triggers: of("projecttriggers"),
            policies: of("machinepolicies"),
            projects: of("projects"),
        }
    }

    /// How it is not as `other` is.
    pub fn differs(&self, other: &Self) -> Option<String> {
        (self != other).then(|| format!("{self:#?} and not {other:#?}"))
    }
}

/// Those that it was for, and those that it went to.
fn machines(deployment: &Value) -> BTreeSet<String> {
    let lists = ["SpecificMachineIds", "DeployedToMachineIds"];
    let ids = lists.iter().filter_map(|key| deployment[key].as_array());
    ids.flatten().map(text).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
