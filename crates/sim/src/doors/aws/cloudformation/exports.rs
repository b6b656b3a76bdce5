//! ListExports and ListImports.

use super::super::demand::required;
use super::super::query::Call;
use super::super::xml::Element;
use super::nothing;
use crate::aws_error::AwsResult;
use crate::world::World;

/// ListExports.
pub(super) fn list(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let token = call.params.text("NextToken");
    let page = world.on(call.place, |region, m| region.list_exports(token, m))?;
    let exports = nothing().list("Exports", "member", page.items, |element, export| {
        element
            .field("ExportingStackId", export.exporting_stack_id)
            .field("Name", export.name)
            .field("Value", export.value)
    });
    Ok(exports.optional("NextToken", page.next_token))
}

/// ListImports.
pub(super) fn imports(call: &Call<'_>, world: &mut World) -> AwsResult<Element> {
    let name = required(call.params, "ExportName")?;
    let token = call.params.text("NextToken");
    let page = world.on(call.place, |region, m| region.list_imports(&name, token, m))?;
    Ok(nothing()
        .texts("Imports", "member", page.items)
        .optional("NextToken", page.next_token))
}
