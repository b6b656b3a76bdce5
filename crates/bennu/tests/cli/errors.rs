//! Errors say what is wrong, where, and what to do.

use super::{Daemon, ENVIRONMENT, Transcript, bennu};

#[tokio::test]
async fn errors_say_what_to_do() {
    let daemon = Daemon::begin().await;
    let files = daemon.folder("errors");
    files.write(
        "unknown-key.yaml",
        &ENVIRONMENT.replace("target:", "traget:"),
    );
    files.write(
        "two.yaml",
        &format!("{ENVIRONMENT}---\nkind: Environment\n"),
    );
    files.write("broken.yaml", "a: [");
    let mut errors = Transcript::new(&daemon, files.path());
    for words in [
        "get ryan0009",
        "get environmens",
        "get bleuprint b",
        "get target nowhere",
        "delete target dev-sydney",
        "apply -f FOLDER/none.yaml",
        "apply -f FOLDER/broken.yaml",
        "apply -f FOLDER/unknown-key.yaml",
        "apply -f FOLDER/two.yaml",
        "apply -f FOLDER/two.yaml --team payments",
        "approve ryan0001",
        "changes ryan0001",
        "events ryan0009 -f",
        "watch ryan0009",
        "get --server octopus.example",
        "get --token-file FOLDER/none",
        "get --token-file FOLDER/two.yaml",
        "wait ryan0001 --for soon",
    ] {
        errors.run(words).await;
    }
    let token = |token: &str| ("BENNU_TOKEN", token.to_owned());
    let team = |team: &str| ("BENNU_TEAM", team.to_owned());
    errors.run_with("get", &[team("checkout")]).await;
    errors
        .run_with("get", &[token("bennu_wrong"), team("checkout")])
        .await;
    errors.run_with("get", &[token(&daemon.checkout)]).await;
    errors
        .run_with("get", &[token(&daemon.checkout), team("payments")])
        .await;
    errors.run_with("token create --team checkout", &[]).await;
    insta::assert_snapshot!(errors.text());
}

/// A port that nobody listens on: it was free a moment ago.
#[tokio::test]
async fn a_daemon_that_is_away_is_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let variables = [
        ("BENNU_TOKEN", "any".to_owned()),
        ("BENNU_TEAM", "checkout".to_owned()),
    ];
    for words in ["get", "version", "watch ryan0001", "events ryan0001 -f"] {
        let told = bennu(words, &url, &variables).await;
        assert_eq!(told.exit, 1, "{words}: {told}");
        assert!(told.errors.contains(&url), "{words}: {told}");
        assert!(told.errors.contains("BENNU_URL"), "{words}: {told}");
    }
    let version = bennu("version", &url, &variables).await;
    assert!(
        version.out.starts_with("client   "),
        "its own version is known: {version}"
    );
}
