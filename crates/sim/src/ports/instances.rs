//! [`Instances`] on the simulated EC2.

use async_trait::async_trait;
use bennu_model::ids::TargetName;
use bennu_model::stack::Instance;
use bennu_ports::{Call, Cursor, Gate, Instances, Page, PortError};

use super::aws_refusal::{Effect, operation, struck_or};
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
        let describe = |world: &mut World| {
            struck_or(world, CALL, Effect::Read, |world| {
                world.on(place, |region, m| region.describe_instances(&query, m))
            })
        };
        cross(&self.sim, gate, CALL, operation(CALL), describe).await
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
}
