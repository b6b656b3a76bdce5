//! The SDK's times as ours.

use aws_smithy_types::DateTime as SdkDateTime;
use chrono::{DateTime, Utc};

/// The same moment, to the nanosecond; `None` when it lies outside what chrono can hold,
/// which is some 260,000 years either way.
pub fn date_time(at: &SdkDateTime) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(at.secs(), at.subsec_nanos())
}
