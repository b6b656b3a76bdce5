//! The simulator, with all that has to be there before an instance of the stack boots.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::{fs, str};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bennu_sim::doors::serve::{Options, Running, serve};
use bennu_sim::ec2::{Instance, InstanceQuery};
use bennu_sim::world::{DEFAULT_ACCOUNT, Place};
use bennu_template::catalog::package;
use bennu_template::digest;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use crate::RELEASE;

/// The tenant of the instances.
pub const TENANT: &str = "ryan0001";
/// The roles of the instances, the marker role among them.
pub const ROLES: [&str; 2] = ["web", "bennu-test"];

const REGION: &str = "eu-west-1";
const BUCKET: &str = "bennu-artifacts";
const PREFIX: &str = "environments/5b0c/";
const TEMPLATE: &str = include_str!("../../../../templates/web-linux/template.yaml");
const STACK: &str = "bennu-test-ryan0001";

/// A world in which one instance of the stack is about to boot. It never does so by itself:
/// whoever has this boots it.
pub struct Stage {
    pub running: Running,
    /// Where the instance's own network is to answer.
    pub network: TcpListener,
    pub instance_id: String,
    /// What the machine has to be called.
    pub machine_name: String,
    /// The instance's user data, as EC2 hands it out, decoded.
    pub user_data: String,
    /// The configuration object's content.
    pub configuration: String,
    client: Client,
}

impl Stage {
    /// `changed`: parameters that are to differ from what Bennu would fill in.
    pub async fn new(changed: &[(&str, &str)]) -> Self {
        let running = serve(Options::default()).await.unwrap();
        let network = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut stage = Self {
            running,
            network,
            instance_id: String::new(),
            machine_name: String::new(),
            user_data: String::new(),
            configuration: json!({ "Greeting": "hello" }).to_string(),
            client: Client::builder().no_proxy().build().unwrap(),
        };
        stage.control("clock", json!({ "pause": true })).await;
        stage
            .control("faults", json!({ "name": "never_boots" }))
            .await;
        let tenant = json!({
            "Name": TENANT,
            "ProjectEnvironments": { "Projects-1": ["Environments-1"] },
        });
        stage.octopus("POST", "tenants", Some(tenant)).await;
        stage.create_stack(changed).await;
        let instance = stage.instance();
        stage.machine_name = format!("{TENANT}-{}", instance.id);
        let user_data = instance.specification.user_data.unwrap();
        let user_data = STANDARD.decode(user_data).unwrap();
        stage.user_data = String::from_utf8(user_data).unwrap();
        stage.instance_id = instance.id;
        stage
    }

    /// Calls the simulated Octopus, as an administrator of its default space.
    pub async fn octopus(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let url = format!("{}/api/Spaces-1/{path}", self.running.octopus);
        let request = self.client.request(method.parse().unwrap(), url);
        let request = request.header("X-Octopus-ApiKey", &self.running.octopus_api_key);
        let answer = sent(match body {
            Some(body) => request.json(&body),
            None => request,
        });
        serde_json::from_slice(&answer.await).unwrap()
    }

    /// Fails unless the stack's events tell this.
    pub async fn expect_event(&self, reason: &str) {
        // What a signal leads to comes a moment later.
        self.control("clock", json!({ "advance_s": 5 })).await;
        let events = self.cloudformation("DescribeStackEvents", &[]).await;
        assert!(events.contains(reason), "no {reason:?} in: {events}");
    }

    async fn create_stack(&self, changed: &[(&str, &str)]) {
        let package = self.put("package", "zip", package()).await;
        let configuration = self.configuration.clone().into_bytes();
        let configuration = self.put("configuration", "json", configuration).await;
        let key = &self.running.octopus_api_key;
        let secret = self.create_secret("octopus/api-key", key).await;
        let health_url = format!("http://{}/release", self.network.local_addr().unwrap());
        let roles = ROLES.join(",");
        let mut parameters = BTreeMap::from([
            ("AppVersion", RELEASE),
            ("BennuTenant", TENANT),
            ("BennuOctopusServer", &self.running.octopus),
            ("BennuSpace", "Default"),
            ("BennuOctopusEnvironment", "Development"),
            ("BennuRoles", &roles),
            ("BennuMachinePolicy", "Default Machine Policy"),
            ("BennuBucket", BUCKET),
            ("BennuPrefix", PREFIX),
            ("BennuPackage", &package.key),
            ("BennuPackageDigest", &package.digest),
            ("BennuConfiguration", &configuration.key),
            ("BennuConfigurationDigest", &configuration.digest),
            ("OctopusApiKeySecret", &secret),
            ("HealthUrl", &health_url),
            ("Capacity", "1"),
        ]);
        parameters.extend(changed.iter().copied());
        let mut request = vec![
            ("TemplateBody".to_owned(), TEMPLATE.to_owned()),
            (
                "Capabilities.member.1".to_owned(),
                "CAPABILITY_IAM".to_owned(),
            ),
        ];
        for (index, (name, value)) in parameters.into_iter().enumerate() {
            let number = index + 1;
            let one = format!("Parameters.member.{number}");
            request.push((format!("{one}.ParameterKey"), name.to_owned()));
            request.push((format!("{one}.ParameterValue"), value.to_owned()));
        }
        self.cloudformation("CreateStack", &request).await;
        // Long enough for the group to be made, and shorter than it waits for signals.
        self.control("clock", json!({ "advance_s": 300 })).await;
    }

    /// The one instance of the stack.
    fn instance(&self) -> Instance {
        let place = Place {
            account: DEFAULT_ACCOUNT.to_owned(),
            region: REGION.to_owned(),
        };
        let query = InstanceQuery::default();
        let found = (self.running.sim)
            .with(|world| world.on(&place, |region, m| region.describe_instances(&query, m)));
        let mut found = found.unwrap().items;
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    }

    /// Stores an object under the name that its content gives it.
    async fn put(&self, what: &str, ending: &str, content: Vec<u8>) -> Stored {
        let digest = digest(&content);
        let key = format!("{PREFIX}{what}-{digest}.{ending}");
        let url = format!("{}/{BUCKET}/{key}", self.running.aws);
        let request = self.client.put(url).body(content);
        sent(request.header("authorization", credential("s3"))).await;
        Stored { key, digest }
    }

    /// Tells the secret's ARN.
    async fn create_secret(&self, name: &str, value: &str) -> String {
        let body = json!({ "Name": name, "SecretString": value, "ClientRequestToken": name });
        let request = (self.client.post(&self.running.aws))
            .header("authorization", credential("secretsmanager"))
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", "secretsmanager.CreateSecret")
            .body(body.to_string());
        let answer: Value = serde_json::from_slice(&sent(request).await).unwrap();
        answer["ARN"].as_str().unwrap().to_owned()
    }

    /// Calls CloudFormation about the stack.
    async fn cloudformation(&self, action: &str, parameters: &[(String, String)]) -> String {
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let mut form = format!("Action={action}&Version=2010-05-15&StackName={STACK}");
        for (name, value) in parameters {
            form.push_str(&format!("&{}={}", encode(name), encode(value)));
        }
        let request = (self.client.post(&self.running.aws))
            .header("authorization", credential("cloudformation"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        String::from_utf8(sent(request).await).unwrap()
    }

    async fn control(&self, path: &str, body: Value) {
        let url = format!("{}/_sim/{path}", self.running.aws);
        sent(self.client.post(url).json(&body)).await;
    }
}

/// An object, by its key and the digest of its content.
struct Stored {
    key: String,
    digest: String,
}

/// The package of the template's bootstrap folder, as Bennu makes it.
fn package() -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates/web-linux/bootstrap");
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let files: BTreeMap<String, Vec<u8>> = entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect();
    package::zip(&files).unwrap()
}

/// The body of a success.
async fn sent(request: RequestBuilder) -> Vec<u8> {
    let response = request.send().await.unwrap();
    let (status, url) = (response.status(), response.url().clone());
    let body = response.bytes().await.unwrap();
    let said = str::from_utf8(&body).unwrap_or_default();
    assert!(status.is_success(), "{url}: {status}: {said}");
    body.to_vec()
}

fn credential(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=AKIDTEST/20260101/{REGION}/{service}/aws4_request, \
         SignedHeaders=host, Signature=00"
    )
}
