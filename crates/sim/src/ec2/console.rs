//! `GetConsoleOutput`: what an instance has said as it booted.

use chrono::{DateTime, Utc};

use super::InstanceQuery;
use crate::aws_error::AwsResult;
use crate::world::{Place, World};

/// EC2 keeps this much of a console, the newest (EC2 user guide).
const KEPT_BYTES: usize = 64 * 1024;

/// An instance's console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleOutput {
    /// Its newest 64 KB, in whole characters; `None` before it said anything.
    pub text: Option<String>,
    /// World time of its last word, or of the question.
    pub at: DateTime<Utc>,
}

impl World {
    /// `GetConsoleOutput` for an instance that is to be seen: a terminated one is for about
    /// an hour. Like the real one's with `Latest`, the answer has everything up to now.
    ///
    /// # Errors
    /// `InvalidInstanceID.NotFound`.
    pub fn console_output(&mut self, place: &Place, instance_id: &str) -> AwsResult<ConsoleOutput> {
        let query = InstanceQuery {
            instance_ids: vec![instance_id.to_owned()],
            ..InstanceQuery::default()
        };
        self.on(place, |region, moment| {
            region.describe_instances(&query, moment)
        })?;
        let (text, at) = self
            .boots
            .console_text(place, instance_id)
            .unwrap_or_default();
        Ok(ConsoleOutput {
            text: (!text.is_empty()).then(|| newest(&text).to_owned()),
            at: at.unwrap_or(self.now),
        })
    }
}

fn newest(text: &str) -> &str {
    let mut from = text.len().saturating_sub(KEPT_BYTES);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    text.get(from..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_part_begins_at_a_whole_character() {
        let text = "ä".repeat(KEPT_BYTES);
        assert_eq!(newest(&text).len(), KEPT_BYTES);
        let odd = format!("{text}x");
        assert_eq!(newest(&odd).len(), KEPT_BYTES - 1);
        assert_eq!(newest("short"), "short");
    }
}
