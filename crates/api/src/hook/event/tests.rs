use serde_json::json;

use super::*;

fn now() -> DateTime<Utc> {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

fn built() -> Value {
    json!({
        "event": "branch.built", "at": "2026-11-23T12:00:00+02:00", "repository": "acme/checkout",
        "branch": "feature/ryan", "commit": "c0ffee", "version": "1.0.0-ryan0001",
        "build": { "number": 1, "url": "https://ci.example/1" },
    })
}

#[test]
fn a_build_and_a_deletion_are_read() {
    let event = read(&built(), now()).unwrap();
    assert_eq!(event.at, now());
    let Happened::Built(build) = &event.happened else {
        panic!("{event:?}")
    };
    assert_eq!(
        (build.number, build.version.as_str()),
        (1, "1.0.0-ryan0001")
    );
    let deletion = json!({
        "event": "branch.deleted", "at": "2026-11-23T10:00:00Z", "repository": "acme/checkout",
        "branch": "feature/ryan",
    });
    let deletion = read(&deletion, now()).unwrap();
    assert_eq!(deletion.happened, Happened::Deleted);
    assert!(
        deletion.order() > event.order(),
        "at one instant it comes last"
    );
}

/// A path, a value there, and the field that must be told of.
#[test]
fn what_is_wrong_says_where() {
    for (path, value, field) in [
        ("event", json!("branch.burnt"), "event"),
        ("event", json!("branch.deleted"), "commit"),
        ("at", json!("yesterday"), "at"),
        ("at", json!("2026-11-23T10:00:00"), "at"),
        ("at", json!("2026-11-23T10:05:01Z"), "at"),
        ("repository", json!(""), "repository"),
        ("branch", json!("a\nb"), "branch"),
        ("version", Value::Null, "version"),
        ("build", json!({}), "build.number"),
        ("build", json!({ "number": -1 }), "build.number"),
        ("build", json!({ "number": 1.5 }), "build.number"),
        ("build", json!({ "number": i64::MAX }), "build.number"),
        ("bulid", json!(1), "bulid"),
    ] {
        let mut document = built();
        document[path] = value;
        let problems = read(&document, now()).unwrap_err();
        assert!(
            problems.iter().any(|one| one.field == field),
            "{path}: {problems:?}"
        );
    }
    assert!(read(&json!([1]), now()).is_err());
}
