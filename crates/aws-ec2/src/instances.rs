//! Instances, as described.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_ec2::types::{Filter, Instance as Described, Reservation};
use bennu_aws::call::{send, unreadable};
use bennu_aws::{Failure, date_time};
use bennu_model::ids::TargetName;
use bennu_model::stack::Instance;
use bennu_ports::{Call, Cursor, Gate, Instances, Page, PortError};

use crate::{Ec2, console};

const CALL: Call = Call::DescribeInstances;

/// The most that one page can hold. Paged and filtered calls have a larger budget of their
/// own than those that are neither.
const PAGE: i32 = 1_000;

/// The most values that one filter takes.
const FILTER_VALUES: usize = 200;

#[async_trait]
impl Instances for Ec2 {
    async fn list_instances(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        tag: &str,
        values: &[String],
        from: Option<Cursor>,
    ) -> Result<Page<Instance>, PortError> {
        let place = from.map_or(Some(Place::default()), |cursor| Place::read(&cursor));
        let place = place.ok_or_else(|| unreadable(CALL, "this cursor is none of ours"))?;
        let Some(some) = values.chunks(FILTER_VALUES).nth(place.chunk) else {
            return Ok(Page {
                items: Vec::new(),
                next: None,
            });
        };
        let filter = Filter::builder()
            .name(format!("tag:{tag}"))
            .set_values(Some(some.to_vec()))
            .build();
        let request = self
            .client(target, CALL)
            .await?
            .describe_instances()
            .filters(filter)
            .max_results(PAGE)
            .set_next_token(place.token.clone())
            .send();
        let reply = send(gate, CALL, request).await?;
        let chunks = values.len().div_ceil(FILTER_VALUES);
        let next = place.after(reply.next_token, chunks);
        Ok(Page {
            items: all(reply.reservations)?,
            next: next.map(Place::write),
        })
    }

    async fn instance(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        id: &str,
    ) -> Result<Option<Instance>, PortError> {
        let request = self
            .client(target, CALL)
            .await?
            .describe_instances()
            .instance_ids(id)
            .send();
        let reply = match send(gate, CALL, request).await {
            Err(failure) if failure.is_not_found() => return Ok(None),
            reply => reply?,
        };
        // An instance that is not there is an error on the wire, so an empty answer is none.
        let found = all(reply.reservations)?.into_iter().next();
        found
            .map(Some)
            .ok_or_else(|| unreadable(CALL, "it names no instance and no error").into())
    }

    async fn console(
        &self,
        gate: &dyn Gate,
        target: &TargetName,
        id: &str,
    ) -> Result<Option<String>, PortError> {
        // Not the latest output, which EC2 has of some instance types alone: what it keeps of
        // a boot, it keeps of all, also for a while after the instance's end.
        let call = Call::ConsoleOutput;
        let client = self.client(target, call).await?;
        let request = client.get_console_output().instance_id(id).latest(false);
        let output = match send(gate, call, request.send()).await {
            Err(failure) if failure.is_not_found() => return Ok(None),
            reply => reply?.output.unwrap_or_default(),
        };
        let text = console::text(&output)
            .map_err(|error| unreadable(call, &format!("the output is no base64: {error}")))?;
        Ok((!text.is_empty()).then_some(text))
    }
}

/// Where a page begins: in which part of the values, and where in that part.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Place {
    chunk: usize,
    token: Option<String>,
}

impl Place {
    fn after(self, token: Option<String>, chunks: usize) -> Option<Self> {
        match token {
            Some(_) => Some(Self {
                chunk: self.chunk,
                token,
            }),
            None if self.chunk + 1 < chunks => Some(Self {
                chunk: self.chunk + 1,
                token: None,
            }),
            None => None,
        }
    }

    fn write(self) -> Cursor {
        Cursor(format!("{}:{}", self.chunk, self.token.unwrap_or_default()))
    }

    fn read(cursor: &Cursor) -> Option<Self> {
        let (chunk, token) = cursor.0.split_once(':')?;
        let token = (!token.is_empty()).then(|| token.to_owned());
        Some(Self {
            chunk: chunk.parse().ok()?,
            token,
        })
    }
}

fn all(reservations: Option<Vec<Reservation>>) -> Result<Vec<Instance>, Failure> {
    let reservations = reservations.unwrap_or_default().into_iter();
    reservations
        .flat_map(|r| r.instances.unwrap_or_default())
        .map(read)
        .collect()
}

fn read(instance: Described) -> Result<Instance, Failure> {
    let lacks = |what: &str| unreadable(CALL, &format!("an instance has no {what}"));
    let state = instance.state.and_then(|state| state.name);
    let tags: BTreeMap<_, _> = instance
        .tags
        .into_iter()
        .flatten()
        .filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
        .collect();
    Ok(Instance {
        id: instance.instance_id.ok_or_else(|| lacks("InstanceId"))?,
        state: state.ok_or_else(|| lacks("State"))?.as_str().to_owned(),
        tags,
        launched_at: instance.launch_time.as_ref().and_then(date_time),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_parts_of_the_values_are_asked_for_one_page_after_the_other() {
        let mut place = Some(Place::default());
        let mut walked = Vec::new();
        for token in [Some("a:b"), None, None] {
            let here = place.clone().unwrap_or_default();
            place = here.after(token.map(str::to_owned), 2);
            let cursor = place.clone().map(Place::write);
            assert_eq!(
                cursor.as_ref().and_then(Place::read),
                place,
                "a cursor comes back whole"
            );
            walked.push(cursor.map(|c| c.0));
        }
        assert_eq!(
            walked,
            [Some("0:a:b".to_owned()), Some("1:".to_owned()), None]
        );
        assert_eq!(Place::read(&Cursor("elsewhere".to_owned())), None);
    }
}
