//! `bennu explain`: why an environment is as it is, and what comes next.

use clap::Args;

use super::format::{self, Format};
use super::{ConnectionArgs, Exit, Failure, Output, noun};
use crate::client::Client;

/// Say why an environment is as it is, what it waits for, and who can help.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Which environment
    #[arg(value_parser = noun::environment)]
    pub name: String,
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t)]
    pub output: Format,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// For people in the daemon's own words: it has them all.
pub(super) async fn run(args: ExplainArgs, output: &mut Output) -> Result<Exit, Failure> {
    let client = Client::new(&args.connection.resolve()?)?;
    let text = match args.output {
        Format::Table => client.explanation(&args.name).await?,
        Format::Wide => {
            let explanation = client.explanation(&args.name).await?;
            let plan = client.view(&args.name, "plan").await?;
            let plan = super::plan::for_people(&args.name, plan, true, output)?;
            format!("{}\n\n{plan}", explanation.trim_end())
        }
        Format::Json => format::json(&client.view(&args.name, "explain").await?)?,
        Format::Yaml => format::yaml(&client.view(&args.name, "explain").await?)?,
        Format::Name => {
            client.view(&args.name, "explain").await?;
            format!("environment/{}", args.name)
        }
    };
    output.lines(&text);
    Ok(Exit::Done)
}
