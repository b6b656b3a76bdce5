//! What time it is, and how long ago something was.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

/// What time it is on this machine.
#[expect(
    clippy::disallowed_methods,
    reason = "ages are shown to a person, by that person's clock"
)]
pub fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

/// For how long somebody has waited is counted from here.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line waits for people, by this machine's clock"
)]
pub fn monotonic() -> Instant {
    Instant::now()
}

/// How long ago, in at most two units: `3d4h`, `5m`, `12s`. A future that comes of clocks
/// that differ is `0s`.
pub fn ago(then: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let seconds = (now - then).num_seconds().max(0);
    let two = |big: i64, big_unit: &str, small: i64, small_unit: &str| {
        if small == 0 {
            format!("{big}{big_unit}")
        } else {
            format!("{big}{big_unit}{small}{small_unit}")
        }
    };
    match seconds {
        0..60 => format!("{seconds}s"),
        60..600 => two(seconds / 60, "m", seconds % 60, "s"),
        600..3_600 => format!("{}m", seconds / 60),
        3_600..86_400 => two(seconds / 3_600, "h", seconds % 3_600 / 60, "m"),
        _ => two(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_short() {
        let begin = DateTime::UNIX_EPOCH;
        for (seconds, text) in [
            (-5, "0s"),
            (12, "12s"),
            (61, "1m1s"),
            (659, "10m"),
            (7_320, "2h2m"),
            (90_000, "1d1h"),
        ] {
            assert_eq!(ago(begin, begin + chrono::Duration::seconds(seconds)), text);
        }
    }
}
