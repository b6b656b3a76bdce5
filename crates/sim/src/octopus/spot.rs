//! Where in Octopus something happens, for faults that are narrowed to a place.

use serde_json::Value;

use super::documents::Document;
use super::kind::Kind;
use super::{Request, Server, operation_name};
use crate::faults::{Faults, Scope, Spot};

/// The kinds that a fault can be narrowed to, and what requests and documents call them.
const PLACES: [(Kind, Scope, [&str; 2]); 5] = [
    (Kind::Space, Scope::Space, ["SpaceId", "SpaceIds"]),
    (Kind::Project, Scope::Project, ["ProjectId", "ProjectIds"]),
    (
        Kind::Environment,
        Scope::Environment,
        ["EnvironmentId", "EnvironmentIds"],
    ),
    (Kind::Tenant, Scope::Tenant, ["TenantId", "TenantIds"]),
    (Kind::Machine, Scope::Machine, ["MachineId", "MachineIds"]),
];

impl Server {
    /// Where a request aims: what its path, its query and its body name. Worked out only
    /// while there are faults.
    pub(crate) fn spot_of_request(&self, request: &Request, faults: &Faults) -> Spot {
        if faults.list().is_empty() {
            return Spot::default();
        }
        let mut spot = Spot::named(operation_name(request).unwrap_or_default())
            .within(Scope::Service, "octopus");
        let segments = request.segments();
        let in_path = PLACES.iter().flat_map(|(kind, ..)| {
            segments
                .iter()
                .filter_map(|id| self.documents.by_id(*kind, id))
        });
        for document in in_path {
            spot = self.at_document(spot, document);
        }
        if !segments.iter().any(|id| Kind::Space.number(id).is_some()) {
            let mut spaces = self.documents.all(Kind::Space);
            if let Some(space) = spaces.find(|space| space.is("IsDefault")) {
                spot = self.at(spot, Scope::Space, space);
            }
        }
        let query = request.query();
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        for (kind, scope, keys) in PLACES {
            let asked = keys.iter().filter_map(|key| query.list(key)).flatten();
            let told = keys.iter().flat_map(|key| texts(&body[*key]));
            for id in asked.chain(told) {
                spot = self.at_id(spot, kind, scope, id);
            }
        }
        let written = (body["Name"].as_str()).filter(|_| request.verb() == "POST");
        match (segments.last().map(String::as_str), written) {
            (Some(last), Some(name)) if last.eq_ignore_ascii_case("machines") => {
                spot.within(Scope::Machine, name)
            }
            (Some(last), Some(name)) if last.eq_ignore_ascii_case("tenants") => {
                spot.within(Scope::Tenant, name)
            }
            _ => spot,
        }
    }

    /// Where a machine belongs.
    pub(super) fn spot_of_machine(&self, machine: &Document) -> Spot {
        let spot = Spot::named(machine.text("Name")).or_named(machine.id());
        self.at_document(spot, machine)
    }

    /// Where a deployment goes: its name is its project's.
    pub(super) fn spot_of_deployment(&self, deployment: u64) -> Spot {
        let Some(deployment) = self.documents.by_number(Kind::Deployment, deployment) else {
            return Spot::default();
        };
        let project = deployment.text("ProjectId");
        let name = self.documents.by_id(Kind::Project, project);
        let spot = Spot::named(name.map_or("", |project| project.text("Name")));
        self.at_document(spot.or_named(project), deployment)
    }

    /// What a document is and belongs to.
    fn at_document(&self, mut spot: Spot, document: &Document) -> Spot {
        for (kind, scope, keys) in PLACES {
            if document.kind == kind {
                spot = self.at(spot, scope, document);
            }
            let named = keys.iter().filter_map(|key| document.fields.get(*key));
            for id in named.flat_map(texts) {
                spot = self.at_id(spot, kind, scope, id);
            }
        }
        spot
    }

    fn at_id(&self, spot: Spot, kind: Kind, scope: Scope, id: &str) -> Spot {
        match self.documents.by_id(kind, id) {
            Some(document) => self.at(spot, scope, document),
            None => spot.within(scope, id),
        }
    }

    fn at(&self, spot: Spot, scope: Scope, document: &Document) -> Spot {
        spot.within(scope, document.id())
            .within(scope, document.text("Name"))
    }
}

/// A text, or the texts of a list.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let many = value.as_array().into_iter().flatten();
    value
        .as_str()
        .into_iter()
        .chain(many.filter_map(Value::as_str))
}
