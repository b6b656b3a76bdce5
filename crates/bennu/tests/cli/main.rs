//! The command line as a process, against a real API over a real database, and against
//! answers that no database would give at once.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod answers;
mod daemon;
mod errors;
mod exits;
mod following;
mod shells;
mod told;
mod transcript;

use daemon::Daemon;
use told::{Told, bennu};
use transcript::Transcript;

const ENVIRONMENT: &str = "\
apiVersion: bennu.dev/v1
kind: Environment
metadata: { team: checkout, name: ryan0001, labels: { branch: feature-ryan } }
spec:
  target: dev-sydney
  stack:
    template: { inline: 'Resources: {Topic: {Type: AWS::SNS::Topic}}' }
    tags: { cost-centre: \"4711\" }
";

const BLUEPRINT: &str = "\
apiVersion: bennu.dev/v1
kind: Blueprint
metadata: { team: checkout, name: branches }
spec:
  source: { repository: acme/checkout, branches: [\"feature/**\"] }
  per: branch
  environment:
    metadata: { name: \"{{ version.label }}\" }
    spec:
      target: dev-sydney
      stack: { template: { inline: 'Resources: {Topic: {Type: AWS::SNS::Topic}}' } }
";

/// Declared, looked at from every side, and deleted: what each verb writes, in each form.
#[tokio::test]
async fn a_life_from_the_command_line() {
    let daemon = Daemon::begin().await;
    let files = daemon.folder("life");
    files.write("a-environment.yaml", ENVIRONMENT);
    files.write("b-blueprint.yml", BLUEPRINT);
    files.write("notes.txt", "not a document: never read");
    let folder = files.path();
    let mut life = Transcript::new(&daemon, folder);
    for words in [
        "plan -f FOLDER/a-environment.yaml",
        "diff -f FOLDER/a-environment.yaml",
        "apply -f FOLDER --dry-run",
        "get",
        "apply -f FOLDER",
        "apply -f FOLDER",
        "apply -f FOLDER -o name",
        "diff -f FOLDER",
        "get",
        "get -o wide",
        "get -o name",
        "get -l branch=feature-ryan,!owner -o name",
        "get -l branch=other",
        "get environment/ryan0001 -o yaml",
        "get blueprints -o wide",
        "get targets",
        "get target dev-sydney -o json",
        "get spaces -o wide",
        "get spaces -o name",
        "explain ryan0001",
        "plan ryan0001 -o wide",
        "events ryan0001",
        "events ryan0001 -o wide",
        "describe ryan0001",
    ] {
        life.run(words).await;
    }
    files.write("a-environment.yaml", &ENVIRONMENT.replace("4711", "4712"));
    for words in [
        "diff -f FOLDER",
        "apply -f FOLDER/a-environment.yaml -o wide",
        "retry ryan0001",
        "delete ryan0001 --dry-run",
        "delete environment/ryan0001",
        "delete blueprint branches --dry-run",
        "delete blueprint branches",
        "get blueprints",
        "get -o json --selector branch=other",
    ] {
        life.run(words).await;
    }
    insta::assert_snapshot!(life.text());
}

/// A team makes tokens of its own; operators see all of them.
#[tokio::test]
async fn tokens_are_made_listed_and_revoked() {
    let daemon = Daemon::begin().await;
    let made = daemon
        .bennu("token create --team checkout --note CI --expires 90d")
        .await;
    assert_eq!(made.exit, 0, "{made}");
    assert!(made.errors.contains("made by http://127.0.0.1:"), "{made}");
    let token = made.out.trim().to_owned();
    let with = |token: &str| vec![("BENNU_TOKEN", token.to_owned())];

    let listed = bennu("token list -o name", &daemon.url, &with(&token)).await;
    let both: Vec<_> = listed.out.lines().collect();
    assert_eq!(
        both.len(),
        2,
        "the team's own two, and not the operators': {listed}"
    );
    let table = bennu("token list", &daemon.url, &with(&token)).await;
    let row = table.out.lines().find(|line| line.ends_with("CI"));
    assert!(
        row.is_some_and(|row| row.contains("team checkout")),
        "{table}"
    );
    assert!(!table.out.contains(&token), "{table}");

    let ours = row.unwrap().split_whitespace().next().unwrap();
    let file = daemon.folder("tokens");
    file.write("token", &format!("{token}\n"));
    let by_file = format!("token revoke {ours} --token-file {}/token", file.path());
    let revoked = bennu(&by_file, &daemon.url, &[]).await;
    assert_eq!(revoked.out, format!("token/{ours} revoked\n"), "{revoked}");
    let after = bennu("get targets", &daemon.url, &with(&token)).await;
    assert_eq!(after.exit, 1, "{after}");
    assert!(after.errors.contains("BENNU_TOKEN"), "{after}");
}

/// All teams are for those who may see them.
#[tokio::test]
async fn operators_see_all_teams() {
    let daemon = Daemon::begin().await;
    let files = daemon.folder("teams");
    files.write("one.yaml", ENVIRONMENT);
    let applied = daemon.bennu(&format!("apply -f {}", files.path())).await;
    assert_eq!(applied.exit, 0, "{applied}");
    let other = [("BENNU_TOKEN", daemon.operator.clone())];
    let all: Told = bennu("get -A", &daemon.url, &other).await;
    let row = all.out.lines().nth(1).unwrap_or_default().to_owned();
    assert!(row.starts_with("checkout   ryan0001   "), "{all}");
}
