//! The AWS door: one address for every service, account and region.

mod action;
pub(crate) mod autoscaling;
pub(crate) mod cloudformation;
mod demand;
pub(crate) mod ec2;
mod events;
mod identity;
mod long_poll;
mod params;
mod query;
mod reply;
mod s3;
mod secrets;
mod sqs;
mod ssm;
mod struck;
mod sts;
mod waits;
mod xml;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::http::request::Parts;
use axum::http::{HeaderName, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::Value;

use self::identity::{Origin, Service, Unreadable};
use self::params::Params;
use self::query::{Call, Format, Xml, json_success, target_success};
use self::reply::Reply;
use self::struck::spoilt;
use super::line::LoseReply;
use super::sim::Sim;
use super::strike::Wait;
use super::{control, strike};
use crate::aws_error::{AwsError, AwsResult};
use crate::faults::Spot;
use crate::sts::{Caller, Identities};
use crate::trace::Subject;
use crate::world::{Place, World};

/// The namespace of errors that belong to no service in particular.
const FAULT_NAMESPACE: &str = "http://webservices.amazon.com/AWSFault/2005-15-09";

/// Bytes of a request that are read: well above any object that this world needs.
const LARGEST_REQUEST: usize = 64 * 1024 * 1024;

/// Answers any request that is not for `/_sim`.
pub(super) async fn handle(State(sim): State<Sim>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let arrived = match Arrived::read(&sim, parts, body).await {
        Ok(arrived) => arrived,
        Err(reply) => return reply.into_response(),
    };
    if arrived.is_from_browser() {
        return control::page();
    }
    let operation = arrived.operation();
    let (account, spot) = sim.with_identities(|world, identities| {
        let account = arrived.account(identities);
        let spot = arrived.spot(&operation, &account, &world.faults);
        (account, spot)
    });
    strike::hold_up(&sim, &spot, &operation).await;
    let mut poll = long_poll::LongPoll::new(&sim);
    let (reply, lost) = loop {
        let answered = sim.with_identities(|world, identities| {
            let reply = arrived.answer(&operation, &spot, world, identities);
            if let Some(next) = poll.until(&reply, world) {
                return Err(next);
            }
            let reply = arrived.stale(&sim, &operation, &spot, world, reply);
            let reply = spoilt(reply, &account, &spot, world);
            let (service, region) = (arrived.origin.service.name(), &arrived.origin.region);
            let status = reply.status.as_u16();
            let text = format!("{service} {account}/{region} {operation} {status}");
            world.trace.write(world.now, Subject::Call, text);
            Ok((reply, strike::loses_reply(&mut world.faults, &spot)))
        });
        match answered {
            Ok(answered) => break answered,
            Err(next) => poll.wait(next).await,
        }
    };
    poll.over();
    strike::hold(&sim, &spot, &operation, Wait::BeforeItsReply).await;
    let mut response = reply
        .header("x-amzn-requestid", &arrived.request_id)
        .into_response();
    if lost {
        response.extensions_mut().insert(LoseReply);
    }
    response
}

/// Every action that is served, with the service as signatures name it.
pub(super) fn actions() -> Vec<(&'static str, &'static str)> {
    let tables = [
        ("cloudformation", cloudformation::ACTIONS),
        ("autoscaling", autoscaling::ACTIONS),
        ("ec2", ec2::ACTIONS),
    ];
    let of_tables = tables
        .into_iter()
        .flat_map(|(service, table)| table.iter().map(move |action| (service, action.name)));
    let others = [
        ("s3", s3::OPERATIONS),
        ("sts", sts::ACTIONS),
        ("secretsmanager", secrets::OPERATIONS),
        ("ssm", ssm::OPERATIONS),
    ];
    let others = others
        .into_iter()
        .flat_map(|(service, names)| names.iter().map(move |name| (service, *name)));
    let events = events::OPERATIONS.iter().map(|(name, _)| ("events", *name));
    let sqs = sqs::OPERATIONS.iter().map(|(name, _)| ("sqs", *name));
    of_tables.chain(others).chain(events).chain(sqs).collect()
}

/// A request that has arrived whole, with where it aims.
struct Arrived {
    parts: Parts,
    body: Bytes,
    query: Params,
    form: Params,
    origin: Origin,
    request_id: String,
}

impl Arrived {
    async fn read(sim: &Sim, parts: Parts, body: Body) -> Result<Self, Reply> {
        let request_id = sim.request_id();
        let refuse = |code: &str, message: String, status| {
            let error = AwsError::new(code, message, status);
            Format::Xml(Xml::Query(FAULT_NAMESPACE)).failure(&error, &request_id)
        };
        let body = to_bytes(body, LARGEST_REQUEST).await.map_err(|error| {
            refuse(
                "RequestEntityTooLarge",
                format!("The request was not read whole: {error}"),
                413,
            )
        })?;
        let malformed = |error| refuse("MalformedQueryString", error, 400);
        let query = Params::parse(parts.uri.query().unwrap_or_default()).map_err(malformed)?;
        let is_form = parts.method == Method::POST
            && text(&parts, &CONTENT_TYPE).starts_with("application/x-www-form-urlencoded");
        let form = if is_form { body.as_ref() } else { &[] };
        let form = std::str::from_utf8(form).map_err(|error| malformed(error.to_string()))?;
        let form = Params::parse(form).map_err(malformed)?;
        let origin = Origin::read(&parts.headers, &query, &form).map_err(|why| {
            let service = match why {
                Unreadable::Service(service) => service,
                Unreadable::Signature(text) => return refuse("IncompleteSignature", text, 400),
            };
            let message = format!(
                "The service '{service}' is not simulated; there are cloudformation, autoscaling, \
                 ec2, sts, secretsmanager, ssm, sqs, events and s3"
            );
            refuse("NotImplemented", message, 501)
        })?;
        Ok(Self {
            parts,
            body,
            query,
            form,
            origin,
            request_id,
        })
    }

    /// A person who looks what is there, rather than a client.
    fn is_from_browser(&self) -> bool {
        self.parts.method == Method::GET
            && self.parts.uri.path() == "/"
            && self.parts.uri.query().is_none()
            && text(&self.parts, &ACCEPT).contains("text/html")
            && !self.parts.headers.contains_key(AUTHORIZATION)
            && s3::address::bucket_of_host(self.host()).is_none()
    }

    /// Action and its parameters are in the body, or in the query of a GET.
    fn params(&self) -> &Params {
        if self.form.text("Action").is_some() {
            &self.form
        } else {
            &self.query
        }
    }

    fn action(&self) -> &str {
        self.params().text("Action").unwrap_or_default()
    }

    fn host(&self) -> &str {
        text(&self.parts, &HOST)
    }

    /// The name that faults are set on; empty for what cannot be read.
    fn operation(&self) -> String {
        match self.origin.service {
            Service::S3 => self
                .s3_operation()
                .map_or("", |operation| operation.name())
                .to_owned(),
            Service::CloudFormation | Service::AutoScaling | Service::Ec2 | Service::Sts => {
                self.action().to_owned()
            }
            Service::Sqs if !self.action().is_empty() => self.action().to_owned(),
            Service::SecretsManager | Service::Ssm | Service::Sqs | Service::Events => {
                let target = text(&self.parts, &HeaderName::from_static("x-amz-target"));
                let operation = target.split_once('.').map(|(_, operation)| operation);
                operation.unwrap_or(target).to_owned()
            }
        }
    }

    fn s3_operation(&self) -> Result<s3::Operation, s3::Refusal> {
        let path = self.parts.uri.path();
        let copies = self.parts.headers.contains_key("x-amz-copy-source");
        s3::Operation::read(&self.parts.method, self.host(), path, &self.query, copies)
    }

    fn answer(
        &self,
        operation: &str,
        spot: &Spot,
        world: &mut World,
        identities: &mut Identities,
    ) -> Reply {
        let caller = identities.caller(&self.origin.access_key_id, self.origin.at);
        let (throttled, denied) = (|| self.throttled(), || self.denied(operation, &caller));
        let struck = strike::refusal(&mut world.faults, spot, throttled, denied);
        let caller = match (struck, caller.map_err(AwsError::from)) {
            (Some(error), _) | (None, Err(error)) => return self.failure(&error),
            (None, Ok(caller)) => caller,
        };
        let account = self
            .origin
            .account
            .clone()
            .unwrap_or_else(|| caller.account.clone());
        let place = Place {
            account,
            region: self.origin.region.clone(),
        };
        match Format::of(self.origin.service, self.params()) {
            Some(_) if self.origin.service == Service::Sqs => self.queue(&caller, &place, world),
            Some(Format::Target) => self
                .in_json(operation, &place, world)
                .map(|result| target_success(&result))
                .unwrap_or_else(|error| self.failure(&error)),
            Some(format) => self.act(format, &caller, &place, world, identities),
            None => self.store(&place, world),
        }
    }

    /// A call of a service that speaks JSON only.
    fn in_json(&self, operation: &str, place: &Place, world: &mut World) -> AwsResult<Value> {
        match self.origin.service {
            Service::Events => events::answer(operation, &self.body, place, world),
            Service::Ssm => ssm::answer(operation, &self.body, place, world),
            _ => secrets::answer(operation, &self.body, place, world),
        }
    }

    /// A call of SQS. Older clients send it to the queue's own URL, and nothing else names
    /// the queue then.
    fn queue(&self, caller: &Caller, place: &Place, world: &mut World) -> Reply {
        let base = format!("http://{}", self.host());
        let path = self.parts.uri.path();
        let ask = sqs::Ask::new(&base, path, place, caller);
        let operation = self.operation();
        let answered = if self.action().is_empty() {
            sqs::answer_json(&operation, &self.body, ask, world)
        } else {
            sqs::answer_query(&operation, self.params(), ask, &self.request_id, world)
        };
        answered.unwrap_or_else(|error| self.failure(&error))
    }

    /// A call in one of the query protocols.
    fn act(
        &self,
        format: Format,
        caller: &Caller,
        place: &Place,
        world: &mut World,
        identities: &mut Identities,
    ) -> Reply {
        let (action, id) = (self.action(), &self.request_id);
        let own_hosts = [self.host().to_owned()];
        world.address = Some(self.host().to_owned());
        let call = Call {
            action,
            params: self.params(),
            caller,
            place,
            own_hosts: &own_hosts,
        };
        let answered = match format {
            Format::Json => cloudformation::json::answer(&call, world)
                .map(|result| json_success(action, result, id)),
            Format::Target | Format::Queue => query::unknown(&call),
            Format::Xml(xml) => {
                let result = match self.origin.service {
                    Service::CloudFormation => cloudformation::answer(&call, world),
                    Service::AutoScaling => autoscaling::answer(&call, world),
                    Service::Ec2 => ec2::answer(&call, world),
                    Service::Sts => {
                        let now = self.origin.at.unwrap_or(world.now);
                        sts::answer(&call, identities, now)
                    }
                    Service::S3
                    | Service::SecretsManager
                    | Service::Ssm
                    | Service::Sqs
                    | Service::Events => query::unknown(&call),
                };
                result.map(|result| xml.success(action, result, id))
            }
        };
        answered.unwrap_or_else(|error| format.failure(&error, id))
    }

    /// A call of S3.
    fn store(&self, place: &Place, world: &mut World) -> Reply {
        let answered = self.s3_operation().and_then(|operation| {
            if let Some(answered) = waits::put(&operation, &self.query, &self.body, world) {
                return answered;
            }
            let request = s3::Request {
                operation,
                headers: &self.parts.headers,
                query: &self.query,
                body: &self.body,
                place,
                now: world.now,
                urls_end: world.parameters.presigned_urls_end,
            };
            s3::answer(&request, &mut world.buckets)
        });
        let reply = answered
            .unwrap_or_else(|refusal| s3::refuse(&refusal, &self.parts.method, &self.request_id));
        reply.header("x-amz-request-id", &self.request_id)
    }

    fn failure(&self, error: &AwsError) -> Reply {
        match Format::of(self.origin.service, self.params()) {
            Some(format) => format.failure(error, &self.request_id),
            None => {
                let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
                let refusal = s3::Refusal::new(status, &error.code, error.message.as_str());
                s3::refuse(&refusal, &self.parts.method, &self.request_id)
            }
        }
    }

    /// How this service says that it has had enough.
    fn throttled(&self) -> AwsError {
        match self.origin.service {
            Service::CloudFormation | Service::AutoScaling | Service::Sts => {
                AwsError::new("Throttling", "Rate exceeded", 400)
            }
            Service::SecretsManager | Service::Ssm | Service::Events => {
                AwsError::new("ThrottlingException", "Rate exceeded", 400)
            }
            Service::Sqs => AwsError::new("RequestThrottled", "Request throttled.", 403),
            Service::Ec2 => AwsError::new("RequestLimitExceeded", "Request limit exceeded.", 503),
            Service::S3 => AwsError::new("SlowDown", "Please reduce your request rate.", 503),
        }
    }
}

fn text<'parts>(parts: &'parts Parts, name: &HeaderName) -> &'parts str {
    parts
        .headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}
