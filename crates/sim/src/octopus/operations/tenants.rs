//! Questions about tenants: whether tags fit them, and what they still lack.

use serde_json::{Value, json};

use super::super::Server;
use super::super::documents::{Document, texts};
use super::super::kind::Kind;
use super::super::refusal::Refusal;
use super::super::request::Query;
use super::super::routes::List;
use super::super::rules::tags;

impl Server {
    /// Of each tenant, whether the tags that are asked for fit it.
    pub(super) fn tag_test(&self, space: &str, query: &Query) -> Result<Value, Refusal> {
        let wanted = query.list("tags").unwrap_or_default();
        for tag in &wanted {
            tags::known(&self.documents, space, "Tenant", tag).map_err(Refusal::invalid)?;
        }
        let ids = query.list("tenantIds");
        let meant = |tenant: &&Document| {
            let id = tenant.id();
            ids.as_ref()
                .is_none_or(|ids| ids.iter().any(|one| one.eq_ignore_ascii_case(&id)))
        };
        let tenants = self.documents.within(Kind::Tenant, space).filter(meant);
        let told = tenants.map(|tenant| {
            let own: Vec<&str> = tenant.texts("TenantTags").collect();
            let missing: Vec<&&str> = wanted
                .iter()
                .filter(|tag| !own.iter().any(|own| own.eq_ignore_ascii_case(tag)))
                .collect();
            let fits = tags::fit(wanted.iter().copied(), own.iter().copied());
            let reason = if fits {
                "The tags match"
            } else {
                "The tags do not match"
            };
            let answer = json!({ "IsMatched": fits, "Reason": reason, "MissingTags": missing });
            (tenant.id(), answer)
        });
        Ok(Value::Object(told.collect()))
    }

    /// Of each tenant that lacks values, which: all of them if details are asked for.
    pub(super) fn missing_variables(&self, space: &str, query: &Query) -> Value {
        let is = |key: &str, id: &str| {
            let wanted = query.value(key);
            wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(id))
        };
        let details = query
            .value("includeDetails")
            .is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let mut told = Vec::new();
        for tenant in self.documents.within(Kind::Tenant, space) {
            if !is("tenantId", &tenant.id()) {
                continue;
            }
            let mut missing = Vec::new();
            for item in self.missing(List::Project, tenant) {
                let project = item["ProjectId"].as_str().unwrap_or_default().to_owned();
                for environment in texts(item["Scope"].get("EnvironmentIds")) {
                    if is("projectId", &project) && is("environmentId", environment) {
                        missing.push(json!({
                            "ProjectId": project,
                            "EnvironmentId": environment,
                            "VariableTemplateName": item["Template"]["Name"],
                            "VariableTemplateId": item["TemplateId"],
                            "Links": {},
                        }));
                    }
                }
            }
            let in_common =
                query.value("projectId").is_none() && query.value("environmentId").is_none();
            for item in self.missing(List::Common, tenant) {
                if in_common {
                    missing.push(json!({
                        "LibraryVariableSetId": item["LibraryVariableSetId"],
                        "VariableTemplateName": item["Template"]["Name"],
                        "VariableTemplateId": item["TemplateId"],
                        "Links": {},
                    }));
                }
            }
            if !missing.is_empty() {
                let missing = if details { missing } else { Vec::new() };
                told.push(json!({ "TenantId": tenant.id(), "MissingVariables": missing }));
            }
        }
        Value::Array(told)
    }
}
