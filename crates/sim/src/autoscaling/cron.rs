//! Recurrences of scheduled actions: the five fields of cron, in UTC.

use chrono::{DateTime, Datelike, TimeDelta, Utc};

/// A recurrence: minute, hour, day of the month, month, day of the week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    text: String,
    minutes: Vec<u32>,
    hours: Vec<u32>,
    days: Vec<u32>,
    months: Vec<u32>,
    weekdays: Vec<u32>,
    /// Whether day and weekday both say something: then either is enough, as in cron.
    either_day: bool,
}

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// Beyond this many days no date comes: 29 February comes every eight years at least.
const FARTHEST_DAYS: i64 = 366 * 8;

impl Cron {
    /// Reads `0 22 * * MON-FRI` and its like; `None` for what is no recurrence.
    pub fn parse(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields.as_slice() else {
            return None;
        };
        let mut weekdays = field(weekday, 0, 7, &WEEKDAYS, 0)?;
        weekdays.iter_mut().for_each(|day| *day %= 7);
        Some(Self {
            text: text.to_owned(),
            minutes: field(minute, 0, 59, &[], 0)?,
            hours: field(hour, 0, 23, &[], 0)?,
            days: field(day, 1, 31, &[], 1)?,
            months: field(month, 1, 12, &MONTHS, 1)?,
            weekdays,
            either_day: !day.starts_with('*') && !weekday.starts_with('*'),
        })
    }

    /// As it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The first moment after `now`; `None` for a date that never comes.
    pub fn next_after(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        (0..=FARTHEST_DAYS).find_map(|ahead| {
            let date = (now + TimeDelta::days(ahead)).date_naive();
            let day = self.days.contains(&date.day());
            let weekday = (self.weekdays).contains(&date.weekday().num_days_from_sunday());
            let fits = if self.either_day {
                day || weekday
            } else {
                day && weekday
            };
            if !fits || !self.months.contains(&date.month()) {
                return None;
            }
            let hours = self.hours.iter();
            let times =
                hours.flat_map(|hour| self.minutes.iter().map(move |minute| (hour, minute)));
            let moments = times.filter_map(|(hour, minute)| date.and_hms_opt(*hour, *minute, 0));
            let moments = moments.map(|moment| moment.and_utc());
            moments.filter(|moment| *moment > now).min()
        })
    }
}

/// `*`, `5`, `1-5`, `*/15`, `1-10/2`, a name, or several with commas between.
fn field(text: &str, least: u32, most: u32, names: &[&str], first: u32) -> Option<Vec<u32>> {
    let number = |word: &str| {
        let named = names
            .iter()
            .position(|name| name.eq_ignore_ascii_case(word));
        let named = named.and_then(|index| u32::try_from(index).ok());
        let number = named
            .map(|index| index + first)
            .or_else(|| word.parse().ok());
        number.filter(|number| (least..=most).contains(number))
    };
    let mut all = Vec::new();
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse().ok().filter(|step| *step > 0)?),
            None => (part, 1),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (least, most),
            Some((from, to)) => (number(from)?, number(to)?),
            None if step > 1 => (number(range)?, most),
            None => (number(range)?, number(range)?),
        };
        all.extend((from..=to).step_by(usize::try_from(step).ok()?));
    }
    (!all.is_empty()).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recurrences_come_when_cron_says() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        // 1 January 2026 is a Thursday.
        let now = at("2026-01-01T10:30:00Z");
        for (text, wanted) in [
            ("0 22 * * *", "2026-01-01T22:00:00Z"),
            ("30 10 * * *", "2026-01-02T10:30:00Z"),
            ("*/20 * * * *", "2026-01-01T10:40:00Z"),
            ("0 6 * * MON-FRI", "2026-01-02T06:00:00Z"),
            ("0 6 * * 7", "2026-01-04T06:00:00Z"),
            ("0 0 29 2 *", "2028-02-29T00:00:00Z"),
            ("15 8,18 1 FEB *", "2026-02-01T08:15:00Z"),
            ("0 0 13 * FRI", "2026-01-02T00:00:00Z"),
        ] {
            let cron = Cron::parse(text).unwrap();
            assert_eq!(cron.next_after(now), Some(at(wanted)), "{text}");
        }
        assert_eq!(Cron::parse("0 0 31 2 *").unwrap().next_after(now), None);
        for wrong in ["", "* * * *", "60 * * * *", "a * * * *", "*/0 * * * *"] {
            assert_eq!(Cron::parse(wrong), None, "{wrong}");
        }
    }
}
