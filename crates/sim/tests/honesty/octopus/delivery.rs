//! Releases on their way.

use serde_json::{Value, json};

use super::{Client, id};
use crate::Scenario;
use crate::stage::Stage;

/// A process whose one step runs on the server.
fn runs_on_server(client: &Client<'_>) {
    let path = "projects/Projects-1/deploymentprocesses";
    let step = json!({ "Name": "Tell", "Actions": [{
        "Name": "Tell",
        "Properties": { "Octopus.Action.RunOnServer": "true" },
    }] });
    client.change(path, "Steps", json!([step]));
}

pub const BY_NAME: Scenario = Scenario {
    name: "scripts release and deploy by names",
    shows: &[
        "route POST releases/create/v1",
        "route POST deployments/create/tenanted/v1",
        "route POST deployments/create/untenanted/v1",
        "route POST releases/{id}/snapshot-variables",
        "route GET dashboard",
        "route GET dashboard/dynamic",
        "route GET projects/{id}/progression",
        "route GET progression/{id}",
    ],
    play: by_name,
};

fn by_name(stage: &Stage) {
    let client = Client(stage);
    runs_on_server(&client);
    let command = json!({ "spaceIdOrName": "Default", "projectName": "checkout web" });
    let release = client.create("releases/create/v1", command.clone());
    assert_eq!(release["ReleaseVersion"], "0.0.1");
    let mut again = command.clone();
    again["releaseVersion"] = json!("0.0.1");
    let (status, why) = client.refused("POST", "releases/create/v1", again.clone());
    assert_eq!(status, 400);
    assert!(
        why.starts_with("Release '0.0.1' already exists for this project."),
        "{why}"
    );
    again["IgnoreIfAlreadyExists"] = json!(true);
    assert_eq!(client.post("releases/create/v1", again), release);
    let snapshot = format!(
        "releases/{}/snapshot-variables",
        release["ReleaseId"].as_str().unwrap()
    );
    assert!(client.post(&snapshot, json!({}))["ProjectVariableSetSnapshotId"].is_string());

    let mut deploy = command;
    deploy["releaseVersion"] = json!("0.0.1");
    deploy["environmentNames"] = json!(["Development"]);
    let made = client.create("deployments/create/untenanted/v1", deploy.clone());
    assert_eq!(made["DeploymentServerTasks"].as_array().unwrap().len(), 1);
    for name in ["ada", "bob"] {
        let connections = json!({ "Projects-1": ["Environments-1"] });
        client.create(
            "tenants",
            json!({ "Name": name, "ProjectEnvironments": connections }),
        );
    }
    deploy["environmentName"] = json!("development");
    deploy["tenants"] = json!(["ada", "Tenants-2", "ghost"]);
    let tenanted = "deployments/create/tenanted/v1";
    let (_, why) = client.refused("POST", tenanted, deploy.clone());
    assert!(why.contains("'ghost'"), "{why}");
    deploy["tenants"] = json!(["ada", "Tenants-2"]);
    let made = client.create(tenanted, deploy);
    assert_eq!(made["DeploymentServerTasks"].as_array().unwrap().len(), 2);
    assert_eq!(client.get("deployments")["TotalResults"], 3, "all or none");

    stage.advance(60.0);
    let dashboard = client.get("dashboard?projectId=Projects-1");
    assert_eq!(dashboard["Items"].as_array().unwrap().len(), 3);
    assert_eq!(dashboard["Items"][0]["State"], "Success");
    assert_eq!(dashboard["Items"][0]["ReleaseVersion"], "0.0.1");
    let one = client.get("dashboard/dynamic?projects=Projects-1&selectedTenants=Tenants-1");
    assert_eq!(one["Items"].as_array().unwrap().len(), 1);
    let progression = client.get("projects/Projects-1/progression");
    let deployments = &progression["Releases"][0]["Deployments"]["Environments-1"];
    assert_eq!(deployments.as_array().unwrap().len(), 3);
    assert_eq!(
        client.get("progression/Projects-1?releaseHistoryCount=1"),
        progression
    );
}

pub const PHASES: Scenario = Scenario {
    name: "a release passes phase after phase",
    shows: &[
        "route GET releases/{id}/progression",
        "route GET releases/{id}/deployments/template",
        "route GET releases/{id}/deployments/preview/{environment}",
        "route GET releases/{id}/deployments/preview/{environment}/{tenant}",
        "route POST releases/{id}/deployments/previews",
    ],
    play: phases,
};

fn phases(stage: &Stage) {
    let client = Client(stage);
    runs_on_server(&client);
    let live = client.create("environments", json!({ "Name": "Live" }));
    let live = id(&live);
    let mut lifecycle = client.get("lifecycles/Lifecycles-1");
    let phase = json!({ "Name": "Live", "OptionalDeploymentTargets": [live] });
    lifecycle["Phases"].as_array_mut().unwrap().push(phase);
    client.put("lifecycles/Lifecycles-1", lifecycle);
    let release = client.create(
        "releases",
        json!({ "Version": "1.0", "ProjectId": "Projects-1" }),
    );
    let path = format!("releases/{}", id(&release));
    let goals = || -> Vec<String> {
        let template = client.get(&format!("{path}/deployments/template"));
        let goals = template["PromoteTo"].as_array().unwrap().clone();
        goals
            .iter()
            .map(|goal| goal["Name"].as_str().unwrap().to_owned())
            .collect()
    };
    let progress = |place: usize| {
        client.get(&format!("{path}/progression"))["Phases"][place]["Progress"].clone()
    };
    assert_eq!(goals(), ["Development"]);
    assert_eq!(
        (progress(0), progress(1)),
        (json!("Current"), json!("Pending"))
    );
    let to =
        |environment: &str| json!({ "ReleaseId": release["Id"], "EnvironmentId": environment });
    let (status, why) = client.refused("POST", "deployments", to(&live));
    assert_eq!(status, 400);
    assert!(why.contains("the phase 'Development'"), "{why}");
    client.create("deployments", to("Environments-1"));
    stage.advance(60.0);
    assert_eq!(
        (progress(0), progress(1)),
        (json!("Complete"), json!("Current"))
    );
    assert_eq!(goals(), ["Development", "Live"]);
    client.create("deployments", to(&live));

    let preview = client.get(&format!("{path}/deployments/preview/{live}"));
    assert_eq!(preview["StepsToExecute"][0]["ActionName"], "Tell");
    client.create("tenants", json!({ "Name": "ada" }));
    let own = client.get(&format!("{path}/deployments/preview/{live}/Tenants-1"));
    assert_eq!(own["StepsToExecute"], preview["StepsToExecute"]);
    let body = json!({ "DeploymentPreviews": [{ "EnvironmentId": live, "TenantId": null }] });
    assert_eq!(
        client.post(&format!("{path}/deployments/previews"), body),
        json!([preview])
    );
}

pub const CLASSIC: Scenario = Scenario {
    name: "releases and deployments are documents, too",
    shows: &[
        "route GET releases",
        "route GET releases/{id}",
        "route POST releases",
        "route PUT releases/{id}",
        "route DELETE releases/{id}",
        "route GET projects/{id}/releases",
        "route GET projects/{id}/releases/{version}",
        "route GET channels/{id}/releases",
        "route GET releases/{id}/deployments",
        "route GET deployments",
        "route GET deployments/{id}",
        "route POST deployments",
        "route DELETE deployments/{id}",
    ],
    play: classic,
};

fn classic(stage: &Stage) {
    let client = Client(stage);
    runs_on_server(&client);
    let rule = json!([{ "VersionRange": "[1.0,2.0)", "Tag": "^$", "Actions": ["Tell"] }]);
    let body = json!({ "Name": "Stable", "ProjectId": "Projects-1", "Rules": rule });
    let channel = client.create("channels", body);
    let body = |version: &str| {
        json!({
            "Version": version,
            "ProjectId": "Projects-1",
            "ChannelId": channel["Id"],
            "SelectedPackages": [{ "ActionName": "Tell", "PackageReferenceName": "", "Version": version }],
        })
    };
    for version in ["2.0", "1.5-beta"] {
        let (_, why) = client.refused("POST", "releases", body(version));
        assert!(
            why.contains("does not fit the version rules of the channel 'Stable'"),
            "{why}"
        );
    }
    let release = client.create("releases", body("1.5"));
    let forced = client.create("releases?ignoreChannelRules=true", body("2.0"));
    let path = format!("releases/{}", id(&release));
    let versions = |query: &str| -> Vec<Value> {
        let page = client.get(query);
        page["Items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["Version"].clone())
            .collect()
    };
    assert_eq!(versions("releases"), ["2.0", "1.5"], "newest first");
    assert_eq!(
        versions("projects/Projects-1/releases?searchByVersion=1."),
        ["1.5"]
    );
    assert_eq!(
        versions(&format!("channels/{}/releases", id(&channel))).len(),
        2
    );
    assert_eq!(
        client.get("projects/checkout-web/releases/1.5")["Id"],
        release["Id"]
    );
    client.change(&path, "ReleaseNotes", json!("better"));
    assert_eq!(client.get(&path)["ReleaseNotes"], "better");

    let body = json!({ "ReleaseId": release["Id"], "EnvironmentId": "Environments-1" });
    let deployment = client.create("deployments", body);
    let own = format!("deployments/{}", id(&deployment));
    let page = client.get(&format!("{path}/deployments"));
    assert_eq!(page["Items"][0]["Id"], deployment["Id"]);
    let running = client.get("deployments?taskState=Executing&projects=Projects-1");
    assert_eq!(running["TotalResults"], 1);
    let elsewhere = client.get("deployments?environments=Environments-9");
    assert_eq!(elsewhere["TotalResults"], 0);
    assert_eq!(client.get(&own)["ReleaseId"], release["Id"]);
    client.delete(&own);
    client.delete(&format!("releases/{}", id(&forced)));
}
