//! The command line. Verbs that talk to a daemon are here; `serve`, `migrate`, `sim` and
//! `demo` are the binary's other halves, and only their arguments are here.

mod apply;
mod approve;
mod change_set;
mod delete;
mod describe;
mod duration;
mod failure;
mod format;
mod get;
mod noun;
mod output;
mod plan;
mod retry;
mod table;
mod template;
mod time;
mod token;
mod watch;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use failure::{Exit, Failure};
pub use output::Output;

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
    /// Talk to a daemon.
    #[command(flatten)]
    Client(ClientCommand),
}

/// Verbs that talk to a daemon, and those about tokens, which talk to its database.
#[derive(Debug, Subcommand)]
pub enum ClientCommand {
    /// Declare environments and blueprints from files
    Apply(apply::ApplyArgs),
    /// List environments or blueprints, or show one
    Get(get::GetArgs),
    /// Show all about one environment: what is seen, and why it waits
    Describe(describe::DescribeArgs),
    /// Watch an environment as it changes, until it is gone or as `--until` says
    Watch(watch::WatchArgs),
    /// Show what the daemon would do next, without doing it
    Plan(plan::PlanArgs),
    /// Approve the change set that waits for a person
    Approve(approve::ApproveArgs),
    /// Try again what was given up, once its cause is mended
    Retry(retry::RetryArgs),
    /// Delete an environment with all that belongs to it, or a blueprint
    Delete(delete::DeleteArgs),
    /// Tokens for the API
    #[command(subcommand)]
    Token(token::TokenCommand),
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
    /// Where its chance comes from: the same seed, the same world
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
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

/// Which daemon, and as whom.
#[derive(Debug, Clone, Args)]
pub struct Connection {
    /// The daemon's address
    #[arg(
        long,
        value_name = "URL",
        env = "BENNU_SERVER",
        default_value = "http://127.0.0.1:8080"
    )]
    pub server: String,
    /// A token of a team, or an operator's; rather give it in the environment
    #[arg(
        long,
        env = "BENNU_TOKEN",
        hide_env_values = true,
        default_value = "",
        hide_default_value = true
    )]
    pub token: String,
    /// Whose environments
    #[arg(long, short, env = "BENNU_TEAM")]
    pub team: Option<String>,
}

/// Does what a verb about templates asks, and says how it went.
pub fn run_template(command: template::TemplateCommand) -> Exit {
    let mut output = Output::of_process();
    let result = template::run(command, &mut output);
    ended(result, output)
}

/// Does what a verb asks, and says how it went.
pub async fn run(command: ClientCommand) -> Exit {
    let mut output = Output::of_process();
    let result = match command {
        ClientCommand::Apply(args) => apply::run(args, &mut output).await,
        ClientCommand::Get(args) => get::run(args, &mut output).await,
        ClientCommand::Describe(args) => describe::run(args, &mut output).await,
        ClientCommand::Watch(args) => watch::run(args, &mut output).await,
        ClientCommand::Plan(args) => plan::run(args, &mut output).await,
        ClientCommand::Approve(args) => approve::run(args, &mut output).await,
        ClientCommand::Retry(args) => retry::run(args, &mut output).await,
        ClientCommand::Delete(args) => delete::run(args, &mut output).await,
        ClientCommand::Token(command) => token::run(command, &mut output).await,
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
