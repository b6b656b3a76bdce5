//! Running the binary, and what it wrote.

use std::fmt;
use std::process::Stdio;

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// What a command came to.
pub struct Told {
    pub out: String,
    pub errors: String,
    pub exit: i32,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}exit {}", self.out, self.errors, self.exit)
    }
}

/// A command that knows nothing but what it is told here.
pub fn command(words: &str, url: &str, variables: &[(&str, String)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bennu"));
    for (name, _) in std::env::vars() {
        if name.starts_with("BENNU_") || name.ends_with("COLOR") || name == "CLICOLOR_FORCE" {
            command.env_remove(name);
        }
    }
    command
        .args(words.split(' '))
        .env("BENNU_URL", url)
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Runs a command to its end.
pub async fn bennu(words: &str, url: &str, variables: &[(&str, String)]) -> Told {
    ended(command(words, url, variables).output().await.unwrap())
}

/// Runs a command that reads standard input.
pub async fn bennu_reading(
    words: &str,
    url: &str,
    variables: &[(&str, String)],
    input: &str,
) -> Told {
    let mut command = command(words, url, variables);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).await.unwrap();
    drop(stdin);
    ended(child.wait_with_output().await.unwrap())
}

fn ended(output: std::process::Output) -> Told {
    Told {
        out: String::from_utf8(output.stdout).unwrap(),
        errors: String::from_utf8(output.stderr).unwrap(),
        exit: output.status.code().unwrap(),
    }
}
