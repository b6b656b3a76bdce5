//! Spans of time as documents write them, and grids of moments.

use chrono::{DateTime, TimeDelta, Utc};

/// Reads .NET's `[d.]hh:mm:ss[.fffffff]`; fractions of a second are dropped. `None` for
/// anything else.
pub(super) fn span(text: &str) -> Option<TimeDelta> {
    let (days, clock) = match text.split_once('.') {
        Some((days, clock)) if !days.contains(':') => (days.parse::<u32>().ok()?, clock),
        Some(_) | None => (0, text),
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let parts: Option<Vec<u32>> = clock.split(':').map(|part| part.parse().ok()).collect();
    let [hours, minutes, seconds] = parts?.try_into().ok()?;
    let legal = hours < 24 && minutes < 60 && seconds < 60;
    if !legal || !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let day = i64::from(hours) * 3600 + i64::from(minutes) * 60 + i64::from(seconds);
    TimeDelta::try_seconds(i64::from(days) * 86_400 + day)
}

/// The first moment after `moment` that is a whole multiple of `period` since 1970;
/// `None` for a period of less than a second, which is taken for "never".
pub(super) fn next_on_grid(moment: DateTime<Utc>, period: TimeDelta) -> Option<DateTime<Utc>> {
    let step = period.num_milliseconds();
    if step < 1000 {
        return None;
    }
    let next = (moment.timestamp_millis().div_euclid(step) + 1).checked_mul(step)?;
    DateTime::from_timestamp_millis(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_dot_net_writes_them() {
        let seconds = |text| span(text).map(|span| span.num_seconds());
        assert_eq!(seconds("00:05:00"), Some(300));
        assert_eq!(seconds("1.00:00:01.5000000"), Some(86_401));
        for wrong in [
            "",
            "5",
            "24:00:00",
            "00:00",
            "-00:01:00",
            "x.00:00:01",
            "1.1",
        ] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_grid_goes_on_after_each_of_its_moments() {
        let at = |ms| DateTime::from_timestamp_millis(ms).unwrap();
        let period = TimeDelta::seconds(30);
        assert_eq!(next_on_grid(at(0), period), Some(at(30_000)));
        assert_eq!(next_on_grid(at(29_999), period), Some(at(30_000)));
        assert_eq!(next_on_grid(at(30_000), period), Some(at(60_000)));
        assert_eq!(next_on_grid(at(0), TimeDelta::zero()), None);
    }
}
