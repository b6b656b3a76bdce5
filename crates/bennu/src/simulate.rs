//! `bennu sim`: the simulated world, until it is stopped.

use bennu_sim::doors::serve::{Options, serve};

use crate::Anything;
use crate::cli::{Output, SimArgs};
use crate::serve::asked_to_stop;

/// Serves, says so in one line of JSON, and waits.
pub async fn run(args: &SimArgs) -> Result<(), Anything> {
    let running = serve(Options {
        listen_aws: args.listen_aws,
        listen_octopus: args.listen_octopus,
        speed: args.speed,
        seed: args.seed,
        ..Options::default()
    })
    .await?;
    Output::of_process().lines(&running.ready().to_string());
    asked_to_stop().await;
    running.stop().await;
    Ok(())
}
