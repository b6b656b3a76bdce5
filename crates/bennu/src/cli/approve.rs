//! `bennu approve`: a person agrees to what a change set would do.

use bennu_api::dto::EnvironmentDocument;
use bennu_api::dto::status::ChangeSetDocument;
use clap::Args;

use super::{ConnectionArgs, Exit, Failure, Output, change_set, noun};
use crate::client::{Client, decode};

/// Approve the change set that waits for a person.
#[derive(Debug, Args)]
pub struct ApproveArgs {
    /// Which environment
    #[arg(value_parser = noun::environment)]
    pub name: String,
    /// Approve this one and no other; without it, the one that waits now is shown and approved
    #[arg(long, value_name = "NAME")]
    pub change_set: Option<String>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

pub(super) async fn run(args: ApproveArgs, output: &mut Output) -> Result<Exit, Failure> {
    let ApproveArgs {
        name,
        change_set: given,
        connection,
    } = args;
    let client = Client::new(&connection.resolve()?)?;
    let chosen = match given {
        Some(given) => given,
        None => {
            let environment: EnvironmentDocument = decode(client.get(&name).await?)?;
            let waiting = waiting(&environment)?;
            output.lines(&change_set::lines(waiting));
            waiting.name.clone()
        }
    };
    // What was shown is what is approved: another one that came meanwhile is refused.
    client.approve(&name, &chosen).await?;
    output.lines(&format!("environment/{name}: {chosen} approved"));
    Ok(Exit::Done)
}

/// The change set that needs a person.
fn waiting(environment: &EnvironmentDocument) -> Result<&ChangeSetDocument, Failure> {
    let set = environment.status.as_ref();
    let set = set.and_then(|status| status.change_set.as_ref());
    set.filter(|set| set.approval.is_some()).ok_or_else(|| {
        let name = &environment.metadata.name;
        Failure::failed(format!(
            "no change set of {name} waits for approval; `bennu describe {name}` says how it is"
        ))
    })
}

#[cfg(test)]
mod tests;
