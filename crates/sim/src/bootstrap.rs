//! What instances do when they boot: they act their user data out.
//!
//! An instance that gets to `running` reads its user data and carries it out, step by
//! step in world time, in the subset of shell and programs that [`shell`] and [`program`]
//! describe. What it does reaches the world where a real instance's deeds would: it reads
//! the stack's metadata and S3, registers a Tentacle with Octopus Deploy, waits until
//! software is deployed to it, and signals its stack. What it cannot act out it says on
//! its console, with the line, and ends.
//!
//! - [`shell`]: scripts become steps; [`frame`]: a script under way; [`expand`], [`builtin`]
//! - [`program`]: what scripts call; [`cfn_init`]: metadata carried out
//! - [`windows`]: what all that is on Windows
//! - [`boot`]: one instance's boot; [`machine`]: what the instance has

mod archive;
mod boot;
mod bucket;
mod builtin;
mod cfn_init;
mod expand;
mod files;
mod flags;
mod frame;
mod machine;
mod program;
mod shell;
mod windows;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use self::boot::Boot;
use self::machine::Around;
use crate::compute::News;
use crate::faults::Faults;
use crate::octopus;
use crate::parameters::Parameters;
use crate::region::Region;
use crate::s3::Buckets;
use crate::schedule::Scheduled;
use crate::secrets::Secrets;
use crate::world::Place;

/// An instance, wherever it is.
type Key = (Place, String);

/// A group, wherever it is.
pub(crate) type GroupKey = (Place, String);

/// The boots of all instances that are to be seen.
#[derive(Debug, Default)]
pub struct Boots {
    boots: Scheduled<Key, Boot>,
}

/// The world beside its regions, at one moment.
pub(crate) struct Setting<'a> {
    pub now: DateTime<Utc>,
    pub seed: u64,
    pub parameters: &'a Parameters,
    pub faults: &'a mut Faults,
    pub buckets: &'a Buckets,
    pub secrets: &'a Secrets,
    pub octopus: &'a mut octopus::Server,
}

impl Boots {
    /// When a boot, or a Tentacle that comes back, goes on by itself.
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        self.boots.next_due()
    }

    /// When a boot goes on that something may wait for.
    pub fn next_of_operations(&self) -> Option<DateTime<Utc>> {
        self.boots.next_by(Boot::goes_on_at)
    }

    /// The newest `most` lines of an instance's console, each with its time.
    pub fn console(&self, place: &Place, instance_id: &str, most: usize) -> Vec<String> {
        let boot = self.boots.get(&(place.clone(), instance_id.to_owned()));
        boot.map_or_else(Vec::new, |boot| boot.machine.console(most))
    }

    /// The whole console of an instance that has begun to boot, and when it last said
    /// something; kept as long as the instance is to be seen.
    pub(crate) fn console_text(
        &self,
        place: &Place,
        instance_id: &str,
    ) -> Option<(String, Option<DateTime<Utc>>)> {
        let boot = self.boots.get(&(place.clone(), instance_id.to_owned()))?;
        Some(boot.machine.console_text())
    }

    /// How far an instance's boot has come, in a word or two; `None` before it runs.
    pub(crate) fn told(&self, place: &Place, instance_id: &str) -> Option<&'static str> {
        let boot = self.boots.get(&(place.clone(), instance_id.to_owned()))?;
        Some(boot.told())
    }

    /// What an instance of a group serves, once it serves anything: the versions by project
    /// that its Tentacle was given, or none for an instance that needs no Tentacle.
    pub(crate) fn serves(
        &self,
        place: &Place,
        instance_id: &str,
        octopus: &octopus::Server,
    ) -> Option<BTreeMap<String, String>> {
        let boot = self.boots.get(&(place.clone(), instance_id.to_owned()))?;
        boot.serves(octopus)
    }

    /// The groups that have Tentacles.
    pub(crate) fn groups_with_tentacles(&self) -> BTreeSet<GroupKey> {
        let boots = self.boots.iter();
        let with = boots.filter(|(_, boot)| boot.machine.tentacle.thumbprint.is_some());
        with.filter_map(|((place, _), boot)| Some((place.clone(), boot.group.clone()?)))
            .collect()
    }

    /// Plays all boots up to now; tells the places whose stacks were signalled and the
    /// groups whose service may have changed.
    pub(crate) fn run_due(
        &mut self,
        regions: &mut BTreeMap<Place, Region>,
        setting: &mut Setting<'_>,
    ) -> (BTreeSet<Place>, BTreeSet<GroupKey>) {
        let (mut heard, mut groups) = (BTreeSet::new(), BTreeSet::new());
        for (place, region) in regions.iter_mut() {
            for news in std::mem::take(&mut region.compute.news) {
                if self.hear(place, region, news, setting) {
                    heard.insert(place.clone());
                }
            }
            let touched = std::mem::take(&mut region.compute.touched);
            groups.extend(touched.into_iter().map(|group| (place.clone(), group)));
        }
        self.strike(setting, &mut groups);
        for key in self.boots.take_due(setting.now, false) {
            let Some(region) = regions.get_mut(&key.0) else {
                continue;
            };
            self.boots.act(&key, |boot| {
                let before = (boot.machine.signalled, boot.machine.tentacle.answers());
                boot.run_due(&mut around(region, setting));
                let after = (boot.machine.signalled, boot.machine.tentacle.answers());
                if before.0 != after.0 {
                    heard.insert(key.0.clone());
                }
                if before != after
                    && let Some(group) = &boot.group
                {
                    groups.insert((key.0.clone(), group.clone()));
                }
            });
        }
        (heard, groups)
    }

    /// Takes in what became of an instance; tells whether it has signalled.
    fn hear(
        &mut self,
        place: &Place,
        region: &mut Region,
        news: News,
        setting: &mut Setting<'_>,
    ) -> bool {
        match news {
            News::Runs(id) => {
                if let Some(instance) = region.compute.instances.get(&id) {
                    let boot = Boot::begin(instance, place, setting);
                    self.boots.insert((place.clone(), id), boot);
                }
                false
            }
            News::GoesDown(id) => {
                let Some(boot) = self.boots.get_mut(&(place.clone(), id)) else {
                    return false;
                };
                let before = boot.machine.signalled;
                boot.end(&mut around(region, setting));
                before != boot.machine.signalled
            }
            News::Returns(id) => {
                let boot = self.boots.get_mut(&(place.clone(), id));
                if let Some(boot) = boot {
                    boot.returns(&mut around(region, setting));
                    let group = boot.group.clone();
                    region.compute.touched.extend(group);
                }
                false
            }
            News::Vanished(id) => {
                self.boots.remove(&(place.clone(), id));
                false
            }
        }
    }

    /// Nobody follows which boots have changed.
    pub(crate) fn forget_changes(&mut self) {
        self.boots.take_changed();
    }

    /// Lets Tentacles die that a fault names.
    fn strike(&mut self, setting: &mut Setting<'_>, groups: &mut BTreeSet<GroupKey>) {
        if !setting.faults.is_on("tentacle_dies") {
            return;
        }
        let answering = (self.boots.iter()).filter(|(_, boot)| boot.machine.tentacle.answers());
        let answering: Vec<Key> = answering.map(|(key, _)| key.clone()).collect();
        for key in answering {
            let (place, id) = &key;
            let Some(boot) = self.boots.get(&key) else {
                continue;
            };
            let fault = (setting.faults).take_once("tentacle_dies", &boot.spot, id);
            if let Some(fault) = fault
                && let Some(boot) = self.boots.get_mut(&key)
            {
                boot.tentacle_dies(&fault, setting);
                groups.extend(boot.group.clone().map(|group| (place.clone(), group)));
            }
        }
    }
}

fn around<'a>(region: &'a mut Region, setting: &'a mut Setting<'_>) -> Around<'a> {
    Around {
        now: setting.now,
        parameters: setting.parameters,
        faults: setting.faults,
        region,
        buckets: setting.buckets,
        secrets: setting.secrets,
        octopus: setting.octopus,
    }
}
