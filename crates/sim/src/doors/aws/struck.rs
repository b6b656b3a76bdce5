//! Where the faults of a call of AWS are looked for, and what they make of its answer.

use axum::http::HeaderName;
use axum::http::header::CONTENT_TYPE;

use super::identity::Service;
use super::reply::Reply;
use super::{Arrived, text};
use crate::aws_error::AwsError;
use crate::clock::seconds;
use crate::doors::earlier::key;
use crate::doors::sim::{Said, Sim};
use crate::doors::{strike, tamper};
use crate::faults::{Faults, Scope, Spot};
use crate::sts::{Caller, Identities, StsError};
use crate::world::World;

impl Arrived {
    /// The account that the call belongs to; empty for a caller who is nobody.
    pub(super) fn account(&self, identities: &mut Identities) -> String {
        let caller = || identities.caller(&self.origin.access_key_id, self.origin.at);
        let known = self.origin.account.clone();
        known.unwrap_or_else(|| caller().map_or_else(|_| String::new(), |one| one.account))
    }

    /// Where the call aims, for faults. Worked out only while there are any.
    pub(super) fn spot(&self, operation: &str, account: &str, faults: &Faults) -> Spot {
        if faults.list().is_empty() {
            return Spot::default();
        }
        let stack = self.params().text("StackName").unwrap_or_default();
        let stack = match stack.strip_prefix("arn:") {
            Some(_) => stack.split('/').nth(1).unwrap_or_default(),
            None => stack,
        };
        let resource = self.params().text("LogicalResourceId");
        Spot::named(operation)
            .within(Scope::Service, self.origin.service.name())
            .within(Scope::Account, account)
            .within(Scope::Region, &self.origin.region)
            .within(Scope::Stack, stack)
            .within(Scope::Resource, resource.unwrap_or_default())
    }

    /// The answer that a stale read gets instead of `reply`; of a read that is not stale,
    /// `reply` is kept for later.
    pub(super) fn stale(
        &self,
        sim: &Sim,
        operation: &str,
        spot: &Spot,
        world: &mut World,
        reply: Reply,
    ) -> Reply {
        let reads = ["Describe", "List", "Get", "Head"];
        if !reply.status.is_success() || !reads.iter().any(|verb| operation.starts_with(verb)) {
            return reply;
        }
        let target = text(&self.parts, &HeaderName::from_static("x-amz-target"));
        let uri = self.parts.uri.to_string();
        let place = [
            self.host(),
            target,
            &self.origin.region,
            &self.origin.access_key_id,
        ];
        let key = key(&[
            self.parts.method.as_str().as_bytes(),
            uri.as_bytes(),
            place.join("\n").as_bytes(),
            &self.body,
        ]);
        let now = world.now;
        let found = |lag_s| sim.earlier().since(&key, now - seconds(lag_s));
        if let Some(said) = strike::stale(&mut world.faults, spot, found) {
            let text = String::from_utf8(said.body.to_vec());
            let body = match text {
                Ok(text) => text.replace(&said.request_id, &self.request_id).into(),
                Err(_) => said.body,
            };
            return Reply {
                status: said.status,
                headers: said.headers,
                body,
                waits: None,
            };
        }
        let said = Said {
            status: reply.status,
            headers: reply.headers.clone(),
            body: reply.body.clone(),
            request_id: self.request_id.clone(),
        };
        sim.earlier()
            .keep(key, now, said, reply.body.len() + uri.len());
        reply
    }

    /// How this service says that the caller lacks the right.
    pub(super) fn denied(&self, operation: &str, caller: &Result<Caller, StsError>) -> AwsError {
        let who = caller.as_ref().map_or("anonymous", |caller| &caller.arn);
        let service = self.origin.service.name();
        let words = format!(
            "User: {who} is not authorized to perform: {service}:{operation} because no \
             identity-based policy allows the {service}:{operation} action"
        );
        match self.origin.service {
            Service::CloudFormation | Service::AutoScaling | Service::Sts => {
                AwsError::new("AccessDenied", words, 403)
            }
            Service::SecretsManager | Service::Ssm | Service::Events => {
                AwsError::new("AccessDeniedException", words, 400)
            }
            Service::Sqs => AwsError::new("AccessDenied", words, 403),
            Service::Ec2 => AwsError::new(
                "UnauthorizedOperation",
                "You are not authorized to perform this operation.",
                403,
            ),
            Service::S3 => AwsError::new("AccessDenied", "Access Denied", 403),
        }
    }
}

/// What faults leave of a good answer.
pub(super) fn spoilt(mut reply: Reply, account: &str, spot: &Spot, world: &mut World) -> Reply {
    if reply.status.is_success() {
        let media_type = reply
            .headers
            .get(CONTENT_TYPE)
            .and_then(|one| one.to_str().ok());
        let language = media_type.and_then(tamper::Language::of);
        let account = Some(account).filter(|account| !account.is_empty());
        reply.body = tamper::tampered(&mut world.faults, spot, language, account, reply.body);
    }
    reply
}
