use proptest::prelude::*;

use super::*;

const OF: Allowance = Allowance {
    per_second: 10.0,
    burst: 100.0,
};

fn at(milliseconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_700_000_000_000 + milliseconds).unwrap()
}

fn needed(first: u32, waited: u32, routine: u32) -> Asked {
    Asked {
        needed: PerClass {
            first,
            waited,
            routine,
        },
        ahead: PerClass::default(),
    }
}

fn take(row: &mut BudgetRow, asked: Asked, milliseconds: i64) -> [u32; 3] {
    row.pass_time(&OF, at(milliseconds));
    let given = row.take(&asked, at(milliseconds)).given;
    [given.first, given.waited, given.routine]
}

#[test]
fn routine_never_takes_what_is_held_and_the_others_cannot_starve_each_other() {
    let mut row = BudgetRow::full(&OF, at(0));
    assert_eq!(take(&mut row, needed(0, 0, 1_000), 0), [0, 0, 80]);
    assert_eq!(take(&mut row, needed(1_000, 1_000, 0), 0), [10, 10, 0]);
    // A flood of both: sweeps and deletions get all but the share of those who wait, which is a
    // quarter of ten a second and so three, and routine gets nothing as long as either wants
    // more.
    let second = |n: i64, row: &mut BudgetRow| take(row, needed(1_000, 1_000, 1_000), n * 1_000);
    let minute = (1..=60).map(|n| second(n, &mut row));
    let sum = minute.fold([0; 3], |sum, given| [0, 1, 2].map(|n| sum[n] + given[n]));
    assert_eq!(sum, [420, 180, 0]);
    // The pressure is over two seconds later.
    assert_eq!(take(&mut row, needed(0, 0, 1_000), 61_900), [0, 0, 0]);
    assert!(take(&mut row, needed(0, 0, 1_000), 62_000)[2] > 0);
}

#[test]
fn throttles_of_one_second_count_once_and_the_rate_grows_back_in_a_minute() {
    let mut row = BudgetRow::full(&OF, at(0));
    for millisecond in [0, 1, 999] {
        row.slow_down(&OF, None, at(millisecond));
    }
    assert!((row.rate - 7.0).abs() < 1e-9);
    assert_eq!(
        take(&mut row, needed(1, 1, 1), 0),
        [0, 0, 0],
        "and it is empty"
    );
    for second in 1..=60 {
        row.slow_down(&OF, None, at(second * 1_000));
    }
    assert!(
        (row.rate - OF.floor()).abs() < 1e-9,
        "and never below the floor"
    );
    row.pass_time(&OF, at(90_000));
    assert!((row.rate - (OF.floor() + 5.0)).abs() < 1e-9);
    row.pass_time(&OF, at(120_000));
    assert!((row.rate - 10.0).abs() < 1e-9);
}

#[test]
fn a_pause_closes_the_meter_for_everybody() {
    let mut row = BudgetRow::full(&OF, at(0));
    row.slow_down(&OF, Some(Duration::from_secs(42)), at(0));
    // A shorter one does not open it.
    row.slow_down(&OF, Some(Duration::from_secs(1)), at(2_000));
    row.pass_time(&OF, at(41_000));
    let granted = row.take(&needed(9, 9, 9), at(41_000));
    assert_eq!(granted.given.total(), 0);
    assert_eq!(granted.closed_for, Duration::from_secs(1));
    assert!(take(&mut row, needed(1, 0, 0), 42_000)[0] == 1);
}

proptest! {
    #[test]
    fn no_more_is_given_than_the_burst_and_what_came_in(
        takes in prop::collection::vec((0_i64..3_000, 0_u32..60, 0_u32..60, 0_u32..60), 1..60),
    ) {
        let mut row = BudgetRow::full(&OF, at(0));
        let (mut now, mut given) = (0, 0);
        for (later, first, waited, routine) in takes {
            now += later;
            given += take(&mut row, needed(first, waited, routine), now).iter().sum::<u32>();
            let came = f64::from(u32::try_from(now).unwrap()) / 1_000.0 * OF.per_second;
            prop_assert!(f64::from(given) <= OF.burst + came + 1e-6);
        }
    }
}
