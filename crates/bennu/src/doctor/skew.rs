//! How far two clocks are apart.

use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};

use super::Check;

/// Webhooks are refused when they are five minutes off, and AWS refuses requests that are; in
/// logs and timelines it hurts long before.
const NOTABLE: TimeDelta = TimeDelta::seconds(5);
/// One of those five minutes is left for the way.
const TOO_MUCH: TimeDelta = TimeDelta::minutes(4);

/// A moment by our clock, to be compared with somebody else's.
pub(super) struct Here {
    at: DateTime<Utc>,
    since: Instant,
}

impl Here {
    #[expect(clippy::disallowed_methods, reason = "the binary reads the clock")]
    pub(super) fn now() -> Self {
        Self {
            at: DateTime::from(std::time::SystemTime::now()),
            since: Instant::now(),
        }
    }

    /// The clock of `whose` showed `there` at some moment between this one and now. What the
    /// way can explain does not count, and `coarse` does not where it shows whole seconds.
    pub(super) fn compare(&self, whose: &str, there: DateTime<Utc>, coarse: TimeDelta) -> Check {
        let way = TimeDelta::from_std(self.since.elapsed()).unwrap_or(TimeDelta::MAX);
        judge(whose, there - self.at, way, coarse)
    }
}

/// `ahead` is how far the other clock was ahead of ours when we asked, `way` how long the
/// answer took.
fn judge(whose: &str, ahead: TimeDelta, way: TimeDelta, coarse: TimeDelta) -> Check {
    let what = format!("clock of {whose}");
    let surely = if ahead > way {
        ahead - way
    } else if ahead < -coarse {
        -(ahead + coarse)
    } else {
        TimeDelta::zero()
    };
    let detail = match (surely.num_seconds(), ahead > TimeDelta::zero()) {
        (0, _) => "the same as here, to a second".to_owned(),
        (seconds, true) => format!("{seconds} s ahead of here"),
        (seconds, false) => format!("{seconds} s behind here"),
    };
    let remedy = "set both machines' clocks by NTP; one of the two is wrong";
    if surely >= TOO_MUCH {
        Check::fail(what, detail, remedy)
    } else if surely >= NOTABLE {
        Check::warn(what, detail, remedy)
    } else {
        Check::ok(what, detail)
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::Status;
    use super::*;

    #[test]
    fn only_what_the_way_cannot_explain_counts() {
        let seconds = TimeDelta::seconds;
        let judged = |ahead, way| judge("x", seconds(ahead), seconds(way), seconds(1));
        for (ahead, way, status, detail) in [
            (0, 0, Status::Ok, "the same as here, to a second"),
            (8, 9, Status::Ok, "the same as here, to a second"),
            (-1, 0, Status::Ok, "the same as here, to a second"),
            (30, 1, Status::Warn, "29 s ahead of here"),
            (-31, 9, Status::Warn, "30 s behind here"),
            (3_600, 0, Status::Fail, "3600 s ahead of here"),
        ] {
            let check = judged(ahead, way);
            assert_eq!((check.status, check.detail.as_str()), (status, detail));
        }
    }
}
