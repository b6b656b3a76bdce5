//! `DescribeAccountLimits`.

use crate::region::Region;
use crate::world::Moment;

/// Outputs that a template may declare (CloudFormation user guide, limits).
const OUTPUTS: usize = 200;

/// Resources that the operations of an account may work on at one time (the same).
const CONCURRENT_RESOURCES: usize = 2_500;

impl Region {
    /// `DescribeAccountLimits`: names and values. Those that the simulator does not enforce
    /// are AWS's defaults.
    pub fn account_limits(&self, moment: &Moment<'_>) -> Vec<(&'static str, usize)> {
        vec![
            ("StackLimit", moment.parameters.stack_quota),
            ("StackOutputsLimit", OUTPUTS),
            ("ConcurrentResourcesLimit", CONCURRENT_RESOURCES),
        ]
    }
}
