//! The top level: which sections there are, and who reads them.

use serde_json::{Map, Value};

use crate::error::TemplateError;

use super::field::Field;
use super::{Mapping, Template, output, parameter, resource};

/// The only version of the template format there has ever been.
const FORMAT_VERSION: &str = "2010-09-09";

/// Reads the normal form of a whole template.
pub(super) fn read(document: &Value) -> Result<Template, TemplateError> {
    let top = Field::new(document, "").object()?;
    let transforms = transforms(top)?;
    let transformed = !transforms.is_empty();
    let mut template = Template {
        transforms,
        ..Template::default()
    };
    let mut unknown = Vec::new();
    for (key, value) in top {
        let field = Field::new(value, key.as_str());
        match key.as_str() {
            "AWSTemplateFormatVersion" => template.version = Some(version(&field)?),
            "Description" => template.description = Some(field.string()?),
            "Metadata" => template.metadata = field.object()?.clone(),
            "Rules" => template.rules = field.object()?.clone(),
            // Instructions to a deployment hook, which only AWS runs.
            "Hooks" => drop(field.object()?),
            "Transform" => {}
            "Parameters" | "Mappings" | "Conditions" | "Resources" | "Outputs" => {
                section(&mut template, &field)?;
            }
            _ if transformed => {}
            other => unknown.push(other),
        }
    }
    if !unknown.is_empty() {
        let names = unknown.join(", ");
        let what = format_args!("Invalid template property or properties [{names}]");
        return Err(TemplateError::format(unknown[0], what));
    }
    if template.resources.is_empty() && !transformed {
        let what = "At least one Resources member must be defined.";
        return Err(TemplateError::format("Resources", what));
    }
    Ok(template)
}

/// One of the sections that hold named entries.
fn section(template: &mut Template, field: &Field<'_>) -> Result<(), TemplateError> {
    let transformed = !template.transforms.is_empty();
    let own = without_macros(field, transformed)?;
    let own = &Field::new(&own, field.path.as_str());
    match field.path.as_str() {
        "Parameters" => {
            named(own, "Parameter")?;
            template.parameters = own.each(parameter::read)?;
        }
        "Mappings" => template.mappings = own.each(mapping)?,
        "Conditions" => template.conditions = own.each(|field| Ok(field.value.clone()))?,
        "Resources" => {
            named(own, "Resource")?;
            template.resources = own.each(|field| resource::read(field, transformed))?;
        }
        _ => {
            named(own, "Output")?;
            template.outputs = own.each(output::read)?;
        }
    }
    Ok(())
}

fn version(field: &Field<'_>) -> Result<String, TemplateError> {
    if field.value == FORMAT_VERSION {
        return Ok(FORMAT_VERSION.to_owned());
    }
    Err(field.refuse(format_args!(
        "Template format version not supported; the only one is '{FORMAT_VERSION}'"
    )))
}

fn mapping(field: &Field<'_>) -> Result<Mapping, TemplateError> {
    field.each(|first| first.each(|second| Ok(second.value.clone())))
}

/// CloudFormation's rule for the names of parameters, resources and outputs.
fn named(section: &Field<'_>, what: &str) -> Result<(), TemplateError> {
    for (name, entry) in section.entries()? {
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
            return Err(entry.refuse(format_args!("{what} name {name} is non alphanumeric.")));
        }
    }
    Ok(())
}

/// A section less the entries that a declared macro would replace.
fn without_macros(field: &Field<'_>, transformed: bool) -> Result<Value, TemplateError> {
    let is_macro = |key: &str| key == "Fn::Transform" || key.starts_with("Fn::ForEach::");
    let own = field
        .object()?
        .iter()
        .filter(|(key, _)| !(transformed && is_macro(key)));
    Ok(Value::Object(
        own.map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
    ))
}

/// All macros that the template asks for.
fn transforms(top: &Map<String, Value>) -> Result<Vec<String>, TemplateError> {
    let mut names = match top.get("Transform") {
        Some(value) => Field::new(value, "Transform").one_or_more(macro_name)?,
        None => Vec::new(),
    };
    for (key, value) in top {
        if key != "Transform" {
            inner_transforms(&Field::new(value, key.as_str()), &mut names)?;
        }
    }
    Ok(names)
}

fn inner_transforms(field: &Field<'_>, names: &mut Vec<String>) -> Result<(), TemplateError> {
    match field.value {
        Value::Object(_) => {
            for (key, value) in field.entries()? {
                if key == "Fn::Transform" {
                    names.extend(value.one_or_more(macro_name)?);
                }
                inner_transforms(&value, names)?;
            }
        }
        Value::Array(_) => {
            for item in field.list()? {
                inner_transforms(&item, names)?;
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    Ok(())
}

/// `Name`, or `{Name: …, Parameters: …}`.
fn macro_name(field: &Field<'_>) -> Result<String, TemplateError> {
    match field.value.get("Name") {
        Some(name) => field.child("Name", name).string(),
        None => field.string(),
    }
}
