//! The command line. Verbs that talk to a daemon are here; `serve`, `migrate`, `sim` and
//! `demo` are the binary's other halves, and only their arguments are here.

mod apply;
mod approve;
mod change_set;
mod changes;
mod completion;
mod connection;
mod delete;
mod describe;
mod diff;
mod documents;
pub(crate) mod duration;
mod events;
mod explain;
mod failure;
mod format;
mod get;
mod noun;
mod output;
mod plan;
mod refresh;
mod retry;
mod summary;
mod table;
mod template;
pub(crate) mod time;
mod token;
mod version;
mod wait;
mod watch;

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand};

pub use connection::{Address, Connection, ConnectionArgs};
pub use failure::{Exit, Failure};
pub use output::{Mood, Output, paint};

/// Throw-away environments on AWS CloudFormation and Octopus Deploy, kept as declared.
#[derive(Debug, Parser)]
#[command(name = "bennu", version, propagate_version = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the daemon
    Serve(Configured),
    /// See whether a daemon with this configuration could do its work from here
    Doctor(crate::doctor::DoctorArgs),
    /// Bring the database's schema up to date, and end
    Migrate(Configured),
    /// Run a simulated AWS and Octopus, until stopped
    #[cfg(feature = "sim")]
    Sim(SimArgs),
    /// Play the whole story on simulated providers, with a database of its own
    #[cfg(feature = "sim")]
    Demo(DemoArgs),
    /// Look at the templates that specs can name, without a daemon
    #[command(subcommand)]
    Template(template::TemplateCommand),
    /// Print a script that makes a shell complete verbs and flags
    Completion(completion::CompletionArgs),
    /// Talk to a daemon.
    #[command(flatten)]
    Client(ClientCommand),
}

/// Verbs that talk to a daemon, and those about tokens, which can talk to its database.
#[derive(Debug, Subcommand)]
pub enum ClientCommand {
    /// Declare environments and blueprints from files
    Apply(apply::ApplyArgs),
    /// Show what `apply` would change
    Diff(diff::DiffArgs),
    /// List environments, blueprints, targets, spaces, templates or tokens, or show some
    Get(get::GetArgs),
    /// Show all about one environment
    Describe(describe::DescribeArgs),
    /// Say why an environment is as it is, what it waits for, and who can help
    Explain(explain::ExplainArgs),
    /// Show what the daemon would do next, without doing it
    Plan(plan::PlanArgs),
    /// Show the change set of an environment, and what would change because of what
    Changes(changes::ChangesArgs),
    /// Approve the change set that waits for a person
    Approve(approve::ApproveArgs),
    /// Try again what was given up, once its cause is mended
    Retry(retry::RetryArgs),
    /// Have everything read that was not read lately, and wait until it was
    Refresh(refresh::RefreshArgs),
    /// Wait until an environment is ready, gone, or as it is waited for
    Wait(wait::WaitArgs),
    /// Watch an environment as it changes, until it is gone or as `--until` says
    Watch(watch::WatchArgs),
    /// Show what happened to an environment, and what happens
    Events(events::EventsArgs),
    /// Delete environments with all that belongs to them, or blueprints
    Delete(delete::DeleteArgs),
    /// Tokens for the API
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Show the version of this program, and of the daemon
    Version(version::VersionArgs),
}

/// Where the configuration is.
#[derive(Debug, Clone, Args)]
pub struct Configured {
    /// The configuration's file; without one, environment variables say everything
    #[arg(long, short, value_name = "FILE", env = "BENNU_CONFIG")]
    pub config: Option<PathBuf>,
}

/// How the simulated world runs.
#[derive(Debug, Clone, Args)]
pub struct SimArgs {
    /// Where the simulated AWS listens; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4566")]
    pub listen_aws: SocketAddr,
    /// Where the simulated Octopus listens; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8066")]
    pub listen_octopus: SocketAddr,
    /// How many times faster than the real world it runs
    #[arg(long, default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
    /// Let each call play what it begins to its end before it answers
    #[arg(long, conflicts_with_all = ["speed", "paused"])]
    pub instant: bool,
    /// Let time stand still until `/_sim/clock` is told otherwise
    #[arg(long)]
    pub paused: bool,
    /// Where its chance comes from: the same seed, the same world
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// World time at the beginning, such as 2026-01-01T00:00:00Z; this machine's if left out
    #[arg(long, value_name = "TIME")]
    pub start: Option<DateTime<Utc>>,
    /// Numbers and behaviours that the providers do not publish, as TOML with the tables
    /// `aws` and `octopus`; those that it leaves out keep their defaults
    #[arg(long, value_name = "FILE")]
    pub parameters: Option<PathBuf>,
    /// The account of an access key; may be repeated
    #[arg(long = "key", value_name = "KEY=ACCOUNT", value_parser = pair)]
    pub keys: Vec<(String, String)>,
    /// The external id that a role asks for; may be repeated
    #[arg(long = "role", value_name = "ARN=EXTERNAL-ID", value_parser = pair)]
    pub roles: Vec<(String, String)>,
}

/// How the story is played.
#[derive(Debug, Clone, Args)]
pub struct DemoArgs {
    /// End after the story: 0 only if each step was verified
    #[arg(long)]
    pub once: bool,
    /// The template that is built
    #[arg(long, value_name = "NAME", default_value = "web-windows")]
    pub template: String,
    /// A catalog with templates of your own; may be given more than once
    #[arg(long, value_name = "FOLDER")]
    pub catalog: Vec<PathBuf>,
}

/// Does what a verb about templates asks, and says how it went.
pub fn run_template(command: template::TemplateCommand) -> Exit {
    let mut output = Output::of_process();
    let result = template::run(command, &mut output);
    ended(result, output)
}

/// Prints a script for a shell.
pub fn run_completion(args: &completion::CompletionArgs) -> Exit {
    let mut output = Output::of_process();
    let exit = completion::run(args, &mut output);
    ended(Ok(exit), output)
}

/// Does what a verb asks, and says how it went.
pub async fn run(command: ClientCommand) -> Exit {
    let mut output = Output::of_process();
    let result = match command {
        ClientCommand::Apply(args) => apply::run(args, &mut output).await,
        ClientCommand::Diff(args) => diff::run(args, &mut output).await,
        ClientCommand::Get(args) => get::run(args, &mut output).await,
        ClientCommand::Describe(args) => describe::run(args, &mut output).await,
        ClientCommand::Explain(args) => explain::run(args, &mut output).await,
        ClientCommand::Plan(args) => plan::run(args, &mut output).await,
        ClientCommand::Changes(args) => changes::run(args, &mut output).await,
        ClientCommand::Approve(args) => approve::run(args, &mut output).await,
        ClientCommand::Retry(args) => retry::run(args, &mut output).await,
        ClientCommand::Refresh(args) => refresh::run(args, &mut output).await,
        ClientCommand::Wait(args) => wait::run(args, &mut output).await,
        ClientCommand::Watch(args) => watch::run(args, &mut output).await,
        ClientCommand::Events(args) => events::run(args, &mut output).await,
        ClientCommand::Delete(args) => delete::run(args, &mut output).await,
        ClientCommand::Token(command) => token::run(command, &mut output).await,
        ClientCommand::Version(args) => version::run(args, &mut output).await,
    };
    ended(result, output)
}

fn ended(result: Result<Exit, Failure>, mut output: Output) -> Exit {
    let exit = result.unwrap_or_else(|failure| {
        output.note(&format!("error: {failure}"));
        failure.exit
    });
    output.finish(exit)
}

/// Two texts with the first `=` between them.
fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() && !value.is_empty() => {
            Ok((key.to_owned(), value.to_owned()))
        }
        _ => Err("give two texts with = between them, neither of them empty".to_owned()),
    }
}

fn speed(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok();
    number
        .filter(|speed| speed.is_finite() && *speed > 0.0)
        .ok_or_else(|| "give a number above 0, for example 60".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_fit_together() {
        Cli::command().debug_assert();
    }
}
