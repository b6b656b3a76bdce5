//! `kill -9` and `SIGSTOP` past the lease, twenty times each, at random moments of the whole
//! story: two replicas, a stack with machines and software, a new release, the end. Each time
//! the same end as without, nothing twice, nothing left.

mod story;
mod watch;

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use super::stage::{Daemon, LONGEST, SHORT_LEASE, Setting, Stage, Team, alone};
use watch::{Watched, World};

const SETTING: Setting = Setting {
    speed: SPEED,
    lease: SHORT_LEASE,
    connections: 5,
};
/// World seconds in a second: the undisturbed story takes some seconds.
const SPEED: f64 = 60.0;
/// How many stories; in each, one replica is killed and the other one stopped.
const RUNS: u32 = 20;
/// How many stories are played at once: a lease runs out in real time.
const AT_ONCE: usize = 7;
/// Where moments come from, unless the variable says so.
const SEED: u64 = 20;
/// Replays the moments of another seed.
const SEED_VARIABLE: &str = "BENNU_TEST_SEED";

/// What is done to the replicas of one story, counted from its beginning.
#[derive(Debug, Clone, Copy)]
struct Moments {
    kill: Duration,
    stop: Duration,
    /// How long it stands still: longer than its leases.
    stands: Duration,
}

/// How one story went.
struct Told {
    took: Duration,
    world: World,
    watched: Watched,
    fenced: u64,
    lost: u64,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_and_stopped_replicas_leave_the_same_world() {
    let _alone = alone().await;
    let undisturbed = play(0, None).await;
    assert_eq!(undisturbed.watched.twice(), Vec::<String>::new());
    // Two machines of each build: what is counted is there to be counted.
    assert_eq!(undisturbed.watched.seen(), (1, 1, 4));
    let mut runs = JoinSet::new();
    let mut ends = Vec::new();
    for (number, moments) in moments(undisturbed.took).into_iter().enumerate() {
        if runs.len() >= AT_ONCE {
            ends.push(runs.join_next().await.unwrap().unwrap());
        }
        runs.spawn(async move { (moments, play(number, Some(moments)).await) });
    }
    while let Some(run) = runs.join_next().await {
        ends.push(run.unwrap());
    }
    let (mut fenced, mut lost, mut twice, mut left) = (0, 0, Vec::new(), Vec::new());
    for (moments, end) in ends {
        let told = |what: String| format!("{moments:?}: {what}");
        twice.extend(end.watched.twice().into_iter().map(told));
        left.extend(end.world.differs(&undisturbed.world).map(told));
        fenced += end.fenced;
        lost += end.lost;
    }
    println!(
        "kills {RUNS}, stops {RUNS}, fenced {fenced}, lost leases {lost}, duplicates {}, leftovers {}",
        twice.len(),
        left.len()
    );
    assert!(twice.is_empty() && left.is_empty(), "{twice:#?} {left:#?}");
    assert!(fenced + lost > 0, "nobody was stopped with a lease in hand");
}

/// Spread at random over a story that takes so long.
fn moments(story: Duration) -> Vec<Moments> {
    let seed = std::env::var(SEED_VARIABLE).map_or(SEED, |seed| seed.parse().unwrap());
    println!("an undisturbed story takes {story:.1?}; moments by {SEED_VARIABLE}={seed}");
    let mut chance = StdRng::seed_from_u64(seed);
    let mut within = |longest: Duration| longest.mul_f64(chance.random::<f64>());
    let moments = (0..RUNS).map(|_| Moments {
        kill: within(story),
        stop: within(story),
        stands: SHORT_LEASE + within(SHORT_LEASE),
    });
    moments.collect()
}

/// The story, with one replica killed and the other one stopped.
async fn play(number: usize, moments: Option<Moments>) -> Told {
    let stage = Stage::set(SETTING).await;
    story::releases(&stage);
    let mut daemons = stage.daemons(2).await;
    let team = stage.team(&daemons);
    let began = Instant::now();
    let told = timeout(LONGEST, async {
        let (first, second) = daemons.split_at_mut(1);
        let ((), watched, (), ()) = tokio::join!(
            story::play(&stage, &team),
            watch::watch(&stage),
            kill(&stage, &team, &mut first[0], moments),
            stop(&second[0], moments),
        );
        watched
    });
    let watched = told.await.unwrap_or_else(|_| {
        let words: Vec<_> = daemons.iter().map(|one| one.logged("")).collect();
        panic!("story {number}, {moments:?}, did not end: {words:#?}")
    });
    let mut end = Told {
        took: began.elapsed(),
        world: World::of(&stage),
        watched,
        fenced: 0,
        lost: 0,
    };
    for daemon in &daemons {
        end.fenced += daemon.counted("bennu_fenced_writes_total").await;
        end.lost += daemon.counted("bennu_leases_lost_total").await;
    }
    end
}

/// SIGKILL at its moment; another one takes its place.
async fn kill(stage: &Stage, team: &Team, daemon: &mut Daemon, moments: Option<Moments>) {
    let Some(Moments { kill, .. }) = moments else {
        return;
    };
    sleep(kill).await;
    daemon.kill();
    *daemon = stage.daemon().await;
    team.moved(0, &daemon.api);
}

/// SIGSTOP at its moment, until its leases are over and others may have gone on.
async fn stop(daemon: &Daemon, moments: Option<Moments>) {
    let Some(Moments { stop, stands, .. }) = moments else {
        return;
    };
    sleep(stop).await;
    daemon.signal("-STOP");
    sleep(stands).await;
    daemon.signal("-CONT");
}
