//! Durations as people write them, in commands and in the configuration: `45s`, `30m`, `1h30m`,
//! `90d`.

use std::time::Duration;

/// Longer ones are mistakes, and would not fit into a date.
const LONGEST_DAYS: u64 = 36_500;

/// Reads a duration.
///
/// # Errors
/// What would be right.
pub fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no duration; write for example 45s, 30m, 1h30m or 90d");
    let mut seconds = 0_u64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number: u64 = rest[..digits].parse().map_err(|_| wrong())?;
        let unit = match rest[digits..].chars().next() {
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 3_600,
            Some('d') => 86_400,
            Some(_) | None => return Err(wrong()),
        };
        let more = number.checked_mul(unit).ok_or_else(wrong)?;
        seconds = seconds.checked_add(more).ok_or_else(wrong)?;
        rest = &rest[digits + 1..];
    }
    if seconds == 0 || seconds > LONGEST_DAYS * 86_400 {
        return Err(wrong());
    }
    Ok(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, seconds) in [
            ("45s", 45),
            ("30m", 1_800),
            ("1h30m", 5_400),
            ("90d", 7_776_000),
        ] {
            assert_eq!(parse(text).unwrap().as_secs(), seconds, "{text}");
        }
        for bad in [
            "",
            "0s",
            "30",
            "m",
            "-1m",
            "1.5h",
            "1w",
            "1h ",
            "99999999999999999999d",
            "1ü",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
