//! Each series that a daemon tells moves when that happens which it is there to tell, and
//! Prometheus's own tool finds nothing wrong with how it is told.

mod ci;
mod hands;
mod sampler;
mod table;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use bennu_sim::cloudformation::request::DeleteStack;
use bennu_sim::world::Place;
use serde_json::json;
use tokio::time::{sleep, timeout};

use super::stage::team::with_software;
use super::stage::{LONGEST, SHORT_LEASE, Setting, Stage, alone, octopus};
use ci::Ci;
use hands::Hands;
use sampler::{Sampler, Seen};
use table::{Does, TABLE};

const SETTING: Setting = Setting {
    speed: 60.0,
    lease: SHORT_LEASE,
    connections: 5,
};
/// Branch, environment and build of the two that a webhook declares.
const FIRST: (&str, &str, &str) = ("feature/ryan", "ryan0001", "1.0.0-ryan0001");
const SECOND: (&str, &str, &str) = ("feature/noa", "noa0001", "1.0.0-noa0001");
/// Of the target.
const ACCOUNT: &str = "123456789012";
const DOOMED: &str = "doomed";
const PAUSE: Duration = Duration::from_millis(100);
const TARGET: &str = "target/dev-sydney";
const ON_TARGET: &[&str] = &[r#"kind="target""#];
const OF_ENVIRONMENTS: &[&str] = &[r#"kind="environment""#];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_series_moves() {
    let _alone = alone().await;
    let stage = Stage::set(SETTING).await;
    for (_, _, build) in [FIRST, SECOND] {
        octopus::release(&stage, build);
    }
    let daemon = stage
        .daemon_with(&[
            ("BENNU_HOOKS__GENERIC__SECRETS__0", Ci::secret()),
            ("BENNU_OCTOPUS__0__SLOTS", "1".to_owned()),
            // The least that there is: some have to wait.
            ("BENNU_BUDGETS__CLOUDFORMATION", "0.1".to_owned()),
        ])
        .await;
    let seen = Sampler::start(&daemon).await;
    let mut ci = Ci::with_blueprint(&stage, &daemon).await;
    let mut hands = Hands::new(&stage).await;
    let daemons = [daemon];
    let team = stage.team(&daemons);

    rise(&mut ci, &mut hands, &seen).await;
    for (_, name, _) in [FIRST, SECOND] {
        team.until_ready(name).await;
    }
    seen.until("bennu_environments", &[r#"readiness="ready""#], |n| {
        n >= 2.0
    })
    .await;

    calls_fail(&hands, &seen).await;
    hands.fault(
        "fail_resource",
        "AWS::AutoScaling::AutoScalingGroup",
        json!({}),
    );
    team.declare(DOOMED, &with_software(&stage, DOOMED, FIRST.2, 1))
        .await;
    seen.until("bennu_environments", &[r#"readiness="stalled""#], |n| {
        n > 0.0
    })
    .await;
    hands.mend();

    queue(&mut hands, &seen).await;
    for_long(leases(&mut hands, &seen)).await;
    for_long(brake(&stage, &mut hands, &seen)).await;
    table_away(&mut hands, &seen).await;

    let key = hands.key(FIRST.1).await;
    hands.freeze(&key).await;
    for (branch, _, _) in [FIRST, SECOND] {
        ci.gone(branch).await;
    }
    seen.until("bennu_environments", &[r#"readiness="deleting""#], |n| {
        n > 0.0
    })
    .await;
    hands.thaw().await;
    for name in [FIRST.1, SECOND.1, DOOMED] {
        team.burn(name).await;
    }
    seen.until("bennu_sweep_objects", ON_TARGET, |n| n == 0.0)
        .await;

    let told = seen.seen();
    // Before the daemon goes that it scrapes.
    drop(seen);
    judge(&told);
    assert_eq!(promtool(&told.fullest), (true, String::new()));
}

/// Two branches are built, and there is one slot.
async fn rise(ci: &mut Ci, hands: &mut Hands<'_>, seen: &Sampler) {
    ci.forged(FIRST.0).await;
    ci.built(FIRST.0, FIRST.2).await;
    // It stands still once it wants its slot, which nobody else can have then.
    hands.insist("select from wants where kind = 'slot'").await;
    let key = hands.key(FIRST.1).await;
    hands.freeze(&key).await;
    seen.until("bennu_queue_leased", OF_ENVIRONMENTS, |n| n > 0.0)
        .await;
    ci.built(SECOND.0, SECOND.2).await;
    seen.until("bennu_slots_waiting", &[], |n| n > 0.0).await;
    hands.thaw().await;
    // It stands still again before its stack can be done.
    hands
        .insist("select from attempts where verb = 'create-stack' and settled is null")
        .await;
    hands.freeze(&key).await;
    seen.until("bennu_open_attempts", &[r#"verb="create-stack""#], |n| {
        n > 0.0
    })
    .await;
    hands.thaw().await;
}

/// CloudFormation throttles, and then refuses.
async fn calls_fail(hands: &Hands<'_>, seen: &Sampler) {
    hands.fault("throttle", "DescribeStacks", json!({}));
    seen.until("bennu_provider_throttles_total", &[], |n| n > 0.0)
        .await;
    seen.until(
        "bennu_budget_waits_total",
        &[r#"meter="cloudformation/"#],
        |n| n > 0.0,
    )
    .await;
    hands.mend();
    let denied = json!({ "code": "AccessDenied", "status": 403, "message": "not authorized" });
    hands.fault("error", "DescribeStacks", denied);
    seen.until("bennu_provider_calls_total", &[r#"result="denied""#], |n| {
        n > 0.0
    })
    .await;
    seen.until("bennu_sweep_problem", ON_TARGET, |n| n > 0.0)
        .await;
    seen.until("bennu_queue_failing", ON_TARGET, |n| n > 0.0)
        .await;
    hands.mend();
    seen.until("bennu_sweep_problem", ON_TARGET, |n| n == 0.0)
        .await;
}

/// A key that nobody can claim, and one that is given up.
async fn queue(hands: &mut Hands<'_>, seen: &Sampler) {
    let lock =
        format!("select key from work where key = '{TARGET}' and lease_owner is null for update");
    hands.run("begin").await;
    hands.insist(&lock).await;
    seen.until("bennu_queue_oldest_due_seconds", ON_TARGET, |n| n > 0.0)
        .await;
    hands.run("rollback").await;
    let key = hands.key(FIRST.1).await;
    hands
        .run(&format!("update work set crashes = 3 where key = '{key}'"))
        .await;
    seen.until("bennu_queue_parked", OF_ENVIRONMENTS, |n| n > 0.0)
        .await;
    hands.run("update work set crashes = 0").await;
}

/// Somebody else claims keys while passes over them wait for slow answers, shorter than the
/// time-out of a request.
async fn leases(hands: &mut Hands<'_>, seen: &Sampler) {
    hands.fault("delay", "*", json!({ "ms": 700 }));
    for counter in ["bennu_leases_lost_total", "bennu_fenced_writes_total"] {
        while seen.seen().of(counter, &[]).all(|one| !one.moved()) {
            hands
                .run("update work set due_at = now() where kind = 'environment'")
                .await;
            let busy = "update work set epoch = epoch + 1, crashes = 0 \
                        where kind = 'environment' and lease_owner is not null \
                        and lease_owner <> 'stranger'";
            hands.insist(busy).await;
            sleep(SHORT_LEASE).await;
        }
    }
    hands.mend();
    hands.run("update work set crashes = 0").await;
}

/// The account is another one than it was, and a stack is missing.
async fn brake(stage: &Stage, hands: &mut Hands<'_>, seen: &Sampler) {
    let key = hands.key(SECOND.1).await;
    hands.freeze(&key).await;
    let stack = hands.stack(SECOND.1).await;
    stage.sim.sim.with(|world| {
        let place = Place {
            account: ACCOUNT.to_owned(),
            region: "ap-southeast-2".to_owned(),
        };
        let request = DeleteStack {
            stack_name: stack,
            ..DeleteStack::default()
        };
        let deleted = world.on(&place, |region, moment| {
            region.delete_stack(request, moment)
        });
        deleted.unwrap();
    });
    for (account, is_held) in [("999999999999", true), (ACCOUNT, false)] {
        let moved = format!("update sweeps set account = '{account}' where key = '{TARGET}'");
        // A sweep that had begun before writes back what it knew.
        while (seen.now("bennu_sweep_brake", ON_TARGET) > 0.0) != is_held {
            hands.run(&moved).await;
            sleep(PAUSE).await;
        }
    }
    hands.thaw().await;
}

/// Waits as long as anything is waited for.
async fn for_long(step: impl Future<Output = ()>) {
    timeout(LONGEST, step).await.unwrap();
}

/// The schema is broken for a moment.
async fn table_away(hands: &mut Hands<'_>, seen: &Sampler) {
    hands.run("alter table work rename to gone").await;
    seen.until("bennu_overview_up", &[], |n| n == 0.0).await;
    seen.until("bennu_ledger_errors_total", &[], |n| n > 0.0)
        .await;
    hands.run("alter table gone rename to work").await;
    seen.until("bennu_overview_up", &[], |n| n == 1.0).await;
}

/// The table and what was told name the same, and each row did what it says.
fn judge(seen: &Seen) {
    let told: BTreeSet<_> = seen.families.keys().map(String::as_str).collect();
    let rows: BTreeSet<_> = TABLE.iter().map(|(name, ..)| *name).collect();
    assert_eq!(told, rows);
    let mut still = Vec::new();
    for (name, labels, does, why) in TABLE {
        let is_histogram = seen.families[*name] == "histogram";
        let counted = if is_histogram { "_count" } else { "" };
        let is_done = seen
            .of(&format!("{name}{counted}"), labels)
            .any(|one| match does {
                Does::Moves => one.moved(),
                Does::Stands => one.is_something(),
            });
        if !is_done {
            still.push(format!("{name} {labels:?} ({why})"));
        }
    }
    assert!(still.is_empty(), "{still:#?}\n{:#?}", seen.series);
}

/// Whether it is content with a scrape, and everything that it says.
fn promtool(scrape: &str) -> (bool, String) {
    let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/promtool");
    let mut check = Command::new(tool)
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("scripts/setup test puts promtool into .tools: {error}"));
    let mut input = check.stdin.take().unwrap();
    input.write_all(scrape.as_bytes()).unwrap();
    drop(input);
    let done = check.wait_with_output().unwrap();
    let said = [done.stdout, done.stderr].concat();
    (done.status.success(), String::from_utf8(said).unwrap())
}
