//! What shells and pipes need.

use std::process::Stdio;

use tokio::process::Command;

use super::answers::{Answers, environment};
use super::told::{bennu, command};

const NOBODY: &str = "http://127.0.0.1:9/";

#[tokio::test]
async fn completion_scripts_are_scripts() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = bennu(&format!("completion {shell}"), NOBODY, &[]).await;
        assert_eq!(script.exit, 0, "{script}");
        assert!(script.out.contains("explain"), "{shell} knows the verbs");
        let file = std::env::temp_dir().join(format!("bennu-{}.{shell}", std::process::id()));
        std::fs::write(&file, &script.out).unwrap();
        let checked = Command::new(shell)
            .arg("-n")
            .arg(&file)
            .stderr(Stdio::inherit())
            .status()
            .await;
        std::fs::remove_file(&file).unwrap();
        // Where the shell is not installed, nobody can check it.
        if let Ok(checked) = checked {
            assert!(checked.success(), "{shell}");
        }
    }
}

/// `bennu get | head -1`: whoever reads has had enough, and that is no failure.
#[tokio::test]
async fn a_reader_who_leaves_is_no_failure() {
    let answers = Answers::looking([Some(environment("Ready", 1, 5))]);
    let url = answers.serve().await;
    let variables = [
        ("BENNU_TOKEN", "any".to_owned()),
        ("BENNU_TEAM", "checkout".to_owned()),
    ];
    let mut child = command("get ryan0001 -o yaml", &url, &variables)
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().await.unwrap();
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(String::from_utf8(ended.stderr).unwrap(), "");
}

#[tokio::test]
async fn colour_is_for_terminals_unless_it_is_asked_for() {
    let answers = Answers::looking([Some(environment("Ready", 1, 5))]);
    let url = answers.serve().await;
    let run = async |more: &[(&str, &str)]| {
        let mut variables = vec![
            ("BENNU_TOKEN", "any".to_owned()),
            ("BENNU_TEAM", "checkout".to_owned()),
        ];
        variables.extend(
            more.iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        bennu("get ryan0001", &url, &variables)
            .await
            .out
            .contains("\u{1b}[32m")
    };
    assert!(!run(&[]).await);
    assert!(run(&[("CLICOLOR_FORCE", "1")]).await);
    assert!(!run(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]).await);
}
