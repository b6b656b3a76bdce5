//! `ListExports` and `ListImports`.

use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::answer::{ExportEntry, Page};
use crate::paging::page;
use crate::region::Region;
use crate::world::Moment;

impl Region {
    /// `ListExports`: of all stacks, in the order of the names.
    pub fn list_exports(
        &self,
        next_token: Option<&str>,
        moment: &Moment<'_>,
    ) -> AwsResult<Page<ExportEntry>> {
        let exports = self.compute.estate.exports.iter();
        let all = exports.map(|(name, export)| ExportEntry {
            exporting_stack_id: export.stack_id.clone(),
            name: name.clone(),
            value: export.value.clone(),
        });
        page(all.collect(), moment.parameters.export_page, next_token)
    }

    /// `ListImports`: the names of the stacks that import an export.
    ///
    /// # Errors
    /// Nobody imports it, or nobody exports it: `ValidationError`.
    pub fn list_imports(
        &self,
        export_name: &str,
        next_token: Option<&str>,
        moment: &Moment<'_>,
    ) -> AwsResult<Page<String>> {
        let estate = &self.compute.estate;
        if !estate.exports.contains_key(export_name) {
            let text = format!("Export '{export_name}' does not exist.");
            return Err(AwsError::validation(text));
        }
        let importers = estate.importers(export_name);
        if importers.is_empty() {
            let text = format!("Export '{export_name}' is not imported by any stack.");
            return Err(AwsError::validation(text));
        }
        let names = importers.into_iter().map(str::to_owned).collect();
        page(names, moment.parameters.export_page, next_token)
    }
}
