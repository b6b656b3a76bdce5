//! `[budgets]`: how many calls a second may go to what each provider meters, all replicas
//! together. People, instances and other programs need the same quotas: each default is about
//! three quarters of what the provider allows, or stays well below it.

use std::collections::BTreeMap;
use std::time::Duration;

use bennu_engine::budget::{Limits, allowance};
use serde::Deserialize;

use super::TargetConfig;

/// AWS publishes no number. A fleet was seen to be throttled at 8 to 10 calls a second in one
/// account and region (aws/aws-cdk-cli, issue 1709): three quarters of the lower one.
const CLOUDFORMATION: f64 = 6.0;
/// 20 a second for each operation, with 100 at once: the quota of described reads.
const EC2: f64 = 15.0;
/// AWS publishes no number; one bucket for all its operations. A sweep needs a call a minute
/// for each hundred groups.
const AUTOSCALING: f64 = 5.0;
/// Thousands a second for each prefix: the budget only keeps a defect from costing money.
const S3: f64 = 100.0;
/// Hundreds a second; one call in many sweeps is ours.
const STS: f64 = 10.0;
/// Thousands a second.
const SECRETS_MANAGER: f64 = 50.0;
/// 200 a minute for each user since 2026.3, with 200 at once: three quarters.
const OCTOPUS: f64 = 2.5;

/// What may be asked of a meter at once after a rest: what comes in within this time, in the
/// proportion in which the provider's own bucket is larger than its rate.
const EC2_REST: Duration = Duration::from_secs(5);
/// As [`EC2_REST`]: a minute's calls.
const OCTOPUS_REST: Duration = Duration::from_secs(60);
/// Where no bucket is published.
const REST: Duration = Duration::from_secs(2);

/// Below one call in ten seconds a sweep takes longer than its period.
const LEAST: f64 = 0.1;
/// More than any provider allows: somebody meant calls a minute, or a day.
const MOST: f64 = 10_000.0;

/// Calls a second by what is metered.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
#[serde(default, deny_unknown_fields)]
pub struct BudgetsConfig {
    /// In each account and region.
    pub cloudformation: f64,
    /// In each account and region, for each operation.
    pub ec2: f64,
    /// In each account and region.
    pub autoscaling: f64,
    /// In each account and region.
    pub s3: f64,
    /// In each account and region.
    pub sts: f64,
    /// In each account and region.
    pub secretsmanager: f64,
    /// On each server.
    pub octopus: f64,
}

impl Default for BudgetsConfig {
    fn default() -> Self {
        Self {
            cloudformation: CLOUDFORMATION,
            ec2: EC2,
            autoscaling: AUTOSCALING,
            s3: S3,
            sts: STS,
            secretsmanager: SECRETS_MANAGER,
            octopus: OCTOPUS,
        }
    }
}

impl BudgetsConfig {
    /// What is wrong.
    pub(super) fn problems(&self) -> Vec<String> {
        let wrong = self.rates().into_iter();
        let wrong = wrong.filter(|(_, rate, _)| !(LEAST..=MOST).contains(rate));
        let mut found: Vec<_> = wrong
            .map(|(key, rate, _)| {
                let key = key.split(':').next().unwrap_or(key);
                format!("budgets.{key} is {rate}: give calls a second, from {LEAST} to {MOST}")
            })
            .collect();
        found.dedup();
        found
    }

    /// For the engine. A world that runs `pace` times as fast answers so many times as much.
    pub fn limits(&self, targets: &[TargetConfig], pace: f64) -> Limits {
        let allowances = self.rates().into_iter().map(|(metered, rate, rest)| {
            let allowed = allowance(rate * pace, rest.div_f64(pace));
            (metered, allowed)
        });
        let accounts = targets
            .iter()
            .map(|target| (target.name.clone(), account(target)));
        Limits {
            allowances: allowances.collect(),
            accounts: accounts.collect::<BTreeMap<_, _>>(),
        }
    }

    fn rates(&self) -> [(&'static str, f64, Duration); 8] {
        [
            ("cloudformation", self.cloudformation, REST),
            ("ec2:DescribeInstances", self.ec2, EC2_REST),
            ("ec2:GetConsoleOutput", self.ec2, EC2_REST),
            ("autoscaling", self.autoscaling, REST),
            ("s3", self.s3, REST),
            ("sts", self.sts, REST),
            ("secretsmanager", self.secretsmanager, REST),
            ("octopus", self.octopus, OCTOPUS_REST),
        ]
    }
}

/// The account out of the role's ARN. Without a role it is the daemon's own.
fn account(target: &TargetConfig) -> String {
    let role = target.role_arn.as_deref().unwrap_or_default();
    let account = role.split(':').nth(4).filter(|account| !account.is_empty());
    format!("{}/{}", account.unwrap_or("own"), target.region)
}

#[cfg(test)]
mod tests {
    use bennu_ports::Call;

    use super::*;
    use crate::config::Config;

    fn read(text: &str) -> Result<Config, String> {
        let read = Config::read("bennu.toml", text, &BTreeMap::new());
        read.map_err(|error| error.to_string())
    }

    #[test]
    fn every_call_has_a_budget() {
        let limits = BudgetsConfig::default().limits(&[], 1.0);
        for call in Call::ALL {
            assert!(limits.allowances.contains_key(call.metered_as()), "{call}");
        }
    }

    #[test]
    fn a_budget_that_makes_no_sense_is_refused_once() {
        let error = read("[budgets]\nec2 = 0.0\noctopus = 1e6").unwrap_err();
        assert_eq!(error.matches("budgets.ec2 is 0:").count(), 1, "{error}");
        assert!(error.contains("budgets.octopus is 1000000:"), "{error}");
        assert!(read("[budgets]\nec2 = nan").is_err());
        assert!(read("[budgets]\nsqs = 1.0").is_err());
    }

    #[test]
    fn targets_of_one_account_and_region_share_their_budgets() {
        let target = |name: &str, role: &str| {
            format!("[[targets]]\nname = \"{name}\"\nregion = \"eu-west-1\"\n{role}\n")
        };
        let role = "role_arn = \"arn:aws:iam::123456789012:role/bennu\"";
        let other = "role_arn = \"arn:aws:iam::123456789012:role/other\"";
        let text = [target("a", role), target("b", other), target("c", "")].concat();
        let config = read(&text).unwrap();
        let limits = config.budgets.limits(&config.targets, 1.0);
        let accounts: Vec<_> = limits.accounts.into_values().collect();
        let shared = "123456789012/eu-west-1";
        assert_eq!(accounts, [shared, shared, "own/eu-west-1"]);
    }

    #[test]
    fn a_fast_world_has_fast_meters_of_the_same_depth() {
        let of = |pace| BudgetsConfig::default().limits(&[], pace).allowances["octopus"];
        assert_eq!((of(1.0).per_second, of(1.0).burst), (2.5, 150.0));
        assert_eq!((of(60.0).per_second, of(60.0).burst), (150.0, 150.0));
    }
}
