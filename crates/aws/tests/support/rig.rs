//! What these tests share: a gate that lets everything through, and names.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use async_trait::async_trait;
use bennu_aws::{Aws, Keys, TargetConfig};
use bennu_model::action::{InfrastructureAction, StackInput};
use bennu_model::desired::TemplateBody;
use bennu_model::ids::{InstallationId, StackName, TargetName, Token};
use bennu_model::names::digest_of;
use bennu_ports::{Call, Closed, Gate, PortError};
use bytes::Bytes;

/// Lets everything through and remembers it.
#[derive(Debug, Default)]
pub struct Open(pub Mutex<Vec<Call>>);

#[async_trait]
impl Gate for Open {
    async fn before(&self, call: Call) -> Result<(), Closed> {
        self.0.lock().unwrap().push(call);
        Ok(())
    }

    async fn after(&self, _: Call, _: Result<(), &PortError>) {}
}

pub fn target() -> TargetName {
    TargetName::new("dev").unwrap()
}

/// The adapter under test, against an AWS at `endpoint`.
pub fn aws(endpoint: &str, bucket: &str) -> Aws {
    let config = TargetConfig {
        name: target(),
        region: "us-east-1".to_owned(),
        endpoint: Some(endpoint.to_owned()),
        role_arn: None,
        external_id: None,
        keys: Keys::Static {
            id: "123456789012".to_owned(),
            secret: "secret".to_owned(),
        },
        artifact_bucket: Some(bucket.to_owned()),
        service_role_arn: None,
    };
    Aws::new(InstallationId::new("test").unwrap(), vec![config]).unwrap()
}

/// A stack input with its template travelling in the request.
pub fn inline(template: &Bytes, parameters: &[(&str, &str)]) -> StackInput {
    StackInput {
        body: TemplateBody::Inline(digest_of(template)),
        parameters: parameters
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
        capabilities: BTreeSet::from(["CAPABILITY_IAM".to_owned()]),
        tags: BTreeMap::from([("bennu:installation".to_owned(), "test".to_owned())]),
    }
}

pub fn create(name: &str, input: StackInput, token: &str) -> InfrastructureAction {
    InfrastructureAction::CreateStack {
        name: StackName::new(name).unwrap(),
        input,
        token: Token::new(token).unwrap(),
    }
}
