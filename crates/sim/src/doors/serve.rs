//! Serving the world: two listeners on loopback.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use chrono::{DateTime, Utc};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::line::{Doorway, Shears, lose_marked};
use super::origin::guard;
pub use super::sim::Sim;
use super::{aws, control, octopus};
use crate::octopus::Assumptions;
use crate::parameters::Parameters;
use crate::world::default_start;

/// What a simulation is to be.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where AWS listens; port 0 takes a free one.
    pub listen_aws: SocketAddr,
    /// Where Octopus listens; port 0 takes a free one.
    pub listen_octopus: SocketAddr,
    /// World seconds in a real second; 0 plays each operation to its end at once.
    pub speed: f64,
    /// Whether world time stands still until the clock is told otherwise.
    pub paused: bool,
    /// Where all chance comes from.
    pub seed: u64,
    /// World time at the beginning.
    pub start: DateTime<Utc>,
    /// The numbers that the providers do not publish.
    pub parameters: Parameters,
    /// What no source says about a real Octopus.
    pub assumptions: Assumptions,
    /// Access keys and the accounts they speak for. Others are accepted too, see
    /// [`crate::sts`].
    pub keys: BTreeMap<String, String>,
    /// ARNs of roles and the external id that each asks for.
    pub roles: BTreeMap<String, String>,
    /// Take addresses that other machines can reach. Whoever reaches the simulator
    /// commands it.
    pub allow_remote: bool,
}

impl Default for Options {
    /// Free ports on loopback, real time, seed 0.
    fn default() -> Self {
        let anywhere = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
        Self {
            listen_aws: anywhere,
            listen_octopus: anywhere,
            speed: 1.0,
            paused: false,
            seed: 0,
            start: default_start(),
            parameters: Parameters::default(),
            assumptions: Assumptions::default(),
            keys: BTreeMap::new(),
            roles: BTreeMap::new(),
            allow_remote: false,
        }
    }
}

/// Why a simulation does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is not a loopback address.
    #[error(
        "the simulator does not listen on {0}: others could reach it, and it accepts anyone; use a \
         loopback address such as 127.0.0.1:0, or allow remote callers explicitly"
    )]
    NotLoopback(SocketAddr),
    /// The address cannot be listened on.
    #[error("the simulator cannot listen on {address}; is the port in use?")]
    Bind {
        /// What was asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}

/// A simulation that serves. Dropped, it stops accepting requests.
#[derive(Debug)]
pub struct Running {
    /// Base URL of AWS, without a slash at its end.
    pub aws: String,
    /// Base URL of Octopus, without a slash at its end.
    pub octopus: String,
    /// A key that Octopus accepts.
    pub octopus_api_key: String,
    /// The world behind both.
    pub sim: Sim,
    stop: CancellationToken,
    listeners: Vec<JoinHandle<()>>,
}

impl Running {
    /// The line by which `bennu sim` says that it is ready.
    pub fn ready(&self) -> serde_json::Value {
        serde_json::json!({
            "aws": self.aws,
            "octopus": self.octopus,
            "octopus_api_key": self.octopus_api_key,
        })
    }

    /// Stops accepting, lets the requests that have begun end, and returns then.
    pub async fn stop(mut self) {
        self.stop.cancel();
        self.sim.holds().release(|_, _| true);
        for listener in self.listeners.drain(..) {
            if let Err(error) = listener.await {
                tracing::warn!(%error, "a listener of the simulator ended badly");
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Begins to serve; when this returns, both addresses answer.
///
/// # Errors
/// An address is not loopback, or cannot be listened on.
pub async fn serve(options: Options) -> Result<Running, ServeError> {
    let aws = bind(options.listen_aws, options.allow_remote).await?;
    let octopus = bind(options.listen_octopus, options.allow_remote).await?;
    let sim = Sim::new(&options);
    let stop = sim.stop().clone();
    let remote = options.allow_remote;
    let addresses = (
        base(&aws, options.listen_aws)?,
        base(&octopus, options.listen_octopus)?,
    );
    let listeners = vec![
        tokio::spawn(run(aws, aws_router(sim.clone()), remote, stop.clone())),
        tokio::spawn(run(
            octopus,
            octopus_router(sim.clone()),
            remote,
            stop.clone(),
        )),
        tokio::spawn(octopus::webhooks::deliver(sim.clone(), stop.clone())),
    ];
    Ok(Running {
        aws: addresses.0,
        octopus: addresses.1,
        octopus_api_key: sim.with(|world| world.octopus.api_key().to_owned()),
        sim,
        stop,
        listeners,
    })
}

fn aws_router(sim: Sim) -> Router {
    control::router().fallback(aws::handle).with_state(sim)
}

fn octopus_router(sim: Sim) -> Router {
    control::router()
        .with_state(sim.clone())
        .merge(octopus::router(sim))
}

async fn run(listener: TcpListener, router: Router, remote: bool, stop: CancellationToken) {
    let service = router
        .layer(from_fn_with_state(remote, guard))
        .layer(from_fn(lose_marked))
        .into_make_service_with_connect_info::<Shears>();
    let served = axum::serve(Doorway(listener), service)
        .with_graceful_shutdown(stop.cancelled_owned())
        .await;
    if let Err(error) = served {
        tracing::error!(%error, "the simulator stopped listening");
    }
}

async fn bind(address: SocketAddr, allow_remote: bool) -> Result<TcpListener, ServeError> {
    if !allow_remote && !address.ip().is_loopback() {
        return Err(ServeError::NotLoopback(address));
    }
    TcpListener::bind(address)
        .await
        .map_err(|source| ServeError::Bind { address, source })
}

/// The base URL under which this machine reaches a listener.
fn base(listener: &TcpListener, address: SocketAddr) -> Result<String, ServeError> {
    let mut bound = listener
        .local_addr()
        .map_err(|source| ServeError::Bind { address, source })?;
    if bound.ip().is_unspecified() {
        bound.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    Ok(format!("http://{bound}"))
}
