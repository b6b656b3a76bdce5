//! Each target: whose credentials the daemon has there, and each right that it needs.

use std::sync::Arc;

use bennu_aws::probe::Probe;
use bennu_aws::{Aws, OPERATION_TIMEOUT};
use bennu_aws_ec2::Ec2;
use bennu_model::ids::TargetName;
use bennu_ports::Call;
use chrono::TimeDelta;

use super::skew::Here;
use super::{Check, Open, Report};
use crate::config::Config;
use crate::wiring;

/// A `Date` header has whole seconds.
const COARSE: TimeDelta = TimeDelta::seconds(1);

pub(super) async fn look(config: &Config, report: &mut Report) {
    if config.targets.is_empty() {
        let remedy = "name the accounts and regions in [[targets]]; without one no environment \
                      can be declared";
        report.add(Check::warn("targets", "there is none", remedy));
        return;
    }
    let aws = match wiring::aws(config, OPERATION_TIMEOUT) {
        Ok(aws) => Arc::new(aws),
        Err(error) => {
            report.add(Check::fail(
                "targets",
                error,
                "mend what is named in [[targets]]",
            ));
            return;
        }
    };
    let ec2 = Ec2::new(aws.clone());
    for target in &config.targets {
        if identity(&aws, &target.name, report).await {
            rights(&aws, &ec2, &target.name, report).await;
        } else {
            let what = format!("{}: rights", target.name);
            report.add(Check::skip(what, "the credentials cannot be used"));
        }
    }
}

/// Whether there are credentials that AWS takes.
async fn identity(aws: &Aws, target: &TargetName, report: &mut Report) -> bool {
    let what = format!("{target}: credentials");
    let here = Here::now();
    match aws.identity(&Open, target).await {
        Ok(identity) => {
            let who = format!("account {}, {}", identity.account, identity.arn);
            report.add(Check::ok(what, who));
            if let Some(there) = identity.date {
                report.add(here.compare(&format!("{target} (AWS)"), there, COARSE));
            }
            true
        }
        Err(failure) => {
            let remedy = "give the daemon credentials: environment, profile, web identity, \
                          container or instance; where role_arn is set, see that they may assume \
                          that role, and that external_id is what its trust policy asks for";
            report.add(Check::fail(what, failure.error, remedy));
            false
        }
    }
}

async fn rights(aws: &Aws, ec2: &Ec2, target: &TargetName, report: &mut Report) {
    for call in Call::ALL {
        let mut probe = aws.probe(&Open, target, *call).await;
        if probe.is_none() {
            probe = ec2.probe(&Open, target, *call).await;
        }
        if let Some(probe) = probe {
            report.add(told(target, *call, probe));
        }
    }
}

fn told(target: &TargetName, call: Call, probe: Probe) -> Check {
    let what = format!("{target}: {call}");
    match probe {
        Probe::Allowed => Check::ok(what, "allowed"),
        // Only where specs name secrets is it needed, and for those only.
        Probe::Denied(why) if call == Call::GetSecretValue => Check::warn(
            what,
            why,
            "specs that name secrets will wait until the daemon's role may read them; \
             deploy/aws/roles.yaml allows those under bennu/<installation>/",
        ),
        Probe::Denied(why) => Check::fail(
            what,
            why,
            format!(
                "allow {call} in the policy of the daemon's role; deploy/aws/roles.yaml has it"
            ),
        ),
        Probe::Unknown(why) => Check::fail(what, why, hint(call)),
        Probe::NotChecked(why) => Check::skip(what, why),
    }
}

/// What to do about an answer that says nothing about rights.
fn hint(call: Call) -> &'static str {
    let (service, _) = call.service_and_operation();
    if service == "s3" {
        "see that the target's artifact_bucket is there, in the target's region, and that its \
         name is right"
    } else {
        "try again; if it stays, see that this machine reaches AWS, by its proxy if it has one"
    }
}
