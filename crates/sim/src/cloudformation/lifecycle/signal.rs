//! `SignalResource`.

use crate::aws_error::{AwsError, AwsResult};
use crate::cloudformation::request::SignalResource;
use crate::region::Region;
use crate::world::Moment;

impl Region {
    /// `SignalResource`. A resource that is not being made or changed, or waits for no
    /// signal, refuses it.
    pub fn signal_resource(
        &mut self,
        request: SignalResource,
        moment: &mut Moment<'_>,
    ) -> AwsResult<()> {
        let name = request.stack_name.as_str();
        let missing = || AwsError::validation(format!("Stack:{name} does not exist"));
        let stack = self.find_stack_mut(name).ok_or_else(missing)?;
        let resource = request.logical_resource_id.as_str();
        let Some(known) = stack.resources.get(resource) else {
            let text = format!("Resource {resource} does not exist for stack {name}");
            return Err(AwsError::validation(text));
        };
        let status = known.status;
        if stack.signal(resource, &request.unique_id, request.status, moment.now) {
            return Ok(());
        }
        Err(AwsError::validation(format!(
            "Resource {resource} is in {status} state and cannot be signaled"
        )))
    }
}
