//! Overload: two replicas with a backlog meet a provider that refuses everything for minutes
//! and then recovers. In virtual time: the real queues and the ledger, and a clock that is
//! stepped.

use std::collections::VecDeque;

use bennu_ports::budget::ONE_THROTTLE;
use chrono::Utc;

use super::*;
use crate::budget::queue::{Queue, Step};

const PER_SECOND: f64 = 10.0;
/// How long everything is refused.
const SICK: Duration = Duration::from_secs(300);
/// What the budget would have let through meanwhile.
const BACKLOG: usize = 3_000;
const DELETIONS: usize = 150;
/// When a refused pass is back.
const BACK: Duration = Duration::from_secs(6);
const TICK: Duration = Duration::from_millis(250);

/// One replica, with its passes that come back later.
struct Replica {
    queue: Queue<Class>,
    away: VecDeque<(Instant, Class)>,
    told_at: Option<Instant>,
    statements: u32,
}

struct Stage {
    ledger: MemoryLedger,
    now: Arc<Mutex<Duration>>,
    began: Instant,
    meter: Meter,
    given: u32,
    refused: usize,
    accepted: Vec<Class>,
}

impl Stage {
    fn new() -> Self {
        let now = Arc::new(Mutex::new(Duration::ZERO));
        let clock = now.clone();
        let ledger = MemoryLedger::new(7, move || {
            DateTime::<Utc>::UNIX_EPOCH + *clock.lock().unwrap()
        });
        Self {
            ledger,
            now,
            began: monotonic(),
            meter: Meter::new(Call::CreateStack, "own/eu-west-1"),
            given: 0,
            refused: 0,
            accepted: Vec::new(),
        }
    }

    fn passed(&self) -> Duration {
        *self.now.lock().unwrap()
    }

    async fn work(&mut self, replica: &mut Replica, allowance: &Allowance) {
        let now = self.began + self.passed();
        while replica.away.front().is_some_and(|(at, _)| *at <= now) {
            let (_, class) = replica.away.pop_front().unwrap();
            replica.queue.push(class, self.began, class);
        }
        loop {
            while let Some((_, class)) = replica.queue.next(now) {
                self.send(replica, allowance, class).await;
            }
            let Step::Ask(asked) = replica.queue.step(now) else {
                return;
            };
            replica.statements += 1;
            let granted = self.ledger.take(&self.meter, allowance, &asked).await;
            let granted = granted.unwrap();
            self.given += granted.given.total();
            replica.queue.take_in(&asked, &granted, now);
        }
    }

    async fn send(&mut self, replica: &mut Replica, allowance: &Allowance, class: Class) {
        let now = self.began + self.passed();
        if self.passed() >= SICK {
            self.accepted.push(class);
            return;
        }
        self.refused += 1;
        replica.queue.spill();
        replica.away.push_back((now + BACK, class));
        if replica.told_at.is_none_or(|at| now >= at + ONE_THROTTLE) {
            replica.told_at = Some(now);
            let told = self.ledger.throttled(&self.meter, allowance, None);
            told.await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_sick_provider_is_asked_seldom_and_a_healed_one_is_back_at_full_speed_by_itself() {
    let mut stage = Stage::new();
    let allowance = allowance(PER_SECOND, Duration::from_secs(2));
    let mut replicas = [(); 2].map(|()| Replica {
        queue: Queue::new(stage.began),
        away: VecDeque::new(),
        told_at: None,
        statements: 0,
    });
    for n in 0..BACKLOG {
        let class = match n % (BACKLOG / DELETIONS) {
            0 | 1 if n < BACKLOG / 2 => Class::First,
            2..=4 => Class::Waited,
            _ => Class::Routine,
        };
        replicas[n % 2].queue.push(class, stage.began, class);
    }
    while stage.accepted.len() < BACKLOG {
        for replica in &mut replicas {
            stage.work(replica, &allowance).await;
        }
        let most = allowance.burst + PER_SECOND * stage.passed().as_secs_f64();
        assert!(
            f64::from(stage.given) <= most + 1e-6,
            "after {:?}",
            stage.passed()
        );
        *stage.now.lock().unwrap() += TICK;
        assert!(
            stage.passed() < SICK * 4,
            "{} of {BACKLOG}",
            stage.accepted.len()
        );
    }
    let amplification = (BACKLOG + stage.refused) as f64 / BACKLOG as f64;
    assert!(amplification <= 1.1, "{amplification}");
    let recovery = (stage.passed() - SICK).as_secs_f64() * PER_SECOND / BACKLOG as f64;
    assert!(
        recovery <= 1.2,
        "{recovery} of the time that the backlog needs at least"
    );
    // Deletions go first; whoever waits for something else has its share all the same.
    let of = |calls: &[Class]| calls.iter().filter(|class| **class == Class::First).count();
    assert_eq!(of(&stage.accepted[..2 * DELETIONS]), DELETIONS);
    assert!(of(&stage.accepted[..DELETIONS]) <= DELETIONS * 85 / 100);
    // A few statements a second at most, in trouble as well.
    let seconds = stage.passed().as_secs_f64();
    for replica in &replicas {
        assert!(f64::from(replica.statements) <= 3.0 * seconds);
    }
}
