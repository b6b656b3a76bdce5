//! PowerShell, played on one Windows instance.

mod configuration;
mod language;
mod refused;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::World;
use crate::cloudformation::request::CreateStack;
use crate::parameters::Parameters;
use crate::world::{Place, default_start};

/// What one instance with this user data says, without the times, and the seconds from its
/// first word to its last.
fn boot(user_data: &str, parameters: Parameters) -> (Vec<String>, i64) {
    let mut world = World::new(3, default_start(), parameters);
    let place = Place {
        account: "123456789012".to_owned(),
        region: "us-east-1".to_owned(),
    };
    let template = json!({ "Resources": { "Box": {
        "Type": "AWS::EC2::Instance",
        "Properties": { "ImageId": "ami-1", "UserData": STANDARD.encode(user_data) },
    } } });
    let request = CreateStack {
        stack_name: "shop".to_owned(),
        template_body: Some(template.to_string()),
        ..CreateStack::default()
    };
    (world.on(&place, |region, moment| {
        region.create_stack(request, moment)
    }))
    .unwrap();
    world.settle();
    let truth = world.on(&place, |region, _| region.truth());
    let id = truth["instances"][0]["InstanceId"].as_str().unwrap();
    let lines = world.boots.console(&place, id, 200);
    let at = |line: &String| chrono::DateTime::parse_from_rfc3339(&line[..20]).unwrap();
    let span = at(lines.last().unwrap()) - at(&lines[0]);
    let texts = lines.iter().map(|line| line[21..].to_owned()).collect();
    (texts, span.num_seconds())
}

/// What a script says, without the line that tells how it ended; and its exit status.
fn said(script: &str) -> (Vec<String>, i32) {
    let user_data = format!("<powershell>\n{script}\n</powershell>");
    let (mut lines, _) = boot(&user_data, Parameters::default());
    let last = lines.pop().unwrap();
    let status = last.strip_prefix("boot script ended with status ");
    assert!(status.is_some(), "{lines:?} {last}");
    (lines, status.unwrap().parse().unwrap())
}
