use super::*;
use crate::clock::monotonic;

fn granted(first: u32, waited: u32, routine: u32) -> Granted {
    Granted {
        given: PerClass {
            first,
            waited,
            routine,
        },
        left: 0.0,
        rate: 10.0,
        closed_for: Duration::ZERO,
    }
}

fn asked(queue: &mut Queue<&'static str>, now: Instant) -> Asked {
    match queue.step(now) {
        Step::Ask(asked) => asked,
        other => panic!("{other:?}"),
    }
}

fn served(queue: &mut Queue<&'static str>, now: Instant) -> Vec<&'static str> {
    let next = || queue.next(now).map(|(_, one)| one);
    std::iter::from_fn(next).collect()
}

#[test]
fn calls_are_served_by_class_and_then_by_age_and_routine_ages() {
    let begun = monotonic();
    let at = |seconds| begun + Duration::from_secs(seconds);
    let mut queue = Queue::new(begun);
    queue.push(Class::Routine, at(0), "an old look");
    queue.push(Class::Routine, at(5), "a young look");
    queue.push(Class::Waited, at(2), "a user");
    queue.push(Class::Waited, at(1), "an older user");
    queue.push(Class::First, at(9), "a deletion");
    let now = at(10);
    let all = asked(&mut queue, now);
    assert_eq!(all.needed, granted(1, 3, 1).given);
    queue.take_in(&all, &granted(1, 3, 1), now);
    let order = [
        "a deletion",
        "an old look",
        "an older user",
        "a user",
        "a young look",
    ];
    assert_eq!(served(&mut queue, now), order);
    assert_eq!(queue.step(now), Step::Rest);
}

#[test]
fn lesser_calls_never_get_what_was_given_for_others_and_a_batch_does_not_keep() {
    let now = monotonic();
    let mut queue = Queue::new(now);
    queue.push(Class::Routine, now, "a look");
    let one = asked(&mut queue, now);
    queue.take_in(&one, &granted(1, 1, 0), now);
    assert_eq!(served(&mut queue, now), [""; 0]);
    queue.push(Class::Waited, now, "a user");
    assert_eq!(served(&mut queue, now), ["a user"]);
    queue.push(Class::First, now, "a deletion");
    assert_eq!(served(&mut queue, now + BATCH), [""; 0]);
}

#[test]
fn who_has_got_too_little_waits_and_who_matters_more_asks_at_once() {
    let now = monotonic();
    let mut queue = Queue::new(now);
    queue.push(Class::Routine, now, "a look");
    queue.push(Class::Routine, now, "another");
    let both = asked(&mut queue, now);
    queue.take_in(&both, &granted(0, 0, 1), now);
    assert_eq!(served(&mut queue, now), ["a look"]);
    assert_eq!(queue.late(now), [Class::Routine]);
    assert_eq!(queue.late(now), [], "each call once");
    // One call comes in within a tenth of a second.
    assert_eq!(queue.step(now), Step::Pause(now + SHORTEST_PAUSE));
    queue.push(Class::First, now, "a deletion");
    assert_eq!(asked(&mut queue, now).needed, granted(1, 0, 1).given);
    // A pause that the provider asked for is kept.
    let closed = Granted {
        closed_for: Duration::from_secs(42),
        ..granted(0, 0, 0)
    };
    let one = asked(&mut queue, now);
    queue.take_in(&one, &closed, now);
    queue.keep(|one| *one == "a deletion");
    assert_eq!(queue.step(now), Step::Pause(now + closed.closed_for));
}

#[test]
fn a_busy_replica_takes_a_batch_and_asks_once_a_second() {
    let begun = monotonic();
    let mut queue = Queue::new(begun);
    let mut statements = 0;
    for n in 0..100 {
        let now = begun + Duration::from_millis(100 * n);
        queue.push(Class::Waited, now, "a user");
        while served(&mut queue, now).is_empty() {
            let more = asked(&mut queue, now);
            statements += 1;
            let given = PerClass {
                waited: more.needed.waited + more.ahead.waited,
                ..PerClass::default()
            };
            queue.take_in(
                &more,
                &Granted {
                    given,
                    ..granted(0, 0, 0)
                },
                now,
            );
        }
    }
    // The first second finds out how busy it is.
    assert!(
        statements <= 10 + 10 + 2,
        "{statements} statements in ten seconds"
    );
}
