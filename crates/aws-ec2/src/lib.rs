//! EC2 instances behind [`bennu_ports::Instances`].
//!
//! A crate of its own because the EC2 SDK takes minutes to build: whoever works on stacks
//! never waits for it. Targets, credentials and the way to send are those of `bennu_aws`.
//! It reads and nothing else; it starts and ends no instance.

mod console;
mod instances;
mod probe;

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_ec2::Client;
use bennu_aws::{Aws, Failure};
use bennu_model::ids::TargetName;
use bennu_ports::Call;
use tokio::sync::OnceCell;

/// EC2 of all targets.
#[derive(Debug)]
pub struct Ec2 {
    aws: Arc<Aws>,
    clients: BTreeMap<TargetName, OnceCell<Client>>,
}

impl Ec2 {
    /// EC2 of the same targets. Nothing is connected before the first request.
    pub fn new(aws: Arc<Aws>) -> Self {
        let clients = aws
            .target_names()
            .map(|name| (name.clone(), OnceCell::new()))
            .collect();
        Self { aws, clients }
    }

    async fn client(&self, target: &TargetName, call: Call) -> Result<Client, Failure> {
        let build = || async {
            let config = self.aws.sdk_config(target, call).await?;
            Ok(Client::new(&config))
        };
        match self.clients.get(target) {
            Some(client) => client.get_or_try_init(build).await.cloned(),
            // No target of that name: this says so.
            None => build().await,
        }
    }
}
