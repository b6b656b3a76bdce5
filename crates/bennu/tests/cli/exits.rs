//! How verbs end, for scripts: the table of docs/cli.md, row by row.

use serde_json::json;

use super::answers::{Answers, environment, event};
use super::{Daemon, ENVIRONMENT};
use crate::told::bennu_reading;

/// Each row is a command, what every look of it sees, and how it ends.
#[tokio::test]
async fn each_end_has_its_code() {
    let ready = || Some(environment("Ready", 1, 5));
    let stalled = || Some(environment("Stalled", 1, 5));
    let busy = || Some(environment("Reconciling", 1, 5));
    let rows = [
        ("get ryan0001", ready(), 0),
        ("wait ryan0001 --for ready", ready(), 0),
        ("wait ryan0001 --for deleted", None, 0),
        ("wait ryan0001 --for generation", busy(), 0),
        ("wait ryan0001 --for condition=Stalled", stalled(), 0),
        ("watch ryan0001 --until ready", ready(), 0),
        ("get ryan0002", ready(), 1),
        ("wait ryan0001 --for ready", None, 1),
        ("wait ryan0001 --for soon", ready(), 2),
        ("get pods ryan0001 -o table --selector a=b", ready(), 2),
        ("frobnicate", ready(), 2),
        ("wait ryan0001 --for ready --timeout 1s", busy(), 3),
        ("watch ryan0001 --until gone --timeout 1s", busy(), 3),
        ("wait ryan0001 --for ready", stalled(), 4),
        ("watch ryan0001 --until ready", stalled(), 4),
        ("wait ryan0001 --for condition=StackReady", stalled(), 4),
    ];
    for (words, look, exit) in rows {
        let told = Answers::looking([look]).bennu(words).await;
        assert_eq!(told.exit, exit, "{words}: {told}");
        let failed = told.exit != 0;
        assert_eq!(failed, told.errors.contains("error: "), "{words}: {told}");
    }
}

#[tokio::test]
async fn diff_has_codes_of_its_own() {
    let daemon = Daemon::begin().await;
    let diff = async |text: &str| {
        let variables = daemon.variables();
        bennu_reading("diff -f -", &daemon.url, &variables, text)
            .await
            .exit
    };
    assert_eq!(diff(ENVIRONMENT).await, 1, "nothing is stored yet");
    let variables = daemon.variables();
    let applied = bennu_reading("apply -f -", &daemon.url, &variables, ENVIRONMENT).await;
    assert_eq!(applied.exit, 0, "{applied}");
    assert_eq!(diff(ENVIRONMENT).await, 0);
    assert_eq!(diff(&ENVIRONMENT.replace("4711", "1")).await, 1);
    assert_eq!(diff(&ENVIRONMENT.replace("dev-sydney", "nowhere")).await, 2);
    assert_eq!(diff("").await, 2);
}

/// A stall that was there before the retry says nothing of what the retry comes to.
#[tokio::test]
async fn a_wait_after_a_retry_does_not_end_with_the_stall_of_before() {
    let stalled = |observed| Some(environment("Stalled", 1, observed));
    let begin = |looks: Vec<Option<serde_json::Value>>| {
        let answers = Answers::looking(looks);
        let retried = vec![event(1, "Declared", 0), event(2, "Retried", 10)];
        *answers.events.lock().unwrap() = retried;
        answers
    };
    // The last pass was before the request; the next one may have begun before it too.
    let mended = begin(vec![
        stalled(5),
        stalled(11),
        Some(environment("Ready", 12, 12)),
    ]);
    let told = mended.bennu("wait ryan0001 --for ready").await;
    assert_eq!(told.exit, 0, "{told}");
    assert_eq!(
        *mended.refreshed.lock().unwrap(),
        1,
        "it has it looked at again, once"
    );

    let not_mended = begin(vec![stalled(5), stalled(11), stalled(12)]);
    let told = not_mended.bennu("watch ryan0001 --until ready").await;
    assert_eq!(told.exit, 4, "{told}");
    assert!(
        told.errors.contains("ryan0001 needs somebody: it is so"),
        "{told}"
    );
}

/// Another environment that was declared under the name in the meantime is not waited for.
#[tokio::test]
async fn a_deletion_is_over_with_the_life_that_was_deleted() {
    let mut next = environment("Ready", 1, 5);
    next["metadata"]["uid"] = json!("ffffffffffffffff");
    let mut leaving = environment("Reconciling", 1, 5);
    leaving["metadata"]["deletedAt"] = json!("2026-11-23T10:00:01Z");
    let told = Answers::looking([Some(leaving), Some(next)])
        .bennu("wait ryan0001 --for deleted")
        .await;
    assert_eq!(
        (told.exit, told.out.as_str()),
        (0, "environment/ryan0001 is gone\n"),
        "{told}"
    );
}
