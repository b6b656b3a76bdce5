//! What the tests of errors are made with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use bennu_model::action::{InfrastructureAction, StackInput};
use bennu_model::desired::TemplateBody;
use bennu_model::ids::{InstallationId, StackArn, StackName, TargetName, Token};
use bennu_model::outcome::Outcome;
use bennu_model::plan::StackRef;
use bennu_ports::{Call, Closed, Gate, Infrastructure, PortError, PortErrorKind};

use super::super::table::Row;
use super::stub::{Answer, Stub};
use crate::config::{Keys, TargetConfig};
use crate::target::{Aws, Timeouts};

pub(super) async fn delete(answers: Vec<Answer>) -> Outcome {
    let stub = Stub::start(answers).await;
    let outcome = aws(config(&stub.url))
        .begin(&Open::default(), &target(), &delete_stack(), None)
        .await;
    assert_eq!(stub.requests().len(), 1, "the SDK must not try again");
    outcome
}

pub(super) fn example(row: &Row) -> Answer {
    let (status, message) = row.example;
    Answer::Http(status, "", error_body(row.code, message))
}

pub(super) fn error_body(code: &str, message: &str) -> String {
    let message = message.replace('<', "&lt;");
    format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
         <RequestId>1</RequestId></ErrorResponse>"
    )
}

/// Short enough for a test, long enough for loopback.
pub(super) const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(2),
    operation: Duration::from_secs(2),
};

pub(super) fn aws(config: TargetConfig) -> Aws {
    Aws::with_timeouts(InstallationId::new("test").unwrap(), vec![config], TIMEOUTS).unwrap()
}

pub(super) fn config(url: &str) -> TargetConfig {
    TargetConfig {
        name: target(),
        region: "us-east-1".into(),
        endpoint: Some(url.into()),
        role_arn: None,
        external_id: None,
        keys: Keys::Static {
            id: "AKID".into(),
            secret: "secret".into(),
        },
        artifact_bucket: Some("artifacts".into()),
        service_role_arn: None,
    }
}

pub(super) fn target() -> TargetName {
    TargetName::new("dev").unwrap()
}

pub(super) fn arn() -> StackArn {
    StackArn::new("arn:aws:cloudformation:us-east-1:123456789012:stack/demo/1").unwrap()
}

pub(super) fn by_arn() -> StackRef {
    StackRef::Arn(arn())
}

pub(super) fn delete_stack() -> InfrastructureAction {
    InfrastructureAction::DeleteStack {
        stack: arn(),
        token: Token::new("t").unwrap(),
    }
}

#[derive(Debug, Default)]
pub(super) struct Open {
    pub(super) shut: bool,
    pub(super) heard: Mutex<Vec<(Call, Option<PortErrorKind>)>>,
}

#[async_trait]
impl Gate for Open {
    async fn before(&self, _: Call) -> Result<(), Closed> {
        if self.shut {
            Err(Closed("the lease ends".to_owned()))
        } else {
            Ok(())
        }
    }

    async fn after(&self, call: Call, result: Result<(), &PortError>) {
        let kind = result.err().map(|error| error.kind.clone());
        self.heard.lock().unwrap().push((call, kind));
    }
}

pub(super) fn create_stack() -> InfrastructureAction {
    InfrastructureAction::CreateStack {
        name: StackName::new("demo").unwrap(),
        input: StackInput {
            body: TemplateBody::Url("https://artifacts.example/demo.template".to_owned()),
            parameters: BTreeMap::new(),
            capabilities: BTreeSet::new(),
            tags: BTreeMap::new(),
        },
        token: Token::new("t").unwrap(),
    }
}
