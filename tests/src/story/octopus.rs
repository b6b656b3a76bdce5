//! What people do in Octopus in a story, and what can be read there.

use serde_json::{Value, json};

use super::Story;

impl Story {
    /// Somebody else's machine in the same environment, for deployments without a tenant.
    pub fn strangers_machine(&mut self, name: &str, roles: &[&str]) {
        self.note(&format!(
            "> another team registers a machine {name} with {}",
            roles.join(", ")
        ));
        let environment = self.octopus_named("environments", "Development")["Id"].clone();
        let body = json!({
            "Name": name,
            "EnvironmentIds": [environment],
            "Roles": roles,
            "TenantedDeploymentParticipation": "TenantedOrUntenanted",
            "Endpoint": {
                "CommunicationStyle": "TentacleActive",
                "Thumbprint": "0123456789ABCDEF0123456789ABCDEF01234567",
                "Uri": "poll://aaaabbbbccccddddeeee/",
            },
        });
        self.octopus("POST", "/api/Spaces-1/machines", &body);
    }

    /// Somebody else's override on a project, for machines without a tenant; the entry.
    pub fn strangers_override(&mut self, project: &mut Value) -> Value {
        let id = project["Id"].as_str().expect("an id").to_owned();
        let body = json!({ "Version": "0.9.0", "ProjectId": id });
        let release = self.octopus("POST", "/api/Spaces-1/releases", &body)["Id"].clone();
        let environment = self.octopus_named("environments", "Development")["Id"].clone();
        let entry = json!({
            "EnvironmentId": environment,
            "TenantId": null,
            "ReleaseId": release,
        });
        project["AutoDeployReleaseOverrides"] = json!([entry]);
        self.octopus("PUT", &format!("/api/Spaces-1/projects/{id}"), project);
        self.note("> somebody else sets an override for machines without a tenant");
        entry
    }

    /// How many deployments have reached a machine, or are for it.
    pub fn deployments_to(&self, name: &str) -> usize {
        let machine = self.octopus_named("machines", name)["Id"].clone();
        let all = self.octopus("GET", "/api/Spaces-1/deployments?take=1000", &Value::Null);
        let holds = |list: &Value| list.as_array().is_some_and(|ids| ids.contains(&machine));
        let deployments = all["Items"].as_array().into_iter().flatten();
        deployments
            .filter(|one| holds(&one["SpecificMachineIds"]) || holds(&one["DeployedToMachineIds"]))
            .count()
    }

    /// Somebody deploys a release to the tenant's newest machine by hand.
    pub fn redeploy(&mut self, version: &str) {
        let project = self.octopus_named("projects", "Checkout Web")["Id"].clone();
        let project = project.as_str().expect("an id").to_owned();
        let path = format!("/api/Spaces-1/projects/{project}/releases/{version}");
        let release = self.octopus("GET", &path, &Value::Null)["Id"].clone();
        let environment = self.octopus_named("environments", "Development")["Id"].clone();
        let tenant = self.octopus_named("tenants", "ryan0001")["Id"].clone();
        let machine = self.machines_by_age().pop().expect("a machine")["Id"].clone();
        let body = json!({
            "ReleaseId": release,
            "EnvironmentId": environment,
            "TenantId": tenant,
            "SpecificMachineIds": [machine],
        });
        self.octopus("POST", "/api/Spaces-1/deployments", &body);
        self.note(&format!(
            "> somebody deploys {version} by hand to the newest machine"
        ));
    }

    /// The oldest machine's Tentacle stops answering, is found so, and answers again.
    pub fn flap(&mut self) {
        let machine = self.machines_by_age().remove(0);
        let thumbprint = machine["Endpoint"]["Thumbprint"]
            .as_str()
            .expect("one")
            .to_owned();
        self.note("> the oldest machine's Tentacle stops answering for a check");
        for answers in [false, true] {
            self.sim
                .sim
                .with(|world| world.octopus.tentacle(&thumbprint, answers));
            let body = json!({ "Name": "Health", "Arguments": { "MachineIds": [machine["Id"]] } });
            self.octopus("POST", "/api/tasks", &body);
            self.step(30);
        }
    }

    /// Somebody answers the open interruption.
    pub fn proceed(&mut self) {
        let open = self.octopus(
            "GET",
            "/api/Spaces-1/interruptions?pendingOnly=true",
            &Value::Null,
        );
        let id = open["Items"][0]["Id"]
            .as_str()
            .expect("one is open")
            .to_owned();
        let path = format!("/api/Spaces-1/interruptions/{id}");
        self.octopus("PUT", &format!("{path}/responsible"), &Value::Null);
        let body = json!({ "Result": "Proceed", "Notes": "go on" });
        self.octopus("POST", &format!("{path}/submit"), &body);
        self.note("> a person lets the deployment proceed");
    }

    /// The oldest first.
    fn machines_by_age(&self) -> Vec<Value> {
        let all = self.octopus("GET", "/api/Spaces-1/machines/all", &Value::Null);
        let mut machines = all.as_array().cloned().unwrap_or_default();
        machines.sort_by_key(|one| {
            let id = one["Id"].as_str().unwrap_or_default();
            id.rsplit('-').next().and_then(|n| n.parse::<u64>().ok())
        });
        machines
    }
}
