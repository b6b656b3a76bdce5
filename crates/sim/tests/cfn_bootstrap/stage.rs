//! The simulator, with a stack whose group waits for the signal of its one instance.

use bennu_sim::doors::serve::{Options, Running, serve};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

/// Where the stack is.
pub const REGION: &str = "eu-west-1";

/// A world whose clock stands still.
pub struct Stage {
    pub running: Running,
    pub stack: String,
    pub instance_id: String,
    client: Client,
}

impl Stage {
    /// `init` makes the group's `AWS::CloudFormation::Init` of the address of AWS.
    pub async fn new(init: impl FnOnce(&str) -> Value) -> Self {
        let mut stage = Self::empty().await;
        let template = template(&init(&stage.running.aws));
        stage.create(&template).await;
        // Long enough for the instance to run, and shorter than it is waited for.
        stage.advance(300).await;
        let found = stage
            .call("ec2", "DescribeInstances", "2016-11-15", &[])
            .await;
        stage.instance_id = between(&found, "<instanceId>", "</instanceId>").to_owned();
        stage
    }

    /// A stack of any template, which has just begun.
    pub async fn of(template: &Value) -> Self {
        let stage = Self::empty().await;
        stage.create(template).await;
        stage
    }

    async fn empty() -> Self {
        let stage = Self {
            running: serve(Options::default()).await.unwrap(),
            stack: "web".to_owned(),
            instance_id: String::new(),
            client: Client::builder().no_proxy().build().unwrap(),
        };
        stage.control("clock", json!({ "pause": true })).await;
        stage
    }

    async fn create(&self, template: &Value) {
        let template = template.to_string();
        let body = [("TemplateBody", template.as_str())];
        self.cloudformation("CreateStack", &body).await;
    }

    /// The physical id of a resource.
    pub async fn physical_id(&self, logical_id: &str) -> String {
        let which = [("LogicalResourceId", logical_id)];
        let found = self.cloudformation("DescribeStackResource", &which).await;
        let id = between(&found, "<PhysicalResourceId>", "</PhysicalResourceId>");
        id.replace("&amp;", "&")
    }

    pub async fn advance(&self, seconds: u32) {
        self.control("clock", json!({ "advance_s": seconds })).await;
    }

    pub async fn status(&self) -> String {
        let found = self.cloudformation("DescribeStacks", &[]).await;
        between(&found, "<StackStatus>", "</StackStatus>").to_owned()
    }

    pub async fn events(&self) -> String {
        self.cloudformation("DescribeStackEvents", &[]).await
    }

    /// Stores an object; its path begins with the bucket.
    pub async fn put(&self, path: &str, content: &str) {
        let (bucket, _) = path.split_once('/').unwrap();
        for (path, body) in [(bucket, ""), (path, content)] {
            let url = format!("{}/{path}", self.running.aws);
            let request = self.client.put(url).body(body.to_owned());
            sent(request.header("authorization", credential("s3"))).await;
        }
    }

    /// Calls CloudFormation about the stack.
    async fn cloudformation(&self, action: &str, params: &[(&str, &str)]) -> String {
        let named = [&[("StackName", self.stack.as_str())], params].concat();
        self.call("cloudformation", action, "2010-05-15", &named)
            .await
    }

    async fn call(
        &self,
        service: &str,
        action: &str,
        version: &str,
        params: &[(&str, &str)],
    ) -> String {
        let mut form = format!("Action={action}&Version={version}");
        for (name, value) in params {
            let value = utf8_percent_encode(value, NON_ALPHANUMERIC);
            form.push_str(&format!("&{name}={value}"));
        }
        let request = (self.client.post(&self.running.aws))
            .header("authorization", credential(service))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        sent(request).await
    }

    async fn control(&self, path: &str, body: Value) {
        let url = format!("{}/_sim/{path}", self.running.aws);
        sent(self.client.post(url).json(&body)).await;
    }
}

/// A group of one instance, which has a quarter of an hour to say that it is up.
fn template(init: &Value) -> Value {
    json!({
        "Resources": {
            "Launch": {
                "Type": "AWS::EC2::LaunchTemplate",
                "Properties": { "LaunchTemplateData": { "ImageId": "ami-1" } },
            },
            "Group": {
                "Type": "AWS::AutoScaling::AutoScalingGroup",
                "CreationPolicy": { "ResourceSignal": { "Count": 1, "Timeout": "PT15M" } },
                "Metadata": { "AWS::CloudFormation::Init": init },
                "Properties": {
                    "MinSize": "1",
                    "MaxSize": "1",
                    "AvailabilityZones": { "Fn::GetAZs": "" },
                    "LaunchTemplate": {
                        "LaunchTemplateId": { "Ref": "Launch" },
                        "Version": { "Fn::GetAtt": ["Launch", "LatestVersionNumber"] },
                    },
                },
            },
        },
    })
}

async fn sent(request: RequestBuilder) -> String {
    let response = request.send().await.unwrap();
    let (status, url) = (response.status(), response.url().clone());
    let body = response.text().await.unwrap();
    assert!(status.is_success(), "{url}: {status}: {body}");
    body
}

fn between<'text>(text: &'text str, begin: &str, end: &str) -> &'text str {
    let (_, rest) = text.split_once(begin).unwrap();
    rest.split_once(end).unwrap().0
}

fn credential(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=AKIATHETEST/20260101/{REGION}/{service}/aws4_request, \
         SignedHeaders=host, Signature=00"
    )
}
