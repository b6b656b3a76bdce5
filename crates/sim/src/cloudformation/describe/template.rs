//! `GetTemplate`, `GetTemplateSummary`, `ValidateTemplate`.

mod identifiers;

use std::collections::BTreeSet;

use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::answer::{ParameterDeclaration, TemplateSummary, TemplateText};
use crate::cloudformation::definition::read_any;
use crate::cloudformation::lookup::no_stack_with_id;
use crate::cloudformation::request::ChangeSetReference;
use crate::region::Region;
use crate::world::Moment;

impl Region {
    /// `GetTemplate` of a stack or of a change set, as it was given.
    pub fn get_template(
        &self,
        stack_name: Option<&str>,
        change_set_name: Option<&str>,
        _moment: &Moment<'_>,
    ) -> AwsResult<TemplateText> {
        if let Some(change_set_name) = change_set_name {
            let wanted = ChangeSetReference {
                change_set_name: change_set_name.to_owned(),
                stack_name: stack_name.map(str::to_owned),
            };
            let template_body = self.change_set_template(&wanted)?;
            return Ok(TemplateText { template_body });
        }
        let name = stack_name
            .ok_or_else(|| AwsError::validation("StackName or ChangeSetName must be specified"))?;
        let definition = self.stack(name)?.definition.as_ref();
        let template_body = definition.map(|one| one.template_body.to_string());
        Ok(TemplateText {
            template_body: template_body.ok_or_else(|| no_stack_with_id(name))?,
        })
    }

    /// `GetTemplateSummary` of a text or of a stack's template.
    pub fn get_template_summary(
        &self,
        template_body: Option<&str>,
        stack_name: Option<&str>,
        moment: &Moment<'_>,
    ) -> AwsResult<TemplateSummary> {
        match template_body {
            Some(text) => summarise(text),
            None => summarise(&self.get_template(stack_name, None, moment)?.template_body),
        }
    }

    /// `ValidateTemplate`.
    pub fn validate_template(
        &self,
        template_body: &str,
        _moment: &Moment<'_>,
    ) -> AwsResult<TemplateSummary> {
        summarise(template_body)
    }
}

fn summarise(text: &str) -> AwsResult<TemplateSummary> {
    let template = read_any(text)?;
    let capabilities: Vec<String> = template
        .required_capabilities()
        .iter()
        .map(ToString::to_string)
        .collect();
    let kinds = template.resources.values().map(|one| one.kind.clone());
    let kinds: BTreeSet<String> = kinds.collect();
    let iam: Vec<&str> = kinds
        .iter()
        .map(String::as_str)
        .filter(|kind| kind.starts_with("AWS::IAM::"))
        .collect();
    Ok(TemplateSummary {
        capabilities_reason: (!iam.is_empty()).then(|| {
            format!(
                "The following resource(s) require capabilities: [{}]",
                iam.join(", ")
            )
        }),
        parameters: (template.parameters.iter())
            .map(|(name, parameter)| ParameterDeclaration {
                parameter_key: name.clone(),
                parameter_type: parameter.kind.clone(),
                default_value: parameter.default.clone().filter(|_| !parameter.no_echo),
                allowed_values: parameter.allowed_values.clone(),
                no_echo: parameter.no_echo,
                description: parameter.description.clone(),
            })
            .collect(),
        version: template.version,
        metadata: (!template.metadata.is_empty())
            .then(|| serde_json::Value::Object(template.metadata).to_string()),
        resource_identifiers: identifiers::of(&template.resources),
        description: template.description,
        capabilities,
        resource_types: kinds.into_iter().collect(),
        declared_transforms: template.transforms,
    })
}
