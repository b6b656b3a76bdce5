//! [`Instances`] on the simulated EC2.

use async_trait::async_trait;
use bennu_model::ids::TargetName;
use bennu_model::stack::Instance;
use bennu_ports::{Call, Cursor, Gate, Instances, Page, PortError};

use super::aws_refusal::{Effect, spot, struck_or};
use super::crossing::cross;
use super::infrastructure::{SimTargets, find, if_there, views};
use crate::World;
use crate::cloudformation::answer;
use crate::doors::serve::Sim;
use crate::ec2::{self, Filter, InstanceQuery};

const CALL: Call = Call::DescribeInstances;

/// A world's EC2, as a port.
#[derive(Debug)]
pub struct SimInstances {
    sim: Sim,
    targets: SimTargets,
}

impl SimInstances {
    /// Lets specs reach the places of `targets`.
    pub fn new(sim: Sim, targets: SimTargets) -> Self {
        Self { sim, targets }
    }

    async fn describe(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        query: InstanceQuery,
    ) -> Result<answer::Page<ec2::Instance>, PortError> {
        let place = &find(&self.targets, CALL, target)?.place;
        let spot = spot(CALL, place);
        let describe = |world: &mut World| {
            struck_or(world, CALL, &spot, Effect::Read, |world| {
                world.on(place, |region, m| region.describe_instances(&query, m))
            })
        };
        cross(&self.sim, gate, CALL, |_| spot.clone(), describe).await
    }
}

#[async_trait]
impl Instances for SimInstances {
    async fn list_instances(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        tag: &str,
        values: &[String],
        from: Option<Cursor>,
    ) -> Result<Page<Instance>, PortError> {
        if values.is_empty() {
            return Ok(Page {
                items: Vec::new(),
                next: None,
            });
        }
        let filter = Filter {
            name: format!("tag:{tag}"),
            values: values.to_vec(),
        };
        let query = InstanceQuery {
            filters: vec![filter],
            next_token: from.map(|cursor| cursor.0),
            ..InstanceQuery::default()
        };
        views::page(
            CALL,
            self.describe(gate, target, query).await?,
            views::instance,
        )
    }

    async fn instance(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        id: &str,
    ) -> Result<Option<Instance>, PortError> {
        let query = InstanceQuery {
            instance_ids: vec![id.to_owned()],
            ..InstanceQuery::default()
        };
        let Some(page) = if_there(self.describe(gate, target, query).await)? else {
            return Ok(None);
        };
        Ok(views::page(CALL, page, views::instance)?
            .items
            .into_iter()
            .next())
    }

    async fn console(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        id: &str,
    ) -> Result<Option<String>, PortError> {
        const CALL: Call = Call::ConsoleOutput;
        let place = &find(&self.targets, CALL, target)?.place;
        let spot = spot(CALL, place);
        let read = |world: &mut World| {
            struck_or(world, CALL, &spot, Effect::Read, |world| {
                world.console_output(place, id)
            })
        };
        let read = cross(&self.sim, gate, CALL, |_| spot.clone(), read).await;
        Ok(if_there(read)?.and_then(|output| output.text))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use bennu_model::action::{InfrastructureAction, StackInput};
    use bennu_model::desired::TemplateBody;
    use bennu_model::ids::Token;
    use bennu_model::names::digest_of;
    use bennu_model::outcome::Outcome;
    use bennu_ports::{Infrastructure as _, PortErrorKind};
    use bytes::Bytes;

    use super::*;
    use crate::doors::serve::{Options, serve};
    use crate::ports::{LoggingGate, SimInfrastructure, SimTarget};
    use crate::world::{DEFAULT_ACCOUNT, Place};

    const TEMPLATE: &str = r##"{"Resources": {
        "Launch": {"Type": "AWS::AutoScaling::LaunchConfiguration",
            "Properties": {"ImageId": "ami-12345678", "InstanceType": "t3.micro",
                "UserData": {"Fn::Base64": "#!/bin/sh\necho hello\n"}}},
        "Group": {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": {
            "MinSize": "2", "MaxSize": "2", "AvailabilityZones": ["us-east-1a"],
            "LaunchConfigurationName": {"Ref": "Launch"},
            "Tags": [{"Key": "whose", "Value": "ours", "PropagateAtLaunch": true}]}}}}"##;

    #[tokio::test]
    async fn instances_are_found_by_tag_and_by_id_and_say_what_they_did() {
        let running = serve(Options::default()).await.unwrap();
        let place = Place {
            account: DEFAULT_ACCOUNT.to_owned(),
            region: "us-east-1".to_owned(),
        };
        let target = TargetName::new("dev").unwrap();
        let meant = SimTarget {
            place: place.clone(),
            artifact_bucket: None,
        };
        let targets = SimTargets::from([(target.clone(), meant)]);
        let gate = LoggingGate::default();
        let create = InfrastructureAction::CreateStack {
            name: "shop".parse().unwrap(),
            input: StackInput {
                body: TemplateBody::Inline(digest_of(TEMPLATE.as_bytes())),
                parameters: BTreeMap::new(),
                capabilities: BTreeSet::new(),
                tags: BTreeMap::new(),
            },
            token: Token::new("create").unwrap(),
        };
        let stacks = SimInfrastructure::new(running.sim.clone(), targets.clone());
        let content = Some(Bytes::from_static(TEMPLATE.as_bytes()));
        let begun = stacks.begin(&gate, &target, &create, content).await;
        assert!(matches!(begun, Outcome::Accepted(Some(_))), "{begun:?}");
        running.sim.with(World::settle);

        let port = SimInstances::new(running.sim.clone(), targets);
        let by_tag = async |values: &[String]| {
            let page = port.list_instances(&gate, &target, "whose", values, None);
            page.await.unwrap().items
        };
        let ours = by_tag(&["ours".to_owned(), "anyone's".to_owned()]).await;
        assert_eq!(ours.len(), 2, "{ours:?}");
        assert!(ours.iter().all(|one| one.state == "running"), "{ours:?}");
        assert_eq!(by_tag(&["theirs".to_owned()]).await, []);
        let first = port.instance(&gate, &target, &ours[0].id).await.unwrap();
        assert_eq!(first.as_ref(), Some(&ours[0]));
        let nobody = port.instance(&gate, &target, "i-00000000000000000");
        assert_eq!(nobody.await.unwrap(), None);
        let log = gate.log();
        assert_eq!(log.last().unwrap(), "after ec2:DescribeInstances: NotFound");

        let said = port.console(&gate, &target, &ours[0].id).await.unwrap();
        assert!(said.unwrap().contains("hello"));
        let nobody = port.console(&gate, &target, "i-00000000000000000");
        assert_eq!(nobody.await.unwrap(), None);

        let arn = running
            .sim
            .with(|world| world.put_secret(&place, "key", "hunter2"));
        let found = stacks.secret(&gate, &target, &arn).await.unwrap();
        assert_eq!(found.expose(), "hunter2");
        let absent = stacks.secret(&gate, &target, "other").await.unwrap_err();
        assert_eq!(absent.kind, PortErrorKind::NotFound);
    }
}
