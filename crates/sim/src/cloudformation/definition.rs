//! What a version of a stack declares: template, parameter values, tags.

mod read;
mod rules;
mod shared;
mod values;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bennu_template::{Capability, Resource, Template};
use serde_json::Value;

use super::answer::ParameterOutput;
use super::dynamic;
use super::evaluate::{self, Identity, Lookup, Scope, as_text};
use super::monitoring::RollbackConfiguration;
use super::provision::attribute_of;
use super::request::{ParameterInput, Tag};
use crate::aws_error::{AwsError, AwsResult};
use crate::compute::Compute;

pub(crate) use read::read_any;
pub use rules::{RULE_FUNCTIONS, RuleFunction};
pub use shared::Templates;
pub(crate) use values::SetValue;

/// A template with everything that was chosen for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// The text as it was given; equal ones of a region are one.
    pub template_body: Arc<str>,
    /// The text, read.
    pub template: Arc<Template>,
    /// The value of each declared parameter.
    pub parameters: BTreeMap<String, SetValue>,
    /// Which conditions hold.
    pub conditions: BTreeMap<String, bool>,
    /// The exports of other stacks that it uses.
    pub imports: BTreeSet<String>,
    /// The stack's tags.
    pub tags: Vec<Tag>,
    /// Topics that hear of every event.
    pub notification_arns: Vec<String>,
    /// Acknowledged capabilities.
    pub capabilities: Vec<String>,
    /// The service role.
    pub role_arn: Option<String>,
    /// The alarms that end an operation.
    pub rollback_configuration: RollbackConfiguration,
}

/// What a call gives for a definition; what it leaves out comes from the previous one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Given {
    pub template_body: Option<String>,
    pub use_previous_template: bool,
    pub parameters: Vec<ParameterInput>,
    pub capabilities: Vec<String>,
    pub tags: Option<Vec<Tag>>,
    pub notification_arns: Option<Vec<String>>,
    pub role_arn: Option<String>,
}

impl Definition {
    /// Reads and checks all that a call gives, as CloudFormation does before it begins.
    pub(crate) fn prepare(
        given: Given,
        previous: Option<&Self>,
        identity: &Identity,
        compute: &mut Compute,
    ) -> AwsResult<Self> {
        let text = template_body(&given, previous)?;
        let (template_body, template) = compute.estate.templates.read(text)?;
        let acknowledged = given
            .capabilities
            .iter()
            .filter_map(|one| Capability::from_name(one));
        require(template.missing_capabilities(&acknowledged.collect()))?;
        check_tags(given.tags.as_deref().unwrap_or_default())?;
        let around = values::Surroundings {
            compute,
            place: &identity.place,
        };
        let parameters = values::set(&template, &given.parameters, previous, around)?;
        let role_arn = given
            .role_arn
            .or_else(|| previous.and_then(|one| one.role_arn.clone()));
        let mut definition = Self {
            template_body,
            template,
            parameters,
            conditions: BTreeMap::new(),
            imports: BTreeSet::new(),
            tags: given
                .tags
                .or_else(|| previous.map(|one| one.tags.clone()))
                .unwrap_or_default(),
            notification_arns: (given.notification_arns)
                .or_else(|| previous.map(|one| one.notification_arns.clone()))
                .unwrap_or_default(),
            capabilities: given.capabilities,
            role_arn,
            rollback_configuration: previous
                .map(|one| one.rollback_configuration.clone())
                .unwrap_or_default(),
        };
        definition.tags.sort();
        definition.conditions =
            evaluate::conditions(&definition, identity).map_err(AwsError::validation)?;
        rules::check(&definition, identity).map_err(AwsError::validation)?;
        definition.imports = definition
            .rehearse(identity)
            .map_err(AwsError::validation)?;
        Ok(definition)
    }

    /// This version without anything that it declares: what a stack has before its first
    /// import.
    pub(crate) fn emptied(&self) -> Self {
        let mut empty = self.clone();
        let template = Arc::make_mut(&mut empty.template);
        template.resources.clear();
        template.outputs.clear();
        empty
    }

    /// What `Ref` gives for a parameter; `None` when it is not declared.
    pub fn parameter_value(&self, name: &str) -> Option<Value> {
        let kind = &self.template.parameters.get(name)?.kind;
        Some(self.parameters.get(name)?.value(kind))
    }

    /// The parameters as they are shown.
    pub fn shown_parameters(&self) -> Vec<ParameterOutput> {
        let shown = self.parameters.iter().map(|(key, value)| ParameterOutput {
            parameter_key: key.clone(),
            parameter_value: if value.no_echo {
                "****".to_owned()
            } else {
                value.given.clone()
            },
            resolved_value: value.resolved.clone().filter(|_| !value.no_echo),
        });
        shown.collect()
    }

    /// The resources whose condition holds.
    pub fn active(&self) -> impl Iterator<Item = (&String, &Resource)> {
        self.template
            .resources
            .iter()
            .filter(|(_, one)| self.holds(one.condition.as_ref()))
    }

    /// Whether a resource exists under this definition.
    pub fn has(&self, logical_id: &str) -> bool {
        let declared = self.template.resources.get(logical_id);
        declared.is_some_and(|one| self.holds(one.condition.as_ref()))
    }

    /// Whether a condition holds; none always does.
    pub fn holds(&self, condition: Option<&String>) -> bool {
        condition.is_none_or(|name| self.conditions.get(name).copied().unwrap_or(false))
    }

    /// A value of the template, worked out with stand-ins for resources.
    pub(crate) fn foreseen(&self, value: &Value, identity: &Identity) -> Option<Value> {
        let stand_ins = StandIns {
            definition: self,
            identity,
            imported: RefCell::default(),
        };
        let scope = Scope {
            definition: self,
            identity,
            resources: &stand_ins,
        };
        scope.evaluate(value).ok().flatten()
    }

    /// Works everything out once with stand-ins, so that what is wrong in any case is
    /// refused before anything begins. Tells what is imported.
    fn rehearse(&self, identity: &Identity) -> Result<BTreeSet<String>, String> {
        let stand_ins = StandIns {
            definition: self,
            identity,
            imported: RefCell::default(),
        };
        let scope = Scope {
            definition: self,
            identity,
            resources: &stand_ins,
        };
        let mut misplaced = Vec::new();
        for (_, resource) in self.active() {
            let properties = scope.evaluate_map(&resource.properties)?;
            misplaced.extend(dynamic::misplaced(&resource.kind, &properties));
            scope.evaluate_map(&resource.metadata)?;
            for policy in [&resource.creation_policy, &resource.update_policy]
                .into_iter()
                .flatten()
            {
                scope.evaluate(policy)?;
            }
        }
        if !misplaced.is_empty() {
            return Err(format!(
                "SSM Secure reference is not supported in: [{}]",
                misplaced.join(",")
            ));
        }
        for output in self.template.outputs.values() {
            if self.holds(output.condition.as_ref()) {
                let value = scope.evaluate(&output.value)?;
                // What an attribute looks like, only the real thing tells.
                let is_attribute = output.value.get("Fn::GetAtt").is_some();
                if !is_attribute && value.as_ref().and_then(as_text).is_none() {
                    return Err(OUTPUT_IS_NO_TEXT.to_owned());
                }
                if let Some(name) = &output.export_name {
                    scope.text(name)?;
                }
            }
        }
        Ok(stand_ins.imported.into_inner())
    }
}

/// What CloudFormation says of an output that is a list or an object.
pub(crate) const OUTPUT_IS_NO_TEXT: &str =
    "Template format error: The Value field of every Outputs member must evaluate to a String.";

/// Resources that will be there, with made-up ids.
struct StandIns<'a> {
    definition: &'a Definition,
    identity: &'a Identity,
    imported: RefCell<BTreeSet<String>>,
}

impl Lookup for StandIns<'_> {
    fn reference(&self, logical_id: &str) -> Option<Value> {
        self.definition
            .has(logical_id)
            .then(|| Value::from(logical_id))
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Option<Value> {
        if !self.definition.has(logical_id) {
            return None;
        }
        let resource = self.definition.template.resources.get(logical_id)?;
        Some(attribute_of(
            &resource.kind,
            logical_id,
            attribute,
            &self.identity.place,
        ))
    }

    fn is_preview(&self) -> bool {
        true
    }

    fn export(&self, name: &str) -> Result<String, String> {
        self.imported.borrow_mut().insert(name.to_owned());
        Ok(name.to_owned())
    }
}

fn template_body<'a>(given: &'a Given, previous: Option<&'a Definition>) -> AwsResult<&'a str> {
    match (&given.template_body, given.use_previous_template) {
        (Some(text), false) => Ok(text),
        (None, true) => match previous {
            Some(previous) => Ok(&previous.template_body),
            None => Err(AwsError::validation(
                "UsePreviousTemplate: the stack has no template yet",
            )),
        },
        (Some(_), true) | (None, false) => Err(AwsError::validation(
            "Either Template URL or Template Body must be specified.",
        )),
    }
}

fn require(missing: BTreeSet<Capability>) -> AwsResult<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = missing.iter().map(|one| one.as_str()).collect();
    let text = format!("Requires capabilities : [{}]", names.join(", "));
    Err(AwsError::new(
        "InsufficientCapabilitiesException",
        text,
        400,
    ))
}

fn check_tags(tags: &[Tag]) -> AwsResult<()> {
    let keys: BTreeSet<&str> = tags.iter().map(|tag| tag.key.as_str()).collect();
    let text = if tags.len() > 50 {
        "1 validation error detected: Value at 'tags' failed to satisfy \
            constraint: Member must have length less than or equal to 50"
            .to_owned()
    } else if keys.len() < tags.len() {
        "Duplicate tag keys found. Please note that Tag keys are case sensitive.".to_owned()
    } else if let Some(reserved) = keys.iter().find(|key| key.starts_with("aws:")) {
        format!("Tag {reserved}: aws: prefixed tag key names are not allowed for external use.")
    } else if let Some(bad) = tags.iter().find(|tag| {
        tag.key.is_empty()
            || tag.key.chars().count() > 128
            || tag.value.is_empty()
            || tag.value.chars().count() > 256
    }) {
        format!(
            "Tag {:?}: a key has 1 to 128 characters, a value 1 to 256",
            bad.key
        )
    } else {
        return Ok(());
    };
    Err(AwsError::validation(text))
}
