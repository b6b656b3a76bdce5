//! Rights on stacks, asked for with a stack that is never there.

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{ChangeSetType, OnFailure, Tag};
use bennu_model::ids::InstallationId;
use bennu_model::names::INSTALLATION_TAG;
use bennu_ports::{Call, Gate};

use super::Probe;
use crate::call::send;

/// A template that CloudFormation refuses before it makes anything: it has no resources.
const NOTHING: &str = "{\"Resources\":{}}";
/// A change set that nobody makes.
const CHANGE_SET: &str = "bennu-doctor";

pub(super) struct Stacks<'a> {
    client: &'a Client,
    gate: &'a dyn Gate,
    installation: &'a InstallationId,
    /// Named like ours, so that rights bound to names hold for it; no environment has this
    /// uid, so no stack has this name.
    name: String,
    role: Option<String>,
}

impl<'a> Stacks<'a> {
    pub(super) fn new(
        client: &'a Client,
        gate: &'a dyn Gate,
        installation: &'a InstallationId,
        role: Option<&str>,
    ) -> Self {
        Self {
            client,
            gate,
            installation,
            name: format!("bennu-{installation}-doctor-{}", super::NOBODY),
            role: role.map(str::to_owned),
        }
    }

    /// A real read: the first page.
    pub(super) async fn list(&self) -> Probe {
        let request = self.client.describe_stacks().send();
        Probe::of_read(send(self.gate, Call::DescribeStacks, request).await)
    }

    pub(super) async fn events(&self) -> Probe {
        let request = self.client.describe_stack_events().stack_name(&self.name);
        Probe::of_absent(send(self.gate, Call::DescribeStackEvents, request.send()).await)
    }

    pub(super) async fn change_set(&self) -> Probe {
        let request = self
            .client
            .describe_change_set()
            .stack_name(&self.name)
            .change_set_name(CHANGE_SET);
        Probe::of_absent(send(self.gate, Call::DescribeChangeSet, request.send()).await)
    }

    /// Nothing is made: the template is refused. An answer that accepted it would be wrong,
    /// and what it made would be an empty stack.
    pub(super) async fn create(&self) -> Probe {
        let request = self
            .client
            .create_stack()
            .stack_name(&self.name)
            .template_body(NOTHING)
            .tags(self.tag())
            .set_role_arn(self.role.clone())
            .on_failure(OnFailure::Delete);
        Probe::of_absent(send(self.gate, Call::CreateStack, request.send()).await)
    }

    /// Nothing is made: there is no stack to change.
    pub(super) async fn create_change_set(&self) -> Probe {
        let request = self
            .client
            .create_change_set()
            .stack_name(&self.name)
            .change_set_name(CHANGE_SET)
            .change_set_type(ChangeSetType::Update)
            .template_body(NOTHING)
            .tags(self.tag())
            .set_role_arn(self.role.clone());
        Probe::of_absent(send(self.gate, Call::CreateChangeSet, request.send()).await)
    }

    pub(super) async fn execute_change_set(&self) -> Probe {
        let request = self
            .client
            .execute_change_set()
            .stack_name(&self.name)
            .change_set_name(CHANGE_SET);
        Probe::of_absent(send(self.gate, Call::ExecuteChangeSet, request.send()).await)
    }

    pub(super) async fn delete_change_set(&self) -> Probe {
        let request = self
            .client
            .delete_change_set()
            .stack_name(&self.name)
            .change_set_name(CHANGE_SET);
        Probe::of_absent(send(self.gate, Call::DeleteChangeSet, request.send()).await)
    }

    pub(super) async fn cancel_update(&self) -> Probe {
        let request = self.client.cancel_update_stack().stack_name(&self.name);
        Probe::of_absent(send(self.gate, Call::CancelUpdateStack, request.send()).await)
    }

    pub(super) async fn continue_rollback(&self) -> Probe {
        let request = self.client.continue_update_rollback();
        let request = request
            .stack_name(&self.name)
            .set_role_arn(self.role.clone());
        Probe::of_absent(send(self.gate, Call::ContinueUpdateRollback, request.send()).await)
    }

    pub(super) async fn roll_back(&self) -> Probe {
        let request = self.client.rollback_stack().stack_name(&self.name);
        let request = request.set_role_arn(self.role.clone());
        Probe::of_absent(send(self.gate, Call::RollbackStack, request.send()).await)
    }

    /// To delete a stack that is not there is a success, and nothing happens.
    pub(super) async fn delete(&self) -> Probe {
        let request = self.client.delete_stack().stack_name(&self.name);
        let request = request.set_role_arn(self.role.clone());
        Probe::of_absent(send(self.gate, Call::DeleteStack, request.send()).await)
    }

    /// Rights to make stacks may be bound to it.
    fn tag(&self) -> Tag {
        let tag = Tag::builder().key(INSTALLATION_TAG);
        tag.value(self.installation.as_str()).build()
    }
}
