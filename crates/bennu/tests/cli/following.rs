//! Timelines that are followed.

use super::answers::{Answers, environment, event, sent};

/// The connection breaks in the middle of an event: nothing is lost, and nothing told twice.
#[tokio::test]
async fn a_cut_connection_loses_nothing() {
    let answers = Answers::looking([Some(environment("Ready", 1, 5))]);
    let [one, two, three] = [1, 2, 3].map(|id| sent(&event(id, "Done", 1)));
    let half = &two[..two.len() / 2];
    let streams = [
        format!(": here\n\n{one}{half}"),
        format!("{one}{two}"),
        format!("{three}event: end\ndata: {{}}\n\n"),
    ];
    answers.streams.lock().unwrap().extend(streams);
    let told = answers.bennu("events ryan0001 -f -o name").await;
    assert_eq!(told.out, "event/1\nevent/2\nevent/3\n", "{told}");
    assert_eq!(told.exit, 0);
    assert!(
        told.errors.contains("it ended the stream; trying again"),
        "{told}"
    );
    assert!(
        told.errors.ends_with("environment/ryan0001 is gone\n"),
        "{told}"
    );
    let asked = answers.asked.lock().unwrap().clone();
    assert_eq!(asked, [None, Some("1".into()), Some("2".into())]);
}

/// An older daemon answers with a list: it is asked again and again.
#[tokio::test]
async fn without_streams_it_asks() {
    let answers = Answers::looking([
        Some(environment("Reconciling", 1, 5)),
        Some(environment("Ready", 6, 6)),
    ]);
    *answers.events.lock().unwrap() = vec![event(7, "Declared", 1)];
    let told = answers.bennu("watch ryan0001 --until ready").await;
    let lines: Vec<_> = told.out.lines().collect();
    assert_eq!(
        lines[0], "10:00:01Z  Declared              it happened",
        "{told}"
    );
    assert!(
        lines[1].ends_with("State                 Ready is Unknown: Because"),
        "{told}"
    );
    assert_eq!(
        lines.last(),
        Some(&"environment/ryan0001 is ready"),
        "{told}"
    );
    assert!(
        !told.out.contains('\u{1b}'),
        "no colour where no terminal is: {told}"
    );
}
