//! Deployment processes: steps and their actions.

use serde_json::{Map, Value, json};

use super::super::Server;
use super::super::documents::Document;
use super::super::refusal::Refusal;
use super::{PlanKind, self_link};

/// An action of a step, for those who carry a process out or look at it.
#[derive(Debug, Clone)]
pub(in super::super) struct Action {
    pub(in super::super) id: String,
    pub(in super::super) name: String,
    /// `1`, or `1.2` in a step with several.
    pub(in super::super) number: String,
    /// The target tags that its machines have; empty for one that runs on the server.
    pub(in super::super) roles: Vec<String>,
    pub(in super::super) on_server: bool,
    pub(in super::super) is_disabled: bool,
    pub(in super::super) packages: Vec<Value>,
}

/// The property by which an action runs on the server or a worker.
const RUNS_ON_SERVER: &str = "Octopus.Action.RunOnServer";
/// The property by which a step names the tags of its targets.
const TARGET_ROLES: &str = "Octopus.Action.TargetRoles";

/// A key, and what it holds where nobody says.
type Default = (&'static str, fn() -> Value);

/// What each step and action has besides its name.
const STEP: &[Default] = &[
    ("Condition", || json!("Success")),
    ("StartTrigger", || json!("StartAfterPrevious")),
    ("PackageRequirement", || json!("LetOctopusDecide")),
    ("Properties", || json!({})),
];
const ACTION: &[Default] = &[
    ("ActionType", || json!("Octopus.Script")),
    ("IsDisabled", || json!(false)),
    ("IsRequired", || json!(false)),
    ("Environments", || json!([])),
    ("ExcludedEnvironments", || json!([])),
    ("Channels", || json!([])),
    ("TenantTags", || json!([])),
    ("Packages", || json!([])),
    ("Properties", || json!({})),
];

/// Whether a deployment of these actions needs no machine.
pub(in super::super) fn is_on_server(actions: &[Action]) -> bool {
    let mut enabled = actions.iter().filter(|action| !action.is_disabled);
    !actions.is_empty() && enabled.all(|action| action.on_server)
}

impl Server {
    /// The process of that id.
    pub(in super::super) fn process(&self, space: &str, id: &str) -> Result<Value, Refusal> {
        let project = self.owner_of(PlanKind::Process, space, id)?;
        Ok(self.process_of(project))
    }

    /// A project's process.
    pub(in super::super) fn process_of(&self, project: &Document) -> Value {
        let id = format!("{}{}", PlanKind::Process.prefix(), project.id());
        let space = project.text("SpaceId");
        json!({
            "Id": id,
            "ProjectId": project.id(),
            "SpaceId": space,
            "Version": self.plans.version(&id),
            "Steps": self.plans.items(&id),
            "LastSnapshotId": null,
            "Links": {
                "Self": format!("/api/{space}/deploymentprocesses/{id}"),
                "Project": format!("/api/{space}/projects/{}", project.id()),
                "Template": format!("/api/{space}/deploymentprocesses/{id}/template{{?channel,releaseId}}"),
            },
        })
    }

    /// Writes the process of that id; steps and actions without ids get them.
    pub(in super::super) fn write_process(
        &mut self,
        space: &str,
        id: &str,
        body: Value,
    ) -> Result<Value, Refusal> {
        let project = self.owner_of(PlanKind::Process, space, id)?.clone();
        let id = format!("{}{}", PlanKind::Process.prefix(), project.id());
        let steps = self.plans.sent(PlanKind::Process, &id, body)?;
        let mut lines = Vec::new();
        let mut names: Vec<String> = Vec::new();
        let mut settled = Vec::new();
        for mut step in steps {
            self.complete(&mut step, STEP, "step", &mut lines);
            let actions = step.remove("Actions");
            let actions = actions.as_ref().and_then(Value::as_array).cloned();
            let mut own = Vec::new();
            for action in actions.unwrap_or_default() {
                let Value::Object(mut action) = action else {
                    lines.push("Each action of a step must be an object.".to_owned());
                    continue;
                };
                self.complete(&mut action, ACTION, "action", &mut lines);
                names.push(text(&action, "Name").to_lowercase());
                own.push(Value::Object(action));
            }
            if own.is_empty() {
                let name = text(&step, "Name");
                lines.push(format!("The step '{name}' has no action."));
            }
            step.insert("Actions".to_owned(), Value::Array(own));
            settled.push(Value::Object(step));
        }
        names.sort();
        if let Some([twice, _]) = names.array_windows().find(|[one, other]| one == other) {
            lines.push(format!("Two actions have the name '{twice}'."));
        }
        if !lines.is_empty() {
            return Err(Refusal::Invalid(lines));
        }
        self.plans.put(&id, settled);
        Ok(self.process_of(&project))
    }

    fn complete(
        &mut self,
        item: &mut Map<String, Value>,
        defaults: &[Default],
        noun: &str,
        lines: &mut Vec<String>,
    ) {
        if text(item, "Name").trim().is_empty() {
            lines.push(format!("Please provide a Name for each {noun}."));
        }
        if text(item, "Id").is_empty() {
            item.insert("Id".to_owned(), json!(self.chance.uuid()));
        }
        for (key, default) in defaults {
            let value = item.entry((*key).to_owned()).or_insert(Value::Null);
            if value.is_null() {
                *value = default();
            }
        }
    }

    /// The actions of a project's process, in their order.
    pub(in super::super) fn actions_of(&self, project: &str) -> Vec<Action> {
        let id = format!("{}{project}", PlanKind::Process.prefix());
        let mut actions = Vec::new();
        for (place, step) in self.plans.items(&id).iter().enumerate() {
            let roles = property(step, TARGET_ROLES);
            let own = step.get("Actions").and_then(Value::as_array);
            let own = own.map(Vec::as_slice).unwrap_or_default();
            for (inner, action) in own.iter().enumerate() {
                let own_roles = property(action, TARGET_ROLES);
                let roles = if own_roles.is_empty() {
                    roles
                } else {
                    own_roles
                };
                let on_server = property(action, RUNS_ON_SERVER).eq_ignore_ascii_case("true");
                let roles = roles.split(',').map(str::trim).map(str::to_owned);
                let number = match own.len() {
                    1 => format!("{}", place + 1),
                    _ => format!("{}.{}", place + 1, inner + 1),
                };
                let text = |key: &str| action.get(key).and_then(Value::as_str).unwrap_or_default();
                actions.push(Action {
                    id: text("Id").to_owned(),
                    name: text("Name").to_owned(),
                    number,
                    roles: roles
                        .filter(|role| !role.is_empty() && !on_server)
                        .collect(),
                    on_server,
                    is_disabled: action.get("IsDisabled") == Some(&json!(true)),
                    packages: action
                        .get("Packages")
                        .and_then(Value::as_array)
                        .cloned()
                        .unwrap_or_default(),
                });
            }
        }
        actions
    }

    /// The parts of a project's document that newer clients read and write apart from it.
    pub(in super::super) fn settings(&self, project: &Document) -> Value {
        let mut settings = Map::new();
        for (key, of_project) in SETTINGS {
            let value = project.fields.get(*of_project).cloned();
            settings.insert((*key).to_owned(), value.unwrap_or_default());
        }
        let id = project.id();
        let path = format!("projects/{id}/deploymentsettings");
        settings.insert("Id".to_owned(), json!(format!("deploymentsettings-{id}")));
        settings.insert("ProjectId".to_owned(), json!(id));
        settings.insert("SpaceId".to_owned(), json!(project.text("SpaceId")));
        settings.insert(
            "Links".to_owned(),
            self_link(project.text("SpaceId"), &path),
        );
        Value::Object(settings)
    }
}

/// Keys of the deployment settings, and where a project's document has them.
pub(in super::super) const SETTINGS: &[(&str, &str)] = &[
    ("ConnectivityPolicy", "ProjectConnectivityPolicy"),
    ("DefaultGuidedFailureMode", "DefaultGuidedFailureMode"),
    ("VersioningStrategy", "VersioningStrategy"),
    ("ReleaseNotesTemplate", "ReleaseNotesTemplate"),
    (
        "DefaultToSkipIfAlreadyInstalled",
        "DefaultToSkipIfAlreadyInstalled",
    ),
];

fn property<'a>(item: &'a Value, key: &str) -> &'a str {
    let properties = item.get("Properties");
    let value = properties.and_then(|properties| properties.get(key));
    value.and_then(Value::as_str).unwrap_or_default()
}

fn text<'a>(item: &'a Map<String, Value>, key: &str) -> &'a str {
    item.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The package that an action's reference names: its id and its feed.
pub(in super::super) fn reference(package: &Value) -> (&str, &str, &str) {
    let text = |key: &str| package.get(key).and_then(Value::as_str).unwrap_or_default();
    (text("Name"), text("PackageId"), text("FeedId"))
}

/// Whether a machine has one of the tags that an action asks for.
pub(in super::super) fn takes(action: &Action, machine: &Document) -> bool {
    let mut own = machine.texts("Roles");
    own.any(|own| {
        let mut wanted = action.roles.iter();
        wanted.any(|wanted| wanted.eq_ignore_ascii_case(own))
    })
}
