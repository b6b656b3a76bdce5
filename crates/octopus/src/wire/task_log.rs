//! The log of a task: a tree of activities, each with lines of its own.

use chrono::{DateTime, FixedOffset};
use serde::Deserialize;

/// What the port promises: at most so many lines.
pub(crate) const LONGEST_TAIL: usize = 20;

/// What the port promises: lines of at most so many characters.
const LONGEST_LINE: usize = 300;

/// What is read of a task's details.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TaskDetails {
    #[serde(default)]
    activity_logs: Option<Vec<Activity>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Activity {
    #[serde(default)]
    log_elements: Option<Vec<Element>>,
    #[serde(default)]
    children: Option<Vec<Activity>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Element {
    #[serde(default)]
    occurred_at: Option<String>,
    #[serde(default)]
    message_text: Option<String>,
}

/// A line with its time, which is that of the line before where it has none.
type Timed = (Option<DateTime<FixedOffset>>, String);

impl TaskDetails {
    /// The last lines of all activities in the order of time, oldest first; `strike` takes
    /// secrets out before anything is cut.
    pub(crate) fn tail(self, strike: impl Fn(&str) -> String) -> Vec<String> {
        let mut lines = Vec::new();
        collect(self.activity_logs.unwrap_or_default(), &mut lines);
        // Stable: lines of the same moment stay in the order of the tree.
        lines.sort_by_key(|(at, _)| *at);
        let skipped = lines.len().saturating_sub(LONGEST_TAIL);
        let last = lines.into_iter().skip(skipped);
        let tidy = |(_, text): Timed| {
            let text = strike(&text).replace(char::is_control, " ");
            text.chars().take(LONGEST_LINE).collect()
        };
        last.map(tidy).collect()
    }
}

/// The depth is bounded by the JSON reader's own.
fn collect(activities: Vec<Activity>, lines: &mut Vec<Timed>) {
    for activity in activities {
        let mut at = None;
        for element in activity.log_elements.unwrap_or_default() {
            let told = element.occurred_at.as_deref();
            at = told
                .and_then(|text| DateTime::parse_from_rfc3339(text).ok())
                .or(at);
            let text = element.message_text.unwrap_or_default();
            let texts = text.lines().map(str::trim_end).filter(|l| !l.is_empty());
            lines.extend(texts.map(|line| (at, line.to_owned())));
        }
        collect(activity.children.unwrap_or_default(), lines);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_all_activities_come_in_the_order_of_time() {
        let details = r#"{"Task":{},"ActivityLogs":[{"LogElements":[
                {"OccurredAt":"2026-11-23T10:00:00.500+00:00","MessageText":"begun\r\n\r\n  step\u001b[1m 1"},
                {"MessageText":"no time of its own"},
                {"OccurredAt":"2026-11-23T10:00:09.000+00:00","MessageText":"the key is API-X"}],
            "Children":[{"LogElements":[
                {"OccurredAt":"2026-11-23T11:00:03+01:00","MessageText":"on web-1"}],"Children":null}]}]}"#;
        let details: TaskDetails = serde_json::from_str(details).unwrap();
        assert_eq!(
            details.tail(|text| text.replace("API-X", "[API key]")),
            [
                "begun",
                "  step [1m 1",
                "no time of its own",
                "on web-1",
                "the key is [API key]"
            ]
        );
    }

    #[test]
    fn a_long_log_keeps_its_end_and_a_long_line_its_beginning() {
        let element =
            |n: usize| serde_json::json!({"MessageText": format!("{n} {}", "é".repeat(500))});
        let elements: Vec<_> = (0..50).map(element).collect();
        let details = serde_json::json!({"ActivityLogs": [{"LogElements": elements}]});
        let details: TaskDetails = serde_json::from_value(details).unwrap();
        let tail = details.tail(str::to_owned);
        assert_eq!(tail.len(), 20);
        assert!(tail[0].starts_with("30 é"));
        assert_eq!(tail[19].chars().count(), 300);
    }
}
