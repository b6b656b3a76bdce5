//! What a booting instance is and has: files, a console, perhaps a Tentacle.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};

use super::flags::Flags;
use crate::chance::Chance;
use crate::cloudformation::status::SignalStatus;
use crate::ec2::Instance;
use crate::faults::Faults;
use crate::octopus;
use crate::parameters::Parameters;
use crate::region::Region;
use crate::s3::{Buckets, DEFAULT_REGION};

/// How many console lines an instance keeps: EC2 keeps 64 KB, about as much.
const CONSOLE_LINES: usize = 1000;

/// The world around an instance at one moment.
pub(super) struct Around<'a> {
    pub now: DateTime<Utc>,
    pub parameters: &'a Parameters,
    pub faults: &'a mut Faults,
    pub region: &'a mut Region,
    pub buckets: &'a Buckets,
    pub octopus: &'a mut octopus::Server,
}

/// The inside of an instance.
#[derive(Debug)]
pub(super) struct Machine {
    pub id: String,
    pub instance_type: String,
    pub availability_zone: String,
    pub private_ip: String,
    pub region: String,
    pub account: String,
    /// Contents by path, of what the boot put there.
    pub files: BTreeMap<String, String>,
    console: VecDeque<(DateTime<Utc>, String)>,
    pub tentacle: Tentacle,
    /// The first signal that was taken.
    pub signalled: Option<SignalStatus>,
    pub began: DateTime<Utc>,
    /// Whether a fault lets every program fail but the one that tells of it.
    pub fails: bool,
    /// Which certificate the Tentacle will make.
    seed: u64,
    chance: Chance,
}

/// The deployment agent.
#[derive(Debug, Default)]
pub(super) struct Tentacle {
    /// By instance name: the thumbprint, once there is a certificate.
    pub instances: BTreeMap<String, Option<String>>,
    /// Of the certificate that was registered or serves.
    pub thumbprint: Option<String>,
    /// Whether its process runs.
    pub runs: bool,
    /// Whether a fault has stopped it.
    pub dead: bool,
    /// When it comes back by itself.
    pub back_at: Option<DateTime<Utc>>,
    /// How the configuration says that it talks: without a listener it polls.
    pub listens: bool,
}

impl Tentacle {
    /// Whether the server reaches it.
    pub(super) fn answers(&self) -> bool {
        self.runs && !self.dead
    }
}

impl Machine {
    pub(super) fn new(instance: &Instance, account: &str, region: &str, seed: u64) -> Self {
        Self {
            id: instance.id.clone(),
            instance_type: instance.specification.instance_type.clone(),
            availability_zone: instance.availability_zone.clone(),
            private_ip: instance.private_ip_address.clone(),
            region: region.to_owned(),
            account: account.to_owned(),
            files: BTreeMap::new(),
            console: VecDeque::new(),
            tentacle: Tentacle::default(),
            signalled: None,
            began: instance.due,
            fails: false,
            seed,
            chance: Chance::new(seed, &format!("boot {}", instance.id)),
        }
    }

    /// Writes lines on the console.
    pub(super) fn say(&mut self, now: DateTime<Utc>, text: &str) {
        for line in text.lines() {
            if self.console.len() == CONSOLE_LINES {
                self.console.pop_front();
            }
            self.console.push_back((now, line.to_owned()));
        }
    }

    /// The newest lines, each with its time, oldest first.
    pub(super) fn console(&self, most: usize) -> Vec<String> {
        let skipped = self.console.len().saturating_sub(most);
        let lines = self.console.iter().skip(skipped);
        lines
            .map(|(at, text)| format!("{} {text}", at.format("%Y-%m-%dT%H:%M:%SZ")))
            .collect()
    }

    /// A span of about `amount_s` seconds, moved by this instance's own chance.
    pub(super) fn about(&mut self, amount_s: f64, parameters: &Parameters) -> f64 {
        let span = parameters.span(amount_s, self.chance.fraction());
        span.as_seconds_f64()
    }

    /// The host name, as EC2 gives it.
    pub(super) fn host_name(&self) -> String {
        format!("ip-{}", self.private_ip.replace('.', "-"))
    }

    /// A fresh certificate's thumbprint: 40 capital hexadecimal digits, of this world's seed
    /// and this instance.
    pub(super) fn certificate(&self, tentacle: &str) -> String {
        let part = format!("certificate {} {tentacle}", self.id);
        Chance::new(self.seed, &part).hex(40).to_uppercase()
    }

    /// The address that a polling Tentacle gives itself.
    pub(super) fn subscription(&self, tentacle: &str) -> String {
        let part = format!("subscription {} {tentacle}", self.id);
        let name = Chance::new(self.seed, &part).suffix(20).to_lowercase();
        format!("poll://{name}/")
    }

    /// What a secret holds: a text of this world's own, the same for each reader.
    pub(super) fn secret(&self, id: &str) -> String {
        format!(
            "simulated-{}",
            Chance::new(self.seed, &format!("secret {id}")).hex(24)
        )
    }

    /// The tools ask one region, the oldest unless told; a stack of another is not there.
    ///
    /// # Errors
    /// It is not this instance's.
    pub(super) fn expect_region(&self, flags: &Flags, stack: &str) -> Result<(), String> {
        let region = flags.value("--region").unwrap_or(DEFAULT_REGION);
        if region == self.region {
            return Ok(());
        }
        Err(format!("Stack '{stack}' does not exist in {region}"))
    }

    /// The Tentacle instance that a command means.
    pub(super) fn tentacle_name(flags: &Flags) -> String {
        flags.value("--instance").unwrap_or("Tentacle").to_owned()
    }
}
