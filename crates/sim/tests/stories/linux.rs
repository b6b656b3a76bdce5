//! What an environment of the template `web-linux` needs: a bucket with its package and its
//! configuration, the API key's secret, a tenant with a release, a trigger.

use std::collections::BTreeMap;
use std::path::Path;

use bennu_sim::cloudformation::request::ParameterInput;
use bennu_sim::octopus::Request;
use bennu_sim::s3::{Object, Precondition};
use bennu_template::catalog::package;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::stage::{Stage, create_request};

pub const TEMPLATE: &str = include_str!("../../../../templates/web-linux/template.yaml");

const BUCKET: &str = "artifacts";
const PREFIX: &str = "bennu/ryan0001/";
const CONFIGURATION: &str = "{\"Greeting\":\"hello\"}";

/// The files of the shipped package, by path.
pub fn files() -> BTreeMap<String, Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates/web-linux/bootstrap");
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        files.insert(name, std::fs::read(path).unwrap());
    }
    files
}

/// The shipped package with a piece of one file's text changed.
pub fn files_with(file: &str, from: &str, to: &str) -> BTreeMap<String, Vec<u8>> {
    let mut files = files();
    let text = String::from_utf8(files[file].clone()).unwrap();
    assert!(text.contains(from), "{file} has no {from:?}: {text}");
    files.insert(file.to_owned(), text.replace(from, to).into_bytes());
    files
}

fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Sends a request to Octopus and takes the answer of a success.
pub fn octopus(stage: &mut Stage, method: &str, target: &str, body: Value) -> Value {
    let world = &mut stage.world;
    let key = world.octopus.api_key().to_owned();
    let request = Request::new(method, target).with_key(&key).with_json(&body);
    let reply = (world.octopus).handle(&request, world.now, &mut world.faults);
    assert!(reply.status < 300, "{method} {target}: {reply:?}");
    reply.body.unwrap_or_default()
}

/// A tenant with a release of its own, and a trigger that deploys it to new machines.
pub fn furnish(stage: &mut Stage) {
    let connections = json!({ "Projects-1": ["Environments-1"] });
    let tenant = json!({ "Name": "ryan0001", "ProjectEnvironments": connections });
    octopus(stage, "POST", "/api/tenants", tenant);
    let trigger = json!({
        "Name": "new machines",
        "ProjectId": "Projects-1",
        "Filter": {
            "FilterType": "MachineFilter",
            "EnvironmentIds": [],
            "Roles": ["bennu-demo"],
            "EventGroups": ["MachineAvailableForDeployment"],
            "EventCategories": [],
        },
        "Action": {
            "ActionType": "AutoDeploy",
            "ShouldRedeployWhenMachineHasBeenDeployedTo": false,
        },
    });
    octopus(stage, "POST", "/api/projecttriggers", trigger);
    arm(stage, "1.0.0-ryan0001");
}

/// A release, which the tenant's next automatic deployment is of.
pub fn arm(stage: &mut Stage, version: &str) {
    let release =
        json!({ "ProjectId": "Projects-1", "ChannelId": "Channels-1", "Version": version });
    let release = octopus(stage, "POST", "/api/releases", release)["Id"].clone();
    let mut project = octopus(stage, "GET", "/api/projects/Projects-1", Value::Null);
    project["AutoDeployReleaseOverrides"] = json!([
        { "EnvironmentId": "Environments-1", "TenantId": "Tenants-1", "ReleaseId": release }
    ]);
    octopus(stage, "PUT", "/api/projects/Projects-1", project);
}

/// The stack's parameters, once the objects and the secret that they name are in place.
pub fn parameters(
    stage: &mut Stage,
    files: &BTreeMap<String, Vec<u8>>,
    changed: &[(&str, &str)],
) -> BTreeMap<String, String> {
    let zip = package::zip(files).unwrap();
    let (place, now) = (stage.place.clone(), stage.world.now);
    let key = stage.world.octopus.api_key().to_owned();
    let secret = stage.world.put_secret(&place, "octopus", &key);
    let (package, configuration) = (digest(&zip), digest(CONFIGURATION.as_bytes()));
    let package_key = format!("{PREFIX}package-{package}.zip");
    let configuration_key = format!("{PREFIX}configuration-{configuration}.json");
    let buckets = &mut stage.world.buckets;
    buckets.ensure(BUCKET, now);
    for (key, bytes) in [
        (&package_key, zip),
        (&configuration_key, CONFIGURATION.into()),
    ] {
        let object = Object::new(bytes.into(), BTreeMap::new(), now);
        let put = buckets.put(BUCKET, key, object, &Precondition::None);
        put.unwrap();
    }
    let given = [
        ("AppVersion", "1.0.0-ryan0001"),
        ("BennuTenant", "ryan0001"),
        ("BennuOctopusServer", "https://octopus.example"),
        ("BennuSpace", "Default"),
        ("BennuOctopusEnvironment", "Development"),
        ("BennuRoles", "web,bennu-demo"),
        ("BennuMachinePolicy", "Default Machine Policy"),
        ("BennuBucket", BUCKET),
        ("BennuPrefix", PREFIX),
        ("BennuPackage", &package_key),
        ("BennuPackageDigest", &package),
        ("BennuConfiguration", &configuration_key),
        ("BennuConfigurationDigest", &configuration),
        ("OctopusApiKeySecret", &secret),
    ];
    let all = given.iter().chain(changed);
    all.map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

/// Begins to make the stack `shop` of a template and a package; tells its ARN.
pub fn begin(
    stage: &mut Stage,
    template: &str,
    files: &BTreeMap<String, Vec<u8>>,
    changed: &[(&str, &str)],
) -> String {
    let mut request = create_request(template);
    let parameters = parameters(stage, files, changed);
    request.parameters = parameters
        .into_iter()
        .map(|(key, value)| ParameterInput {
            key,
            value: Some(value),
            use_previous_value: false,
        })
        .collect();
    let made = stage.call(|region, moment| region.create_stack(request, moment));
    made.unwrap().stack_id
}

/// A world in which the shipped template and package were played to their end, with some
/// parameters changed; and the stack's ARN.
pub fn played(changed: &[(&str, &str)]) -> (Stage, String) {
    played_with(&files(), changed)
}

/// The same with another package.
pub fn played_with(files: &BTreeMap<String, Vec<u8>>, changed: &[(&str, &str)]) -> (Stage, String) {
    let mut stage = Stage::new();
    furnish(&mut stage);
    let id = begin(&mut stage, TEMPLATE, files, changed);
    stage.world.settle();
    (stage, id)
}

/// The consoles of all instances that there are and were, the oldest's first.
pub fn console(stage: &mut Stage) -> String {
    let place = stage.place.clone();
    let mut said = String::new();
    for id in instances(stage) {
        let output = stage.world.console_output(&place, &id).unwrap();
        said.push_str(&output.text.unwrap_or_default());
    }
    said
}

/// The ids of all instances that there are and were, the oldest first.
pub fn instances(stage: &mut Stage) -> Vec<String> {
    let query = Default::default();
    let page = stage.call(|region, moment| region.describe_instances(&query, moment));
    let mut all = page.unwrap().items;
    all.sort_by_key(|one| one.launch_time);
    all.into_iter().map(|one| one.id).collect()
}
