//! Where the stories play: a world, one region, and a pen that writes down what happened.

use bennu_sim::World;
use bennu_sim::aws_error::AwsResult;
use bennu_sim::clock::seconds;
use bennu_sim::cloudformation::answer::{ChangeSetDescription, StackDescription};
use bennu_sim::cloudformation::request::{
    ChangeSetReference, CreateChangeSet, CreateStack, DeleteStack, ExecuteChangeSet, ParameterInput,
};
use bennu_sim::parameters::Parameters;
use bennu_sim::region::Region;
use bennu_sim::world::{Moment, Place, default_start};

/// Four resources in a row, and an output.
pub const CHAIN: &str = r#"
Description: a queue, a topic, and a role that knows both
Parameters:
  QueueName: { Type: String, Default: orders }
  Size: { Type: Number, Default: "1" }
Resources:
  Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: !Ref QueueName } }
  Topic: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Sub "size ${Size}" } }
  Role:
    Type: AWS::IAM::Role
    Properties: { Description: !Sub "${Queue.Arn} and ${Topic}" }
Outputs:
  Url: { Value: !Ref Queue }
"#;

/// A world and the one region that the stories play in.
pub struct Stage {
    pub world: World,
    pub place: Place,
}

impl Stage {
    pub fn new() -> Self {
        let place = Place {
            account: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
        };
        Self {
            world: World::new(7, default_start(), Parameters::default()),
            place,
        }
    }

    pub fn call<T>(&mut self, operation: impl FnOnce(&mut Region, &mut Moment<'_>) -> T) -> T {
        self.world.on(&self.place, operation)
    }

    pub fn wait(&mut self, amount_s: f64) {
        self.world.advance_to(self.world.now + seconds(amount_s));
    }

    pub fn fault(&mut self, text: &str) {
        self.world
            .faults
            .add(serde_json::from_str(text).unwrap())
            .unwrap();
    }

    pub fn create(&mut self, template: &str) -> AwsResult<String> {
        let request = create_request(template);
        self.call(|region, moment| region.create_stack(request, moment))
            .map(|one| one.stack_id)
    }

    /// Makes the stack and plays until all is done.
    pub fn created(&mut self, template: &str) -> String {
        let id = self.create(template).unwrap();
        self.world.settle();
        id
    }

    pub fn delete(&mut self, name: &str) -> AwsResult<()> {
        let request = DeleteStack {
            stack_name: name.to_owned(),
            ..DeleteStack::default()
        };
        self.call(|region, moment| region.delete_stack(request, moment))
    }

    pub fn change_set(&mut self, request: CreateChangeSet) -> ChangeSetDescription {
        self.call(|region, moment| region.create_change_set(request, moment))
            .unwrap();
        self.world.settle();
        self.change_set_now()
    }

    pub fn change_set_now(&mut self) -> ChangeSetDescription {
        let wanted = wanted();
        self.call(|region, moment| region.describe_change_set(&wanted, false, None, moment))
            .unwrap()
            .0
    }

    pub fn drop_change_set(&mut self) {
        let wanted = wanted();
        self.call(|region, moment| region.delete_change_set(&wanted, moment))
            .unwrap();
    }

    pub fn execute(&mut self) -> AwsResult<()> {
        let request = ExecuteChangeSet {
            change_set: wanted(),
            disable_rollback: Some(false),
            ..ExecuteChangeSet::default()
        };
        self.call(|region, moment| region.execute_change_set(request, moment))
    }

    pub fn stack(&mut self, name: &str) -> StackDescription {
        let page = self.call(|region, moment| region.describe_stacks(Some(name), None, moment));
        page.unwrap().items.remove(0)
    }

    pub fn status(&mut self, name: &str) -> &'static str {
        self.stack(name).stack_status.as_str()
    }

    /// The event log of a stack; `of` limits it to one resource.
    pub fn log(&mut self, name: &str, of: Option<&str>) -> String {
        let page = self.call(|region, moment| region.describe_stack_events(name, None, moment));
        let mut lines = String::new();
        for event in page.unwrap().items.into_iter().rev() {
            if of.is_some_and(|of| of != event.logical_resource_id) {
                continue;
            }
            let at = (event.timestamp - default_start()).num_seconds();
            let reason = event.resource_status_reason.unwrap_or_default();
            let line = format!(
                "{at:>4} {:<8} {} {reason}",
                event.logical_resource_id, event.resource_status
            );
            lines.push_str(line.trim_end());
            lines.push('\n');
        }
        number_instances(&lines)
    }
}

pub fn create_request(template: &str) -> CreateStack {
    CreateStack {
        stack_name: "shop".to_owned(),
        template_body: Some(template.to_owned()),
        capabilities: vec!["CAPABILITY_IAM".to_owned()],
        ..CreateStack::default()
    }
}

pub fn update_request(parameters: &[(&str, &str)]) -> CreateChangeSet {
    let parameters = parameters.iter().map(|(key, value)| ParameterInput {
        key: (*key).to_owned(),
        value: Some((*value).to_owned()),
        use_previous_value: false,
    });
    CreateChangeSet {
        stack_name: "shop".to_owned(),
        change_set_name: "next".to_owned(),
        use_previous_template: true,
        parameters: parameters.collect(),
        capabilities: vec!["CAPABILITY_IAM".to_owned()],
        ..CreateChangeSet::default()
    }
}

fn wanted() -> ChangeSetReference {
    ChangeSetReference {
        change_set_name: "next".to_owned(),
        stack_name: Some("shop".to_owned()),
    }
}

/// What a change set shows, a line per resource and an indented one per detail.
pub fn show_changes(one: &ChangeSetDescription) -> String {
    let mut lines = String::new();
    for change in &one.changes {
        lines.push_str(&format!(
            "{} {} {} {} {:?}\n",
            change.action,
            change.logical_resource_id,
            change.replacement.unwrap_or("-"),
            change.policy_action.unwrap_or("-"),
            change.scope
        ));
        for detail in &change.details {
            lines.push_str(&format!(
                "  {}.{} {} {} {} {}\n",
                detail.attribute,
                detail.name.as_deref().unwrap_or("-"),
                detail.requires_recreation,
                detail.evaluation,
                detail.change_source,
                detail.causing_entity.as_deref().unwrap_or("-")
            ));
        }
    }
    lines
}

fn number_instances(text: &str) -> String {
    let mut out = text.to_owned();
    let mut number = 0;
    while let Some(start) = out.find("i-").filter(|_| number < 100) {
        let Some(id) = out.get(start..start + 19) else {
            break;
        };
        let id = id.to_owned();
        number += 1;
        out = out.replace(&id, &format!("instance {number}"));
    }
    out
}
