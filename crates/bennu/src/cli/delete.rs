//! `bennu delete`: asks, and waits if it is told to.

use std::time::Duration;

use clap::Args;

use super::time::monotonic;
use super::wait::{self, Goal, Waiting};
use super::{ConnectionArgs, Exit, Failure, Output, duration, noun};
use crate::client::{Client, Noun};

/// Delete environments with all that belongs to them, or blueprints.
#[derive(Debug, Args)]
pub struct DeleteArgs {
    /// Which environments; or `blueprint` and names: the environments of a blueprint stay
    #[arg(value_name = "[KIND] NAME", required = true, num_args = 1..)]
    pub words: Vec<String>,
    /// Wait until nothing is left
    #[arg(long, conflicts_with = "dry_run")]
    pub wait: bool,
    /// How long to wait, for all together
    #[arg(long, value_name = "DURATION", default_value = "30m", value_parser = duration::parse, requires = "wait")]
    pub timeout: Duration,
    /// Check whether it could be asked for, but do not ask
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// What is to be waited for.
struct Asked {
    name: String,
    life: String,
}

/// Asks for everything before it waits for anything.
pub(super) async fn run(args: DeleteArgs, output: &mut Output) -> Result<Exit, Failure> {
    let (noun, names) = noun::of(&args.words)?;
    if names.is_empty() {
        return Err(Failure::usage(format!("which {}?", noun.as_str())));
    }
    match noun {
        Noun::Environment => {}
        Noun::Blueprint if args.wait => {
            return Err(Failure::usage(
                "a blueprint is gone at once: leave --wait out",
            ));
        }
        Noun::Blueprint => {}
        Noun::Token => return Err(Failure::usage("`bennu token revoke` ends a token")),
        Noun::Target | Noun::Space | Noun::Template => {
            return Err(Failure::usage(format!(
                "a {} is of the daemon's configuration: take it out there",
                noun.as_str()
            )));
        }
    }
    let client = Client::new(&args.connection.resolve()?)?;
    let mut exit = Exit::Done;
    let mut asked = Vec::new();
    for name in names {
        match ask(&client, noun, name, &args, output).await {
            Ok(one) => asked.extend(one),
            Err(failure) => {
                output.note(&format!("error: {failure}"));
                exit = exit.or_worse(failure.exit);
            }
        }
    }
    let deadline = monotonic() + args.timeout;
    for Asked { name, life } in asked {
        let goal = Goal::Deleted;
        let waiting = Waiting::new(Some(goal.clone()), &name, Some(life));
        match wait::until(&client, &name, waiting, &goal, deadline, output).await {
            Ok(_) => output.lines(&format!("environment/{name} deleted")),
            Err(failure) => {
                output.note(&format!("error: {failure}"));
                exit = exit.or_worse(failure.exit);
            }
        }
    }
    Ok(exit)
}

/// Asks; what is to be waited for then.
async fn ask(
    client: &Client,
    noun: Noun,
    name: String,
    args: &DeleteArgs,
    output: &mut Output,
) -> Result<Option<Asked>, Failure> {
    if noun == Noun::Blueprint {
        client.delete_blueprint(&name, args.dry_run).await?;
        output.lines(&match args.dry_run {
            true => format!("blueprint/{name} would be deleted; its environments would stay"),
            false => format!("blueprint/{name} deleted; its environments stay"),
        });
        return Ok(None);
    }
    let deleted = client.delete(&name, args.dry_run).await?;
    let line = match args.dry_run {
        true => format!("environment/{name} would be deleted"),
        false => format!("environment/{name} is being deleted"),
    };
    if !args.wait {
        output.lines(&line);
        return Ok(None);
    }
    output.note(&line);
    Ok(Some(Asked {
        name,
        life: deleted.metadata.uid,
    }))
}
