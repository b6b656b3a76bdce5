//! Templates as documents: as they were given, and what is in them.

use super::super::query::Call;
use super::super::xml::Element;
use super::nothing;
use super::template_source::template;
use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::answer::{ParameterDeclaration, TemplateSummary};
use crate::world::World;

/// GetTemplate. Macros are not simulated: both stages have the same text.
pub(super) fn get(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let (stack, set) = (
        call.params.text("StackName"),
        call.params.text("ChangeSetName"),
    );
    let stages = ["Original", "Processed"];
    let stage = call.params.text("TemplateStage");
    if let Some(other) = stage.filter(|stage| !stages.contains(stage)) {
        return Err(AwsError::validation(format!(
            "1 validation error detected: Value '{other}' at 'templateStage' failed to satisfy \
             constraint: Member must satisfy enum value set: [Processed, Original]"
        )));
    }
    let found = world.on(call.place, |region, m| region.get_template(stack, set, m))?;
    Ok(nothing().field("TemplateBody", found.template_body).texts(
        "StagesAvailable",
        "member",
        stages,
    ))
}

/// GetTemplateSummary.
pub(super) fn summary(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let body = template(call, world)?;
    let stack = call.params.text("StackName");
    if body.is_some() == stack.is_some() {
        let text = "Exactly one of StackName, TemplateBody and TemplateURL must be specified";
        return Err(AwsError::validation(text));
    }
    let found = world.on(call.place, |region, m| {
        region.get_template_summary(body.as_deref(), stack, m)
    })?;
    let rest = found.clone();
    Ok(describe(found, true)
        .texts("ResourceTypes", "member", rest.resource_types)
        .optional("Version", rest.version)
        .optional("Metadata", rest.metadata)
        .list(
            "ResourceIdentifierSummaries",
            "member",
            rest.resource_identifiers,
            |element, one| {
                element
                    .field("ResourceType", one.resource_type)
                    .texts("LogicalResourceIds", "member", one.logical_resource_ids)
                    .texts("ResourceIdentifiers", "member", one.resource_identifiers)
            },
        ))
}

/// ValidateTemplate.
pub(super) fn validate(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let body = template(call, world)?.ok_or_else(|| {
        AwsError::validation("Either Template URL or Template Body must be specified.")
    })?;
    let found = world.on(call.place, |region, m| region.validate_template(&body, m))?;
    Ok(describe(found, false))
}

/// GetTemplateSummary tells types of parameters, ValidateTemplate does not.
fn describe(summary: TemplateSummary, types: bool) -> Element {
    nothing()
        .optional("Description", summary.description)
        .list(
            "Parameters",
            "member",
            summary.parameters,
            |element, declared| parameter(element, declared, types),
        )
        .texts("Capabilities", "member", summary.capabilities)
        .optional("CapabilitiesReason", summary.capabilities_reason)
        .texts("DeclaredTransforms", "member", summary.declared_transforms)
}

fn parameter(element: Element, declared: ParameterDeclaration, types: bool) -> Element {
    let constraints = Element::new("ParameterConstraints").texts(
        "AllowedValues",
        "member",
        declared.allowed_values,
    );
    let element = if types {
        element.with(constraints)
    } else {
        element
    };
    element
        .field("ParameterKey", declared.parameter_key)
        .optional("DefaultValue", declared.default_value)
        .optional("ParameterType", types.then_some(declared.parameter_type))
        .field("NoEcho", declared.no_echo)
        .optional("Description", declared.description)
}
