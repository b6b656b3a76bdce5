//! The binary: the daemon, the simulated world, the demo, and the command line.
//!
//! The only crate that knows all the others. `cli` talks to a daemon; `serve` is one;
//! `wiring` puts it together as `config` says; `demo` plays the story on a simulated world.

mod catalog;
mod cli;
mod client;
mod config;
#[cfg(feature = "sim")]
mod demo;
mod doctor;
mod serve;
#[cfg(feature = "sim")]
mod simulate;
mod telemetry;
mod wiring;

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::Parser as _;
use cli::{Cli, Command, Configured, Exit, Output};
use config::Config;
use telemetry::Traces;

#[tokio::main]
async fn main() -> ExitCode {
    let exit = match Cli::parse().command {
        Command::Serve(configured) => said(run_daemon(&configured).await),
        Command::Doctor(args) => doctor::run(&args).await,
        Command::Migrate(configured) => said(migrate(&configured).await),
        #[cfg(feature = "sim")]
        Command::Sim(args) => said(simulate::run(&args).await),
        #[cfg(feature = "sim")]
        Command::Demo(args) => said(demo::run(&args).await),
        Command::Template(command) => cli::run_template(command),
        Command::Completion(args) => cli::run_completion(&args),
        Command::Client(command) => cli::run(command).await,
    };
    ExitCode::from(exit)
}

/// What went wrong, for whoever started the process.
type Anything = Box<dyn std::error::Error + Send + Sync>;

async fn run_daemon(configured: &Configured) -> Result<(), Anything> {
    let (config, variables) = read(configured)?;
    let authorization = config.telemetry.authorization(&variables)?;
    let traces = Traces::new(&config.telemetry, authorization.as_ref())?;
    telemetry::begin(&config.log, traces.as_ref())?;
    let daemon = wiring::daemon(&config, &variables)?;
    let serving = serve::begin(daemon, config.api.listen, config.api.metrics_listen).await?;
    serve::asked_to_stop().await;
    serving.stop().await;
    if let Some(traces) = traces {
        traces.end().await;
    }
    Ok(())
}

async fn migrate(configured: &Configured) -> Result<(), Anything> {
    let (config, _) = read(configured)?;
    telemetry::begin(&config.log, None)?;
    wiring::store(&config)?.migrate().await?;
    Ok(())
}

fn read(configured: &Configured) -> Result<(Config, BTreeMap<String, String>), Anything> {
    let variables = config::variables();
    let config = Config::load(configured.config.as_deref(), &variables)?;
    Ok((config, variables))
}

fn said(result: Result<(), Anything>) -> Exit {
    match result {
        Ok(()) => Exit::Done,
        Err(error) => {
            Output::of_process().note(&format!("error: {error}"));
            Exit::Failed
        }
    }
}
