//! Doing what is asked, once it is known what and where.

mod asked;
mod delivery;
mod deploying;
mod happenings;
mod machines;
mod previews;
mod progress;
mod reads;
mod releasing;
mod tenants;
mod variables;
mod work;
mod writes;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::kind::Kind;
use super::page::Window;
use super::people::{self, CERTIFICATE, USER};
use super::refusal::Refusal;
use super::request::{Reply, Request};
use super::routes::{Operation, Route, SpaceRef};
use super::{Server, fields, links};

impl Server {
    /// Does what `route` asks for in `space`.
    pub(super) fn perform(
        &mut self,
        route: &Route,
        space: &str,
        request: &Request,
        now: DateTime<Utc>,
    ) -> Result<Reply, Refusal> {
        let query = request.query();
        let id = route.ids.first();
        let body = match route.operation {
            Operation::Root => self.identity.root(space),
            Operation::Capabilities => people::capabilities(),
            Operation::ServerHealth => people::health(),
            Operation::SpaceRoot => json!({ "Links": links::space_root(space) }),
            Operation::CurrentUser => people::user(),
            Operation::User => {
                known(id, USER)?;
                people::user()
            }
            Operation::UserSpaces => {
                known(id, USER)?;
                self.documents
                    .all(Kind::Space)
                    .map(links::present)
                    .collect()
            }
            Operation::UserPermissions => {
                known(id, USER)?;
                people::permissions(self.documents.all(Kind::Space).map(|space| space.id()))
            }
            Operation::Certificates => {
                let all = [self.identity.certificate()];
                let path = "/api/configuration/certificates";
                Window::read(&query)?.page(
                    "CertificateConfiguration",
                    path,
                    &query,
                    &all,
                    Value::clone,
                )
            }
            Operation::Certificate => {
                known(id, CERTIFICATE)?;
                self.identity.certificate()
            }
            Operation::MachinePolicyTemplate => Value::Object(fields::fresh(Kind::MachinePolicy)),
            Operation::MachineRoles => self.machine_roles(space),
            Operation::List(kind) => self.list(kind, space, &query)?,
            Operation::All(kind) => self.list_all(kind, space, &query)?,
            Operation::Members { of, kind } => self.members(of, id, kind, space, &query)?,
            Operation::EnvironmentsV2 => self.environments_v2(space, &query)?,
            Operation::ReleaseByVersion => {
                self.release_by_version(id, route.ids.second(), space)?
            }
            Operation::Read(kind) => links::present(self.find(kind, space, id)?),
            Operation::Create(kind) => {
                return self.create(kind, space, &query, json_of(request)?, now);
            }
            Operation::Replace(kind) => self.replace(kind, space, id, json_of(request)?, now)?,
            Operation::Sort(kind) => self.sort(kind, space, &json_of(request)?)?,
            Operation::Delete(kind) => {
                self.delete(kind, space, id, now)?;
                return Ok(Reply::empty());
            }
            Operation::RatePolicies => self.rate_policies(&query)?,
            Operation::RatePolicy => self.rate_policy(id)?,
            Operation::WriteRatePolicy => self.write_rate_policy(id, &json_of(request)?)?,
            Operation::TenantStatus => json!({ "Enabled": true }),
            Operation::TagTest => self.tag_test(space, &query)?,
            Operation::MissingVariables => self.missing_variables(space, &query),
            Operation::Discover => self.discover(space, &query)?,
            Operation::Connection => self.connection(space, id)?,
            Operation::TasksOfMachine => self.tasks_of_machine(space, id, &query)?,
            Operation::Events => {
                let within = Some(space).filter(|_| route.space != SpaceRef::Default);
                self.events_page(within, &query)?
            }
            Operation::Event => {
                let event = self.documents.by_id(Kind::Event, id);
                links::present(event.ok_or_else(|| Refusal::NoResource(id.to_owned()))?)
            }
            Operation::EventCategories => happenings::categories(),
            Operation::EventGroups => happenings::groups(),
            Operation::EventAgents => happenings::agents(),
            Operation::EventDocumentTypes => happenings::document_types(),
            Operation::Delivery(call) => return self.delivery(call, route, space, request, now),
            Operation::Plan(call) => self.plan(call, id, space, request, now)?,
            Operation::Package(call) => return self.packaging(call, id, space, request, now),
            Operation::Variables(call) => self.variables(call, id, space, request)?,
            Operation::Work(call) => return self.work(call, route, space, request, now),
        };
        Ok(Reply::json(200, body))
    }
}

fn known(id: &str, only: &str) -> Result<(), Refusal> {
    if id.eq_ignore_ascii_case(only) {
        Ok(())
    } else {
        Err(Refusal::NoResource(id.to_owned()))
    }
}

fn json_of(request: &Request) -> Result<Value, Refusal> {
    serde_json::from_slice(&request.body)
        .map_err(|error| Refusal::invalid(format!("The request body is not valid JSON: {error}.")))
}
