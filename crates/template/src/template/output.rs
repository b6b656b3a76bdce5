//! One entry of `Outputs`.

use serde_json::Value;

use crate::error::TemplateError;

use super::field::Field;

/// An output as declared.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// what it tells, not evaluated
    pub value: Value,
    /// what it means
    pub description: Option<String>,
    /// under which name other stacks can import it, not evaluated
    pub export_name: Option<Value>,
    /// the condition without which it does not exist
    pub condition: Option<String>,
}

pub(super) fn read(field: &Field<'_>) -> Result<Output, TemplateError> {
    let (mut told, mut description, mut export_name, mut condition) = (None, None, None, None);
    for (key, value) in field.entries()? {
        match key {
            "Value" => told = Some(value.value.clone()),
            "Description" => description = Some(value.string()?),
            "Export" => export_name = Some(export(&value)?),
            "Condition" => condition = Some(value.string()?),
            unknown => {
                let what = format_args!("Invalid template output property '{unknown}'");
                return Err(value.refuse(what));
            }
        }
    }
    let value =
        told.ok_or_else(|| field.refuse("Every Outputs member must contain a Value object"))?;
    Ok(Output {
        value,
        description,
        export_name,
        condition,
    })
}

fn export(field: &Field<'_>) -> Result<Value, TemplateError> {
    match field.entries()?.as_slice() {
        [("Name", name)] => Ok(name.value.clone()),
        [] | [_, ..] => Err(field.refuse("an Export has a Name and nothing else")),
    }
}
