//! What a booting instance is and has: files, a console, perhaps a Tentacle.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use super::files::Files;
use super::flags::Flags;
use super::windows::{self, System};
use crate::chance::Chance;
use crate::cloudformation::status::SignalStatus;
use crate::ec2::Instance;
use crate::faults::Faults;
use crate::octopus;
use crate::parameters::Parameters;
use crate::region::Region;
use crate::s3::{Buckets, DEFAULT_REGION};
use crate::secrets::{Secrets, WhichVersion};
use crate::world::Place;

/// How many console lines an instance keeps: EC2 keeps 64 KB, about as much.
const CONSOLE_LINES: usize = 1000;

/// Where the Linux package puts the Tentacle's program.
pub(super) const TENTACLE: &str = "/opt/octopus/tentacle/Tentacle";

/// The world around an instance at one moment.
pub(super) struct Around<'a> {
    pub now: DateTime<Utc>,
    pub parameters: &'a Parameters,
    pub faults: &'a mut Faults,
    pub region: &'a mut Region,
    pub buckets: &'a Buckets,
    pub secrets: &'a Secrets,
    pub octopus: &'a mut octopus::Server,
}

impl Around<'_> {
    /// What a secret of an account and region holds now, by name or ARN.
    ///
    /// # Errors
    /// The text in which the AWS command line tells it: there is no such secret, or no text
    /// in it.
    pub(super) fn secret_at(&self, place: &Place, id: &str) -> Result<String, String> {
        let which = WhichVersion::default();
        let (_, _, version) = (self.secrets.value(place, id, &which, self.now))
            .map_err(|refusal| in_cli_words(refusal.code(), "GetSecretValue", &refusal))?;
        let text = version.value.as_text().map(str::to_owned);
        text.ok_or_else(|| format!("the secret {id} holds no text (SecretString)"))
    }
}

/// How the AWS command line tells that a service refused.
pub(super) fn in_cli_words(code: &str, operation: &str, why: &dyn std::fmt::Display) -> String {
    format!("An error occurred ({code}) when calling the {operation} operation: {why}")
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
    pub files: Files,
    console: VecDeque<(DateTime<Utc>, String)>,
    pub tentacle: Tentacle,
    /// The packages that the boot has installed, as it called them.
    pub packages: BTreeSet<String>,
    /// What Windows keeps beside files.
    pub system: System,
    /// The first signal that was taken.
    pub signalled: Option<SignalStatus>,
    /// Whether a fault lets every program fail but the one that tells of it.
    pub fails: bool,
    /// Which certificate the Tentacle will make.
    seed: u64,
    chance: Chance,
}

/// The deployment agent.
#[derive(Debug, Default)]
pub(super) struct Tentacle {
    /// Whether the boot has installed its program.
    pub is_installed: bool,
    /// Whether it is a service of the operating system.
    pub is_service: bool,
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
            files: Files::default(),
            console: VecDeque::new(),
            tentacle: Tentacle::default(),
            packages: BTreeSet::new(),
            system: System::default(),
            signalled: None,
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

    /// All that is kept of the console, oldest first, and when the last of it was said.
    pub(super) fn console_text(&self) -> (String, Option<DateTime<Utc>>) {
        let mut text = String::new();
        for (at, line) in &self.console {
            // Writing into a text cannot fail.
            let _written = writeln!(text, "{} {line}", at.format("%Y-%m-%dT%H:%M:%SZ"));
        }
        (text, self.console.back().map(|(at, _)| *at))
    }

    /// Where the machine keeps a file: Windows knows it in any case, with either slash.
    pub(super) fn place_of(&self, path: String) -> String {
        if self.system.is_windows {
            windows::disk::key(&path)
        } else {
            path
        }
    }

    /// Whether a file is there that the boot has put there or installed.
    pub(super) fn has_file(&self, path: &str) -> bool {
        self.files.get(path).is_some() || path == TENTACLE && self.tentacle.is_installed
    }

    /// Whether such a file can be run.
    pub(super) fn is_executable(&self, path: &str) -> bool {
        match self.files.get(path) {
            Some(file) => file.mode & 0o111 != 0,
            None => path == TENTACLE && self.tentacle.is_installed,
        }
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

    /// The host name with its domain; the oldest region has one of its own.
    pub(super) fn full_host_name(&self) -> String {
        if self.region == DEFAULT_REGION {
            format!("{}.ec2.internal", self.host_name())
        } else {
            format!("{}.{}.compute.internal", self.host_name(), self.region)
        }
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
