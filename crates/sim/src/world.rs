//! The one truth: every simulated thing, and the order in which time moves it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::bootstrap::{Boots, Setting};
use crate::faults::Faults;
use crate::history::History;
use crate::octopus;
use crate::parameters::Parameters;
use crate::region::Region;
use crate::s3::Buckets;
use crate::secrets::{SecretError, SecretValue, Secrets, WhichVersion};
use crate::trace::{Digests, Positions, Trace};

/// The account that calls belong to when their credentials name no other.
pub const DEFAULT_ACCOUNT: &str = "123456789012";

/// The moment at which a world begins unless told otherwise: 2026-01-01T00:00:00Z.
pub fn default_start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600, 0).unwrap_or_default()
}

/// Where an AWS thing lives: account and region tell worlds apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Twelve digits.
    pub account: String,
    /// For example `ap-southeast-2`.
    pub region: String,
}

/// Something that time moves: it knows when it wants to act next, and acts.
///
/// Guarantees expected of an implementation: `run_due(now)` does all that was due
/// at or before `now`, and afterwards `next_due()` is later than `now` or `None`.
pub trait Timed {
    /// The moment of the next change that will come by itself.
    fn next_due(&self) -> Option<DateTime<Utc>>;
    /// Makes every change that is due at `now`.
    fn run_due(&mut self, now: DateTime<Utc>, parameters: &Parameters, faults: &mut Faults);
}

/// What an operation needs to know of the world around its region.
#[derive(Debug)]
pub struct Moment<'a> {
    /// The world's time.
    pub now: DateTime<Utc>,
    /// The numbers that the providers do not publish.
    pub parameters: &'a Parameters,
    /// What goes wrong on purpose.
    pub faults: &'a mut Faults,
}

/// What the stacks of a region reach beyond it.
#[derive(Debug)]
pub struct Stores<'a> {
    /// Where templates of nested stacks come from.
    pub buckets: &'a Buckets,
    /// What dynamic references are resolved from, and stacks put secrets into.
    pub secrets: &'a mut Secrets,
    /// The address, host and port, under which a client reached this world last: what URLs
    /// that are made here begin with. `None` when nobody came over HTTP.
    pub address: Option<&'a str>,
}

/// The simulated providers at one moment.
#[derive(Debug)]
pub struct World {
    /// The moment up to which the world has been played.
    pub now: DateTime<Utc>,
    /// Where all chance comes from.
    pub seed: u64,
    /// The numbers that the providers do not publish.
    pub parameters: Parameters,
    /// What goes wrong on purpose.
    pub faults: Faults,
    /// Whether each call is played to the end of what it began.
    pub instant: bool,
    /// The host and port under which a client reached this world last.
    pub address: Option<String>,
    /// The CloudFormation, Auto Scaling and EC2 of each place, made on first use.
    pub regions: BTreeMap<Place, Region>,
    /// S3, which is one for all places.
    pub buckets: Buckets,
    /// Secrets Manager of every place.
    pub secrets: Secrets,
    /// Octopus Deploy.
    pub octopus: octopus::Server,
    /// What instances do as they boot.
    pub boots: Boots,
    /// Who served, and when.
    pub history: History,
    /// What happened, line by line.
    pub trace: Trace,
    /// How much of each region stands in the trace.
    traced: BTreeMap<Place, Positions>,
}

impl World {
    /// A world at `start`: AWS is empty, Octopus Deploy as it is installed.
    pub fn new(seed: u64, start: DateTime<Utc>, parameters: Parameters) -> Self {
        Self {
            now: start,
            seed,
            parameters,
            faults: Faults::new(seed, start),
            instant: false,
            address: None,
            regions: BTreeMap::new(),
            buckets: Buckets::default(),
            secrets: Secrets::new(seed),
            octopus: octopus::Server::new(seed),
            boots: Boots::default(),
            history: History::default(),
            trace: Trace::default(),
            traced: BTreeMap::new(),
        }
    }

    /// Forgets everything that happened; time, seed, parameters, assumptions and mode stay.
    pub fn reset(&mut self) {
        let parameters = self.parameters.clone();
        let assumptions = self.octopus.assumptions.clone();
        *self = Self {
            instant: self.instant,
            address: self.address.take(),
            ..Self::new(self.seed, self.now, parameters)
        };
        self.octopus.assumptions = assumptions;
    }

    /// Gives a secret of `place` this text, whether or not it was there; tells its ARN. An
    /// ARN instead of a name makes the secret of just this ARN.
    pub fn put_secret(&mut self, place: &Place, name: &str, value: &str) -> String {
        let value = SecretValue::text(value);
        self.secrets.ensure(place, name, value, self.now)
    }

    /// The text that a secret of `place` holds, by name or ARN; `None` for a secret that
    /// holds no text.
    ///
    /// # Errors
    /// There is no such secret, or it is marked for deletion.
    pub fn secret(&self, place: &Place, id: &str) -> Result<Option<&str>, SecretError> {
        let which = WhichVersion::default();
        let (_, _, version) = self.secrets.value(place, id, &which, self.now)?;
        Ok(version.value.as_text())
    }

    /// Plays all changes up to `now`, in the order of their moments. Time does not go back.
    pub fn advance_to(&mut self, now: DateTime<Utc>) {
        while let Some(due) = self.next_due().filter(|due| *due <= now) {
            self.play(due);
        }
        self.now = self.now.max(now);
        self.faults.move_to(self.now);
        // A fault that was switched on meanwhile strikes at once.
        self.follow(false);
        self.note();
    }

    /// Jumps from change to change until no operation is under way.
    pub fn settle(&mut self) {
        loop {
            let regions = self.regions.values().filter_map(Region::next_of_operations);
            let Some(due) = regions.chain(self.boots.next_of_operations()).min() else {
                return;
            };
            self.advance_to(due);
        }
    }

    /// Calls an operation of AWS at `place`, with all that follows of it at once.
    ///
    /// In instant mode the world is settled before this returns.
    pub fn on<T>(
        &mut self,
        place: &Place,
        operation: impl FnOnce(&mut Region, &mut Moment<'_>) -> T,
    ) -> T {
        let seed = self.seed;
        let region =
            (self.regions.entry(place.clone())).or_insert_with(|| Region::new(place.clone(), seed));
        let mut moment = Moment {
            now: self.now,
            parameters: &self.parameters,
            faults: &mut self.faults,
        };
        region.look(self.now, &self.parameters);
        let answer = operation(region, &mut moment);
        // Whatever it was: stacks may wait for what it has done.
        region.compute.changed = true;
        let mut stores = Stores {
            buckets: &self.buckets,
            secrets: &mut self.secrets,
            address: self.address.as_deref(),
        };
        region.run_due(&mut moment, &mut stores);
        self.follow(false);
        self.note();
        if self.instant {
            self.settle();
        }
        answer
    }

    /// The moment of the next change that will come by itself.
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        let regions = self.regions.values().filter_map(Region::next_due);
        let others = [
            self.boots.next_due(),
            self.octopus.next_due(),
            self.faults.next_due(),
        ];
        regions.chain(others.into_iter().flatten()).min()
    }

    fn play(&mut self, due: DateTime<Utc>) {
        self.now = self.now.max(due);
        self.faults.move_to(self.now);
        let places: Vec<Place> = self.regions.keys().cloned().collect();
        places.iter().for_each(|place| self.run_region(place));
        self.follow(false);
        self.octopus
            .run_due(self.now, &self.parameters, &mut self.faults);
        if self.octopus.take_installed() {
            self.follow(true);
        }
        self.note();
    }

    /// What this world did so far comes to: the same seed and the same calls at the same
    /// moments give the same.
    pub fn trace_digest(&mut self) -> Digests {
        self.note();
        self.trace.digests()
    }

    /// Writes down what is new.
    fn note(&mut self) {
        for (place, region) in &mut self.regions {
            let positions = self.traced.entry(place.clone()).or_default();
            self.trace.watch(self.now, place, region, positions);
        }
        for (at, subject, text) in self.octopus.take_news() {
            self.trace.write(at, subject, text);
        }
        self.trace.watch_faults(self.faults.take_news());
        self.boots.forget_changes();
    }

    /// Plays one region up to now.
    fn run_region(&mut self, place: &Place) {
        let Some(region) = self.regions.get_mut(place) else {
            return;
        };
        let mut moment = Moment {
            now: self.now,
            parameters: &self.parameters,
            faults: &mut self.faults,
        };
        let mut stores = Stores {
            buckets: &self.buckets,
            secrets: &mut self.secrets,
            address: self.address.as_deref(),
        };
        region.run_due(&mut moment, &mut stores);
    }

    /// Lets instances do what follows for them, and writes down what that changed.
    ///
    /// `deployed`: Octopus may have put software on any of them.
    fn follow(&mut self, deployed: bool) {
        let mut groups = BTreeSet::new();
        loop {
            let mut setting = Setting {
                now: self.now,
                seed: self.seed,
                parameters: &self.parameters,
                faults: &mut self.faults,
                buckets: &self.buckets,
                secrets: &self.secrets,
                octopus: &mut self.octopus,
            };
            let (heard, touched) = self.boots.run_due(&mut self.regions, &mut setting);
            groups.extend(touched);
            if heard.is_empty() {
                break;
            }
            heard.iter().for_each(|place| self.run_region(place));
        }
        if deployed {
            groups.extend(self.boots.groups_with_tentacles());
        }
        for group in groups {
            self.history
                .look(self.now, group, &self.regions, &self.boots, &self.octopus);
        }
    }
}
