//! The stories of the campaign. Each is as short as its point allows.

mod builds;
pub mod events;
mod infrastructure;
mod software;
mod trouble;

use bennu_model::spec::ParameterValue;

use super::run::Scenario;
use crate::story::Build;

/// A security group: nothing of it takes long.
const PLAIN: &str = r#"AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Cidr: { Type: String, Default: 10.0.0.0/8 }
  Purpose: { Type: String, Default: web }
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: !Ref Purpose
      SecurityGroupIngress:
        - { IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: !Ref Cidr }
"#;

const FIRST: &str = "1.0.0-ryan0001";
const SECOND: &str = "1.0.0-ryan0002";
const WEB: &[&str] = &["Checkout Web"];

macro_rules! scenario {
    ($name:literal, $story:ident, $body:block) => {
        crate::crash::run::Scenario {
            name: $name,
            play: |$story| Box::pin(async move $body),
            retains: false,
        }
    };
}
use scenario;

/// All of them.
pub fn all() -> Vec<Scenario> {
    let parts = [
        infrastructure::all(),
        software::all(),
        builds::all(),
        trouble::all(),
    ];
    parts.into_iter().flatten().collect()
}

/// A daemon with a defect: a replica that comes after one that died derives other names.
pub fn with_other_names() -> Scenario {
    scenario!("other-names", story, {
        story.forgets_names = true;
        let build = Build {
            has_octopus: false,
            ..plain()
        };
        story.build(&build).await;
        story.until("ready", |s| s.is_ready()).await;
    })
}

/// Infrastructure and a tenant.
fn plain() -> Build<'static> {
    Build::infrastructure(PLAIN)
}

/// A release on one Linux web server.
fn web(release: &str) -> Build<'_> {
    Build::of(release).with("Capacity", "1")
}

fn literal(text: &str) -> ParameterValue {
    ParameterValue::Literal(text.to_owned())
}
