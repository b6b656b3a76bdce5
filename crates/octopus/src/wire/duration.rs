//! Durations as .NET writes them: `[-][d.]hh:mm:ss[.fffffff]`.

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Seconds of a duration; a fraction is left out.
///
/// # Errors
/// Says what is no duration.
pub(crate) fn seconds(text: &str) -> Result<i64, String> {
    parsed(text.trim()).ok_or_else(|| format!("{text:?} is no duration of the form d.hh:mm:ss"))
}

fn parsed(text: &str) -> Option<i64> {
    if let Some(rest) = text.strip_prefix('-') {
        return parsed(rest).filter(|_| !rest.starts_with('-')).map(|s| -s);
    }
    let mut parts = text.split(':');
    let (first, minutes, last) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (days, hours) = first.split_once('.').unwrap_or(("0", first));
    let (whole, fraction) = last.split_once('.').unwrap_or((last, "0"));
    number(fraction, 9_999_999)?;
    number(days, i64::MAX)?
        .checked_mul(DAY)?
        .checked_add(number(hours, 23)? * HOUR)?
        .checked_add(number(minutes, 59)? * MINUTE)?
        .checked_add(number(whole, 59)?)
}

/// Digits only, at most so many.
fn number(text: &str, most: i64) -> Option<i64> {
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|number| is_number && *number <= most)
}

/// The duration of so many seconds.
pub(crate) fn text(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let seconds = seconds.unsigned_abs();
    let (day, hour, minute) = (
        DAY.unsigned_abs(),
        HOUR.unsigned_abs(),
        MINUTE.unsigned_abs(),
    );
    let days = match seconds / day {
        0 => String::new(),
        days => format!("{days}."),
    };
    let (hours, minutes) = (seconds % day / hour, seconds % hour / minute);
    format!(
        "{sign}{days}{hours:02}:{minutes:02}:{:02}",
        seconds % minute
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_they_are_written() {
        for (written, length) in [
            ("00:00:00", 0),
            ("00:02:00", 120),
            ("23:59:59", 86_399),
            ("1.00:00:00", 86_400),
            ("-1.00:00:05", -86_405),
            ("400.01:02:03", 34_563_723),
        ] {
            assert_eq!(seconds(written), Ok(length), "{written}");
            assert_eq!(text(length), written);
        }
        assert_eq!(seconds("00:02:30.5000000"), Ok(150));
        assert_eq!(seconds("1.00:00:00.0000001"), Ok(86_400));
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for bad in [
            "",
            "7",
            "00:05",
            "24:00:00",
            "00:60:00",
            "+1:00:00",
            "--00:00:01",
            "1.2.03:00:00",
            "00:00:01.",
            "99999999999999999999.00:00:00",
            "999999999999999.00:00:00",
            "00:00:0é",
        ] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}
