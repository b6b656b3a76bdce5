//! What a space holds from the start, and what the default world adds.

use serde_json::{Value, json};

use super::documents::Fields;
use super::kind::Kind;
use super::variables::VariableTemplate;
use super::{Server, fields};

/// A key that no client knows yet, and its value.
pub(super) const FROM_LATER: (&str, &str) = ("AddedInALaterVersion", "keep me");

impl Server {
    /// Fills an empty server with the default world.
    pub(super) fn furnish(&mut self) {
        let space = self.place(Kind::Space, "", "Default", &[("IsDefault", json!(true))]);
        let development = self.place(Kind::Environment, &space, "Development", &[]);
        let phase = json!({
            "Id": self.chance.uuid(),
            "Name": "Development",
            "AutomaticDeploymentTargets": [],
            "OptionalDeploymentTargets": [development],
            "MinimumEnvironmentsBeforePromotion": 0,
            "IsOptionalPhase": false,
            "IsPriorityPhase": false,
            "ReleaseRetentionPolicy": null,
            "TentacleRetentionPolicy": null,
        });
        let (lifecycle, group) = self.furnish_space(&space, vec![phase]);
        for name in ["Checkout Web", "Checkout Jobs"] {
            let id = Kind::Project.id(self.documents.next_number(Kind::Project));
            let process = format!("deploymentprocess-{id}");
            let own = [
                ("LifecycleId", json!(lifecycle)),
                ("ProjectGroupId", json!(group)),
                ("TenantedDeploymentMode", json!("TenantedOrUntenanted")),
                ("VariableSetId", json!(format!("variableset-{id}"))),
                ("DeploymentProcessId", json!(process)),
            ];
            let project = self.place(Kind::Project, &space, name, &own);
            self.furnish_project(&space, &project);
        }
        let templates = [
            VariableTemplate::plain("Greeting"),
            VariableTemplate::sensitive("ConnectionString"),
        ];
        self.add_templates("Checkout Web", &templates);
        let templates = [
            VariableTemplate::plain("Currency"),
            VariableTemplate::sensitive("LicenceKey"),
        ];
        let projects = ["Checkout Web", "Checkout Jobs"];
        self.add_variable_set("Checkout", &templates, &projects);
    }

    /// What every new space has; gives the ids of its lifecycle and project group.
    pub(super) fn furnish_space(&mut self, space: &str, phases: Vec<Value>) -> (String, String) {
        let lifecycle = self.place(
            Kind::Lifecycle,
            space,
            "Default Lifecycle",
            &[("Phases", json!(phases))],
        );
        let group = self.place(Kind::ProjectGroup, space, "Default Project Group", &[]);
        self.place(
            Kind::MachinePolicy,
            space,
            "Default Machine Policy",
            &[("IsDefault", json!(true))],
        );
        (lifecycle, group)
    }

    /// Every new project has one channel.
    pub(super) fn furnish_project(&mut self, space: &str, project: &str) {
        let own = [("ProjectId", json!(project)), ("IsDefault", json!(true))];
        self.place(Kind::Channel, space, "Default", &own);
    }

    /// Stores a document of the server's own making; gives its id.
    pub(super) fn place(
        &mut self,
        kind: Kind,
        space: &str,
        name: &str,
        own: &[(&str, Value)],
    ) -> String {
        let mut fields: Fields = fields::fresh(kind);
        fields.insert(kind.name_key().to_owned(), Value::from(name));
        if fields.contains_key("Slug") {
            fields.insert(
                "Slug".to_owned(),
                Value::from(name.to_lowercase().replace(' ', "-")),
            );
        }
        fields.extend(
            own.iter()
                .map(|(key, value)| ((*key).to_owned(), value.clone())),
        );
        if self.assumptions.unknown_keys {
            fields.insert(FROM_LATER.0.to_owned(), Value::from(FROM_LATER.1));
        }
        self.documents.insert(kind, space, fields)
    }
}
