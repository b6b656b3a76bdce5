//! Releases on their way: what is planned, made, shown and sent out.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::Server;
use super::super::kind::Kind;
use super::super::packages::{BUILT_IN, feed};
use super::super::plans::SETTINGS;
use super::super::refusal::Refusal;
use super::super::request::{Reply, Request};
use super::super::routes::{DeliveryCall, PackageCall, PlanCall, Route};
use super::json_of;

impl Server {
    /// Does what is asked about releases and where they go.
    pub(super) fn delivery(
        &mut self,
        call: DeliveryCall,
        route: &Route,
        space: &str,
        request: &Request,
        now: DateTime<Utc>,
    ) -> Result<Reply, Refusal> {
        let (ids, query) = (&route.ids, request.query());
        let id = ids.first();
        let body = match call {
            DeliveryCall::CreateRelease => {
                return self.create_release(space, json_of(request)?, now);
            }
            DeliveryCall::DeployTenanted => {
                return self.deploy_tenanted(space, json_of(request)?, now);
            }
            DeliveryCall::DeployUntenanted => {
                return self.deploy_untenanted(space, json_of(request)?, now);
            }
            DeliveryCall::ReleaseProgression => self.release_progression(space, id)?,
            DeliveryCall::ProjectProgression => self.project_progression(space, id, &query)?,
            DeliveryCall::Dashboard => self.dashboard(space, &query)?,
            DeliveryCall::LifecyclePreview => self.lifecycle_preview(space, id)?,
            DeliveryCall::Template => self.deployment_template(space, id)?,
            DeliveryCall::Preview => self.preview(space, id, ids.second(), ids.third())?,
            DeliveryCall::Previews => self.previews(space, id, &json_of(request)?)?,
            DeliveryCall::SnapshotVariables => self.snapshot_variables(space, id)?,
        };
        Ok(Reply::json(200, body))
    }

    /// Does what is asked about a project's process, settings and variables.
    pub(super) fn plan(
        &mut self,
        call: PlanCall,
        id: &str,
        space: &str,
        request: &Request,
        now: DateTime<Utc>,
    ) -> Result<Value, Refusal> {
        match call {
            PlanCall::Process => self.process(space, id),
            PlanCall::WriteProcess => self.write_process(space, id, json_of(request)?),
            PlanCall::ReleaseTemplate => self.release_template(space, id),
            PlanCall::ProcessOfProject => {
                Ok(self.process_of(self.find(Kind::Project, space, id)?))
            }
            PlanCall::WriteProcessOfProject => {
                let project = self.find(Kind::Project, space, id)?;
                let process = format!("deploymentprocess-{}", project.id());
                self.write_process(space, &process, json_of(request)?)
            }
            PlanCall::Settings => Ok(self.settings(self.find(Kind::Project, space, id)?)),
            PlanCall::WriteSettings => {
                let project = self.find(Kind::Project, space, id)?;
                let mut fields = project.fields.clone();
                let sent = json_of(request)?;
                for (key, of_project) in SETTINGS {
                    let value = sent.get(*key).cloned().unwrap_or_default();
                    fields.insert((*of_project).to_owned(), value);
                }
                self.replace(Kind::Project, space, id, Value::Object(fields), now)?;
                Ok(self.settings(self.find(Kind::Project, space, id)?))
            }
            PlanCall::Variables => self.variable_set(space, id),
            PlanCall::WriteVariables => self.write_variable_set(space, id, json_of(request)?),
        }
    }

    /// Does what is asked about feeds and packages.
    pub(super) fn packaging(
        &mut self,
        call: PackageCall,
        id: &str,
        space: &str,
        request: &Request,
        now: DateTime<Utc>,
    ) -> Result<Reply, Refusal> {
        let query = request.query();
        let feed_of = |id: &str| match id.eq_ignore_ascii_case(BUILT_IN) {
            true => Ok(feed(space)),
            false => Err(Refusal::NoResource(id.to_owned())),
        };
        let body = match call {
            PackageCall::Feeds => self.feeds(space, &query)?,
            PackageCall::AllFeeds => json!([feed(space)]),
            PackageCall::Feed => feed_of(id)?,
            PackageCall::Versions => {
                feed_of(id)?;
                self.package_versions(space, &query)?
            }
            PackageCall::List => self.package_page(space, &query)?,
            PackageCall::Read => self.package(space, id)?,
            PackageCall::Push => return self.push_package(space, request, now),
            PackageCall::Delete => {
                self.delete_package(space, id)?;
                return Ok(Reply::empty());
            }
        };
        Ok(Reply::json(200, body))
    }
}
