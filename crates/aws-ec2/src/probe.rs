//! Whether instances may be looked at.

use bennu_aws::call::send;
use bennu_aws::probe::Probe;
use bennu_model::ids::TargetName;
use bennu_ports::{Call, Gate};

use crate::Ec2;

/// No instance has this id.
const NOBODY: &str = "i-00000000000000000";

impl Ec2 {
    /// Whether `call` may be made in a target; `None` for a call that is not EC2's.
    ///
    /// Both are reads. A right on consoles that is bound to tags cannot be told from a missing
    /// one by an instance that is not there, for that has no tags.
    pub async fn probe(&self, gate: &dyn Gate, target: &TargetName, call: Call) -> Option<Probe> {
        if call != Call::DescribeInstances && call != Call::ConsoleOutput {
            return None;
        }
        let client = match self.client(target, call).await {
            Ok(client) => client,
            Err(failure) => return Some(Probe::Unknown(failure.error.message)),
        };
        if call == Call::DescribeInstances {
            let request = client.describe_instances().max_results(5).send();
            return Some(Probe::of_read(send(gate, call, request).await));
        }
        let request = client.get_console_output().instance_id(NOBODY).send();
        Some(match Probe::of_absent(send(gate, call, request).await) {
            Probe::Denied(_) => Probe::NotChecked(
                "it is refused for an instance that is not there, as it is where the right is \
                 bound to tags: see that ec2:GetConsoleOutput is allowed for the instances of \
                 our groups, for without it failed boots are told without their console",
            ),
            other @ (Probe::Allowed | Probe::Unknown(_) | Probe::NotChecked(_)) => other,
        })
    }
}
