//! Posting what subscriptions are to hear: to this machine only, whatever address they name.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use tokio_util::sync::CancellationToken;

use super::super::sim::Sim;
use crate::octopus::{Delivery, Outcome};

/// Real time between two looks at what is due.
const EVERY: Duration = Duration::from_millis(50);

/// The longest that a receiver holds up those after it, in real time, whatever its
/// subscription says.
const LONGEST: Duration = Duration::from_secs(30);

/// Posts what is due, one after the other, until `stop`.
pub(in super::super) async fn deliver(sim: Sim, stop: CancellationToken) {
    let client = Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .resolve("localhost", SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
        .build();
    let client = match client {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(%error, "no webhook will be posted: there is no client");
            return;
        }
    };
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        while let Some(delivery) = sim.with(|world| world.octopus.take_delivery()) {
            let outcome = tokio::select! {
                () = stop.cancelled() => return,
                outcome = post(&client, &delivery) => outcome,
            };
            sim.with(|world| world.octopus.delivered(&delivery, &outcome));
        }
    }
}

async fn post(client: &Client, delivery: &Delivery) -> Outcome {
    let url = match Url::parse(&delivery.url) {
        Ok(url) if is_here(&url) => url,
        Ok(_) => {
            return Outcome::Failed(
                "the simulator posts to http addresses on loopback only".to_owned(),
            );
        }
        Err(error) => return Outcome::Failed(format!("the address cannot be read: {error}")),
    };
    let timeout = delivery.timeout.to_std().unwrap_or_default().min(LONGEST);
    let mut request = client.post(url).timeout(timeout).json(&delivery.body);
    if let Some((name, value)) = &delivery.header {
        request = request.header(name, value);
    }
    match request.send().await {
        Ok(answer) => Outcome::Answered(answer.status().as_u16()),
        Err(error) if error.is_timeout() => Outcome::TimedOut,
        Err(error) => Outcome::Failed(error.without_url().to_string()),
    }
}

/// Whether an address is on this machine, by its own words: no name is looked up, and
/// `localhost` is what the client was told.
fn is_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let loopback = host
        .parse::<IpAddr>()
        .is_ok_and(|address| address.is_loopback());
    url.scheme() == "http" && (loopback || host == "localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_here() {
        let here = |url: &str| is_here(&Url::parse(url).unwrap());
        assert!(here("http://127.0.0.1:9/hook") && here("http://[::1]:9/"));
        assert!(here("http://localhost:9/hook"));
        assert!(!here("http://localhost.example.com/"));
        assert!(!here("http://10.0.0.1/") && !here("https://127.0.0.1/"));
    }
}
