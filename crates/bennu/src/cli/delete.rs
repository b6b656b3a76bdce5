//! `bennu delete`: asks, and waits if it is told to.

use std::time::Duration;

use bennu_api::dto::EnvironmentDocument;
use clap::Args;

use super::get::find;
use super::{Connection, Exit, Failure, Output, duration, noun};
use crate::client::{Client, ClientError, Noun, decode};

/// The first pause between two looks; each is half as long again, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Delete an environment with all that belongs to it, or a blueprint.
#[derive(Debug, Args)]
pub struct DeleteArgs {
    /// Which environment; or `blueprint`, whose environments stay
    pub what: String,
    /// Which blueprint, after `blueprint`
    pub name: Option<String>,
    /// Wait until nothing is left
    #[arg(long)]
    pub wait: bool,
    /// How long to wait
    #[arg(long, value_name = "DURATION", default_value = "30m", value_parser = duration::parse, requires = "wait")]
    pub timeout: Duration,
    #[command(flatten)]
    connection: Connection,
}

pub(super) async fn run(args: DeleteArgs, output: &mut Output) -> Result<Exit, Failure> {
    let (noun, name) = noun::of(Some(args.what), args.name)?;
    let Some(name) = &name else {
        return Err(Failure::usage(format!("which {}?", noun.as_str())));
    };
    let client = Client::new(&args.connection)?;
    if noun == Noun::Blueprint {
        if args.wait {
            return Err(Failure::usage(
                "a blueprint is gone at once: leave --wait out",
            ));
        }
        client.delete_blueprint(name).await?;
        output.lines(&format!("blueprint/{name} deleted; its environments stay"));
        return Ok(Exit::Done);
    }
    let deleted = client.delete(name).await?;
    if !args.wait {
        output.lines(&format!("environment/{name} is being deleted"));
        return Ok(Exit::Done);
    }
    output.note(&format!("environment/{name} is being deleted"));
    match tokio::time::timeout(args.timeout, wait(&client, &deleted)).await {
        Ok(Ok(Waited::Gone)) => {
            output.lines(&format!("environment/{name} deleted"));
            Ok(Exit::Done)
        }
        Ok(Ok(Waited::Stalled(why))) => Err(Failure {
            exit: Exit::Blocked,
            message: format!(
                "the deletion of {name} needs somebody: {why}\n  `bennu describe {name}` says more"
            ),
        }),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Err(Failure {
            exit: Exit::TimedOut,
            message: format!("{name} is still being deleted; `bennu describe {name}` says why"),
        }),
    }
}

enum Waited {
    Gone,
    Stalled(String),
}

/// Looks until the life that was deleted is over. A daemon that is away for a while is
/// waited for.
async fn wait(client: &Client, deleted: &EnvironmentDocument) -> Result<Waited, ClientError> {
    let mut pause = FIRST_PAUSE;
    loop {
        tokio::time::sleep(pause).await;
        pause = pause.mul_f64(1.5).min(LONGEST_PAUSE);
        let now: EnvironmentDocument = match client.get(&deleted.metadata.name).await {
            Ok(document) => decode(document)?,
            Err(error) if error.is_not_found() => return Ok(Waited::Gone),
            Err(error) if error.is_passing() => continue,
            Err(error) => return Err(error),
        };
        // The life that waits for this one's end carries the same name.
        let next_life = now.metadata.uid != deleted.metadata.uid;
        if let Some(why) = stalled(&now).filter(|_| !next_life) {
            return Ok(Waited::Stalled(why));
        }
    }
}

/// Why the deletion goes no further; what was said of an earlier generation does not count.
fn stalled(environment: &EnvironmentDocument) -> Option<String> {
    let conditions = &environment.status.as_ref()?.conditions;
    let stalled = find(conditions, "Stalled")?;
    let counts =
        stalled.status == "True" && stalled.observed_generation >= environment.metadata.generation;
    counts.then(|| stalled.message.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::get::tests::sample;

    #[test]
    fn only_what_is_said_of_the_deletion_counts() {
        let mut one = sample();
        assert_eq!(stalled(&one), None);
        let conditions = &mut one.status.as_mut().unwrap().conditions;
        conditions[1].kind = "Stalled".into();
        conditions[1].observed_generation = 1;
        assert_eq!(
            stalled(&one),
            None,
            "it speaks of generation 1, and this is 2"
        );
        one.status.as_mut().unwrap().conditions[1].observed_generation = 2;
        assert_eq!(stalled(&one).as_deref(), Some("the stack is being created"));
    }
}
