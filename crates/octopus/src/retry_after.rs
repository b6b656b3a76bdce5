//! `Retry-After`: seconds, or a date.

use std::time::Duration;

use bennu_ports::LONGEST_ASKED_PAUSE;
use chrono::DateTime;

/// The pause that a reply asks for. A date is measured against the reply's own `Date`, so
/// that no clock of ours is in it; without one it says nothing. At most [`LONGEST_ASKED_PAUSE`].
pub(crate) fn retry_after(value: Option<&str>, date: Option<&str>) -> Option<Duration> {
    asked(value, date).map(|pause| pause.min(LONGEST_ASKED_PAUSE))
}

fn asked(value: Option<&str>, date: Option<&str>) -> Option<Duration> {
    let value = value?.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(value).ok()?;
    let now = DateTime::parse_from_rfc2822(date?.trim()).ok()?;
    // One that has passed already asks for no pause.
    Some((until - now).to_std().unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_understood_and_the_rest_says_nothing() {
        const NOW: Option<&str> = Some("Mon, 23 Nov 2026 10:00:00 GMT");
        let seconds = |n| Some(Duration::from_secs(n));
        assert_eq!(retry_after(Some("7"), None), seconds(7));
        assert_eq!(
            retry_after(Some("Mon, 23 Nov 2026 10:00:30 GMT"), NOW),
            seconds(30)
        );
        assert_eq!(
            retry_after(Some("Mon, 23 Nov 2026 09:00:00 GMT"), NOW),
            seconds(0)
        );
        assert_eq!(
            retry_after(Some("Mon, 23 Nov 2026 10:00:30 GMT"), None),
            None
        );
        assert_eq!(retry_after(Some("18446744073709551615"), NOW), seconds(900));
        assert_eq!(retry_after(Some("soon"), NOW), None);
        assert_eq!(retry_after(Some("-1"), NOW), None);
        assert_eq!(retry_after(None, NOW), None);
    }
}
