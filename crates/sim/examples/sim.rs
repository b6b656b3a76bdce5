//! Serves the simulated world on free ports, or on those given, until it is killed.
//!
//! `cargo run -p bennu-sim --example sim [SPEED [AWS_PORT OCTOPUS_PORT]]`

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use bennu_sim::doors::serve::{Options, serve};

#[tokio::main]
#[expect(
    clippy::print_stdout,
    reason = "whoever starts it reads the addresses there"
)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |index: usize| {
        arguments
            .get(index)
            .map(|text| text.parse::<u16>())
            .transpose()
    };
    let local = |port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
    let running = serve(Options {
        listen_aws: local(number(1)?.unwrap_or(0)),
        listen_octopus: local(number(2)?.unwrap_or(0)),
        speed: f64::from(number(0)?.unwrap_or(60)),
        ..Options::default()
    })
    .await?;
    println!("{}", running.ready());
    std::future::pending::<()>().await;
    Ok(())
}
