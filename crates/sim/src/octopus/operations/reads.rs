//! Single documents, collections, and the collections inside a document.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::Server;
use super::super::documents::Document;
use super::super::filters::Filters;
use super::super::kind::Kind;
use super::super::links;
use super::super::page::Window;
use super::super::refusal::Refusal;
use super::super::request::Query;
use super::super::rules::tags;

impl Server {
    pub(in super::super) fn find(
        &self,
        kind: Kind,
        space: &str,
        id: &str,
    ) -> Result<&Document, Refusal> {
        self.documents
            .find(kind, space, id)
            .ok_or_else(|| Refusal::NoResource(id.to_owned()))
    }

    pub(super) fn list(&self, kind: Kind, space: &str, query: &Query) -> Result<Value, Refusal> {
        let found = self.chosen(kind, space, query, |_| true)?;
        let path = links::collection(kind, space);
        Ok(
            Window::read(query)?.page(kind.item_type(), &path, query, &found, |found| {
                links::present(found)
            }),
        )
    }

    /// The whole collection as a bare array.
    pub(super) fn list_all(
        &self,
        kind: Kind,
        space: &str,
        query: &Query,
    ) -> Result<Value, Refusal> {
        let found = self.chosen(kind, space, query, |_| true)?;
        Ok(found.into_iter().map(links::present).collect())
    }

    /// A page of the documents of `kind` that belong to document `id`.
    pub(super) fn members(
        &self,
        of: Kind,
        id: &str,
        kind: Kind,
        space: &str,
        query: &Query,
    ) -> Result<Value, Refusal> {
        let owner = self.find(of, space, id)?;
        let owner_id = owner.id();
        let found = self.chosen(kind, space, query, |member| match (of, kind) {
            (Kind::Environment, Kind::Machine) => {
                member.texts("EnvironmentIds").any(|id| id == owner_id)
            }
            (owner, _) => member.text(&format!("{}Id", owner.item_type())) == owner_id,
        })?;
        let path = format!("{}/{}", links::to(owner), kind.members());
        Ok(
            Window::read(query)?.page(kind.item_type(), &path, query, &found, |found| {
                links::present(found)
            }),
        )
    }

    pub(super) fn release_by_version(
        &self,
        project: &str,
        version: &str,
        space: &str,
    ) -> Result<Value, Refusal> {
        let project = self.find(Kind::Project, space, project)?.id();
        let folded = version.to_lowercase();
        self.documents
            .within(Kind::Release, space)
            .find(|release| release.folded_name == folded && release.text("ProjectId") == project)
            .map(links::present)
            .ok_or_else(|| Refusal::NoResource(version.to_owned()))
    }

    /// All kinds of environment in one list; here there are static ones only.
    pub(super) fn environments_v2(&self, space: &str, query: &Query) -> Result<Value, Refusal> {
        let wanted = query
            .list("type")
            .is_none_or(|types| types.iter().any(|name| name.eq_ignore_ascii_case("Static")));
        let found = self.chosen(Kind::Environment, space, query, |_| wanted)?;
        let path = format!("/api/{space}/environments/v2");
        Ok(Window::read(query)?.page(
            "DeploymentEnvironment",
            &path,
            query,
            &found,
            |environment| {
                let mut document = links::present(environment);
                if let Some(fields) = document.as_object_mut() {
                    fields.insert("Type".to_owned(), json!("Static"));
                }
                document
            },
        ))
    }

    /// The roles in use; the casing of the first use counts.
    pub(in super::super) fn machine_roles(&self, space: &str) -> Value {
        let mut roles = BTreeMap::new();
        for machine in self.documents.within(Kind::Machine, space) {
            for role in machine.texts("Roles") {
                roles.entry(role.to_lowercase()).or_insert(role);
            }
        }
        roles.into_values().collect()
    }

    /// Whether a machine is for one of those tenants; any if none is named.
    fn is_of_tenants(&self, machine: &Document, tenants: Option<&[&str]>) -> bool {
        let Some(tenants) = tenants else {
            return true;
        };
        tenants.iter().any(|tenant| {
            let mut named = machine.texts("TenantIds");
            named.any(|id| id.eq_ignore_ascii_case(tenant))
                || (self.assumptions.tenant_ids_match_tags
                    && tags::fit(
                        machine.texts("TenantTags"),
                        tags::of_tenant(&self.documents, tenant),
                    ))
        })
    }

    /// What the query asks for, in the kind's own order.
    fn chosen(
        &self,
        kind: Kind,
        space: &str,
        query: &Query,
        belongs: impl Fn(&Document) -> bool,
    ) -> Result<Vec<&Document>, Refusal> {
        let filters = Filters::read(kind, query)?;
        let mut found: Vec<&Document> = self
            .documents
            .within(kind, space)
            .filter(|document| belongs(document) && filters.accept(document))
            .collect();
        if kind == Kind::Deployment {
            let states = query.list("taskState");
            found.retain(|deployment| self.is_in_state(deployment, states.as_deref()));
        }
        if kind == Kind::Machine {
            let tenants = query.list("tenantIds");
            found.retain(|machine| self.is_of_tenants(machine, tenants.as_deref()));
            if let Some(deployment) = query.value("deploymentId") {
                let deployment = self.find(Kind::Deployment, space, deployment)?;
                let reached: Vec<&str> = deployment.texts("DeployedToMachineIds").collect();
                found.retain(|machine| reached.contains(&machine.id().as_str()));
            }
        }
        match kind {
            Kind::Release | Kind::Deployment | Kind::Task | Kind::Interruption | Kind::Event => {
                found.sort_by_key(|document| Reverse(document.number));
            }
            Kind::Trigger => found.sort_by_key(|trigger| trigger.number),
            Kind::Environment | Kind::TagSet => found.sort_by_key(|document| {
                let order = document.fields.get("SortOrder").and_then(Value::as_i64);
                (order, document.number)
            }),
            Kind::Space
            | Kind::Lifecycle
            | Kind::ProjectGroup
            | Kind::MachinePolicy
            | Kind::VariableSet
            | Kind::Project
            | Kind::Channel
            | Kind::Tenant
            | Kind::Machine
            | Kind::Proxy
            | Kind::Subscription => {
                found.sort_by(|a, b| (&a.folded_name, a.number).cmp(&(&b.folded_name, b.number)));
            }
        }
        Ok(found)
    }
}
