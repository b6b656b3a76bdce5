//! `bennu sim`: the simulated world, until it is stopped.

use bennu_sim::doors::serve::{Options, serve};
use bennu_sim::octopus::Assumptions;
use bennu_sim::parameters::Parameters;
use serde::Deserialize;

use crate::Anything;
use crate::cli::time::now;
use crate::cli::{Output, SimArgs};
use crate::serve::asked_to_stop;

/// Serves, says so in one line of JSON, and waits.
pub async fn run(args: &SimArgs) -> Result<(), Anything> {
    let running = serve(options(args)?).await?;
    Output::of_process().lines(&running.ready().to_string());
    asked_to_stop().await;
    running.stop().await;
    Ok(())
}

/// What the providers do not publish, as a file says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Unpublished {
    aws: Parameters,
    octopus: Assumptions,
}

fn options(args: &SimArgs) -> Result<Options, Anything> {
    let unpublished = match &args.parameters {
        None => Unpublished::default(),
        Some(path) => {
            let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
            let text = std::fs::read_to_string(path).map_err(|error| told(&error))?;
            toml::from_str(&text).map_err(|error| told(&error))?
        }
    };
    let usual = Options::default();
    Ok(Options {
        listen_aws: args.listen_aws,
        listen_octopus: args.listen_octopus,
        // The world's word for playing each call to its end.
        speed: if args.instant { 0.0 } else { args.speed },
        paused: args.paused,
        seed: args.seed,
        // Clients compare what they are told with their own clock.
        start: args.start.unwrap_or_else(now),
        parameters: unpublished.aws,
        assumptions: unpublished.octopus,
        keys: args.keys.iter().cloned().collect(),
        roles: args.roles.iter().cloned().collect(),
        ..usual
    })
}
