//! `bennu diff`: what is stored against what files say.

use clap::Args;
use serde_json::Value;
use similar::TextDiff;

use super::documents::{self, Files, Found};
use super::output::{Mood, paint};
use super::{ConnectionArgs, Exit, Failure, Output, format};
use crate::client::Client;

/// Show what `apply` would change: 0 nothing, 1 something, more if it cannot be told.
#[derive(Debug, Args)]
pub struct DiffArgs {
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    connection: ConnectionArgs,
}

pub(super) async fn run(args: DiffArgs, output: &mut Output) -> Result<Exit, Failure> {
    compare_all(args, output).await.map_err(|failure| Failure {
        exit: Exit::Incomparable,
        ..failure
    })
}

async fn compare_all(args: DiffArgs, output: &mut Output) -> Result<Exit, Failure> {
    let client = Client::new(&args.connection.resolve()?)?;
    let mut exit = Exit::Done;
    for Found { place, document } in documents::read(&args.files.filenames)? {
        match compare(&client, &document).await {
            Ok((before, after, name)) => {
                let text = unified(&name, &before, &after, output.colour());
                if !text.is_empty() {
                    output.lines(&text);
                    exit = exit.or_worse(Exit::Differs);
                }
            }
            Err(failure) => {
                output.note(&format!("error: {place}: {failure}"));
                exit = Exit::Incomparable;
            }
        }
    }
    Ok(exit)
}

/// What is stored and what would be, as the daemon writes both: a default that is left out,
/// another order or a template's name make no difference.
async fn compare(client: &Client, document: &Value) -> Result<(String, String, String), Failure> {
    let subject = documents::subject(document, client)?;
    let (team, name) = (&subject.team, &subject.name);
    let stored = match client
        .of_team(&subject.team)
        .one(subject.noun, &subject.name)
        .await
    {
        Ok(stored) => declared(stored)?,
        Err(error) if error.is_not_found() => String::new(),
        Err(error) => return Err(error.into()),
    };
    let put = client.try_put(subject.noun, team, name, document).await?;
    let name = format!("{}/{}", subject.noun.as_str(), subject.name);
    Ok((stored, declared(put.document)?, name))
}

/// What people declare of a document, and nothing that the daemon adds.
fn declared(mut document: Value) -> Result<String, Failure> {
    if let Some(document) = document.as_object_mut() {
        document
            .retain(|key, _| ["apiVersion", "kind", "metadata", "spec"].contains(&key.as_str()));
    }
    if let Some(metadata) = document["metadata"].as_object_mut() {
        metadata.retain(|key, _| ["team", "name", "labels"].contains(&key.as_str()));
    }
    format::yaml(&document)
}

fn unified(name: &str, before: &str, after: &str, colour: bool) -> String {
    let diff = TextDiff::from_lines(before, after);
    let text = diff
        .unified_diff()
        .header(&format!("{name} (stored)"), &format!("{name} (declared)"))
        .to_string();
    let painted = text.lines().map(|line| {
        let mood = match line.chars().next() {
            Some('+') => Mood::Good,
            Some('-') => Mood::Bad,
            Some('@') => Mood::Busy,
            Some(_) | None => Mood::Plain,
        };
        paint(line, mood, colour) + "\n"
    });
    painted.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_declared_counts() {
        let before = json!({
            "apiVersion": "bennu.dev/v1", "kind": "Environment",
            "metadata": { "name": "r", "team": "t", "generation": 1, "uid": "u" },
            "spec": { "release": "1.0.0", "target": "dev" }, "status": { "a": 1 },
        });
        let mut after = before.clone();
        after["metadata"]["generation"] = json!(2);
        after["plan"] = json!({});
        let [old, same] = [&before, &after].map(|one| declared(one.clone()).unwrap());
        assert_eq!(unified("environment/r", &old, &same, true), "");
        after["spec"]["release"] = json!("1.1.0");
        let new = declared(after).unwrap();
        let expected = "\
--- environment/r (stored)
+++ environment/r (declared)
@@ -4,5 +4,5 @@
   name: r
   team: t
 spec:
-  release: 1.0.0
+  release: 1.1.0
   target: dev
";
        assert_eq!(unified("environment/r", &old, &new, false), expected);
        let painted = unified("environment/r", &old, &new, true);
        assert!(
            painted.contains("\u{1b}[31m-  release: 1.0.0\u{1b}[0m"),
            "{painted}"
        );
    }
}
