//! What projects are made of: processes, settings, variables, packages.

use serde_json::{Value, json};

use super::Client;
use crate::Scenario;
use crate::stage::Stage;

pub const PROCESS: Scenario = Scenario {
    name: "processes and variables are written at the version that was read",
    shows: &[
        "route GET deploymentprocesses/{id}",
        "route PUT deploymentprocesses/{id}",
        "route GET deploymentprocesses/{id}/template",
        "route GET projects/{id}/deploymentprocesses",
        "route PUT projects/{id}/deploymentprocesses",
        "route GET projects/{id}/deploymentsettings",
        "route PUT projects/{id}/deploymentsettings",
        "route GET variables/{id}",
        "route PUT variables/{id}",
    ],
    play: process,
};

fn process(stage: &Stage) {
    let client = Client(stage);
    let project = client.get("projects/Projects-1");
    let path = format!(
        "deploymentprocesses/{}",
        project["DeploymentProcessId"].as_str().unwrap()
    );
    let mut process = client.get(&path);
    assert_eq!(
        (&process["Version"], &process["Steps"]),
        (&json!(0), &json!([]))
    );
    process["Steps"] = json!([{ "Name": "Install", "Actions": [{
        "Name": "Install",
        "ActionType": "Octopus.TentaclePackage",
        "Packages": [{ "Name": "", "PackageId": "Acme.Web", "FeedId": "feeds-builtin" }],
        "Properties": { "Octopus.Action.TargetRoles": "web" },
    }] }]);
    let written = client.put(&path, process.clone());
    assert_eq!(written["Version"], 1);
    assert!(written["Steps"][0]["Actions"][0]["Id"].is_string());
    let (status, why) = client.refused("PUT", &path, process);
    assert_eq!(status, 409);
    assert!(why.contains("submitted data was out of date"), "{why}");
    let same = client.get("projects/Projects-1/deploymentprocesses");
    assert_eq!(same, written);
    client.put("projects/Projects-1/deploymentprocesses", same);
    let template = client.get(&format!("{path}/template"));
    assert_eq!(template["Packages"][0]["PackageId"], "Acme.Web");
    assert_eq!(template["NextVersionIncrement"], "0.0.1");

    let mut settings = client.get("projects/Projects-1/deploymentsettings");
    settings["ConnectivityPolicy"]["AllowDeploymentsToNoTargets"] = json!(true);
    client.put("projects/Projects-1/deploymentsettings", settings);
    let project = client.get("projects/Projects-1");
    assert_eq!(
        project["ProjectConnectivityPolicy"]["AllowDeploymentsToNoTargets"],
        true
    );

    let path = format!("variables/{}", project["VariableSetId"].as_str().unwrap());
    let mut set = client.get(&path);
    assert_eq!(set["ScopeValues"]["Environments"][0]["Name"], "Development");
    set["Variables"] = json!([
        { "Name": "Colour", "Value": "blue", "Scope": { "Environment": ["Environments-1"] } },
        { "Name": "Password", "Value": "secret", "IsSensitive": true, "Type": "Sensitive" },
    ]);
    let written = client.put(&path, set.clone());
    assert_eq!(written["Variables"][0]["Value"], "blue");
    assert_eq!(written["Variables"][1]["Value"], Value::Null);
    assert!(!client.get(&path).to_string().contains("secret"));
    assert_eq!(client.refused("PUT", &path, set).0, 409);
}

pub const PACKAGES: Scenario = Scenario {
    name: "the built-in feed takes packages once and tells them in order",
    shows: &[
        "route GET feeds",
        "route GET feeds/all",
        "route GET feeds/{id}",
        "route GET feeds/{id}/packages/versions",
        "route GET packages",
        "route GET packages/{id}",
        "route POST packages/raw",
        "route DELETE packages/{id}",
    ],
    play: packages,
};

fn packages(stage: &Stage) {
    let client = Client(stage);
    let push = |name: &str, query: &str| {
        let body = format!(
            "--b\r\nContent-Disposition: form-data; name=\"any\"; filename=\"{name}\"\r\n\r\nPK\r\n--b--\r\n"
        );
        let kind = "multipart/form-data; boundary=b";
        stage.octopus_bytes(
            "POST",
            &format!("/api/packages/raw{query}"),
            kind,
            body.into_bytes(),
        )
    };
    assert_eq!(push("Acme.Web.1.9.0.zip", "").status, 201);
    assert_eq!(push("Acme.Web.1.10.0.zip", "").status, 201);
    assert_eq!(
        push("Acme.Web.2.0.0-beta.1.tar.gz", "").ok().value()["FileExtension"],
        ".tar.gz"
    );
    assert_eq!(push("Acme.Web.1.9.0.zip", "").status, 409);
    assert_eq!(
        push("Acme.Web.1.9.0.zip", "?overwriteMode=IgnoreIfExists").status,
        200
    );
    assert_eq!(
        push("Acme.Web.1.9.0.zip", "?overwriteMode=OverwriteExisting").status,
        201
    );
    assert_eq!(push("nonsense.zip", "").status, 400);
    let feed = client.get("feeds?feedType=BuiltIn")["Items"][0].clone();
    assert_eq!(client.get("feeds/all")[0], feed);
    assert_eq!(client.get("feeds/feeds-builtin"), feed);
    let versions = |query: &str| -> Vec<String> {
        let page = client.get(query);
        let items = page["Items"].as_array().unwrap().iter();
        items
            .map(|item| item["Version"].as_str().unwrap().to_owned())
            .collect()
    };
    let of = "feeds/feeds-builtin/packages/versions?packageId=Acme.Web";
    assert_eq!(versions(of), ["2.0.0-beta.1", "1.10.0", "1.9.0"]);
    assert_eq!(
        versions(&format!("{of}&versionRange=[1.0,1.10)")),
        ["1.9.0"]
    );
    assert_eq!(
        versions(&format!("{of}&preReleaseTag=^$&take=1")),
        ["1.10.0"]
    );
    assert_eq!(
        versions("packages?filter=acme"),
        ["2.0.0-beta.1"],
        "the newest of each"
    );
    assert_eq!(versions("packages?nuGetPackageId=Acme.Web").len(), 3);
    assert_eq!(
        client.get("packages/packages-Acme.Web.1.9.0")["PackageSizeBytes"],
        2
    );
    client.delete("packages/packages-Acme.Web.1.9.0");
}
