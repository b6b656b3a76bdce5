//! `bennu serve`: the daemon, from its first connection to its last record.

mod listener;

use std::net::SocketAddr;

use axum::middleware::from_fn;
use bennu_ports::{LedgerError, Work as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use self::listener::Limits;
use crate::telemetry;
use crate::wiring::{Daemon, WiringError};

/// Why the daemon does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Its parts do not fit together.
    #[error(transparent)]
    Wiring(#[from] WiringError),
    /// The database is away or refuses.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {source}; is another program using the port?")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// A metric of the same name is there already.
    #[error("metrics: {0}")]
    Metrics(#[from] prometheus::Error),
}

/// A daemon that runs.
#[cfg_attr(
    not(feature = "sim"),
    expect(dead_code, reason = "only the demo asks where it listens")
)]
pub struct Serving {
    /// Where the API listens.
    pub api: SocketAddr,
    /// Where metrics and health listen.
    pub metrics: SocketAddr,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

/// Migrates the schema, listens, and begins to work.
///
/// # Errors
/// [`ServeError`]; nothing runs then.
pub async fn begin(
    daemon: Daemon,
    api: SocketAddr,
    metrics: SocketAddr,
) -> Result<Serving, ServeError> {
    daemon.store.migrate().await?;
    daemon.store.ensure(&daemon.keys).await?;
    let (api, metrics) = (listen(api).await?, listen(metrics).await?);
    let addresses = (address_of(&api)?, address_of(&metrics)?);
    let stop = daemon.api.stop.clone();
    let teams = bennu_api::router(daemon.api, &daemon.observability.registry)?;
    let teams = teams.layer(from_fn(telemetry::follow));
    let tasks = vec![
        tokio::spawn(listener::listen(
            "api",
            api,
            teams,
            stop.clone(),
            Limits::default(),
        )),
        tokio::spawn(listener::listen(
            "metrics",
            metrics,
            daemon.observability.router(),
            stop.clone(),
            Limits::default(),
        )),
        tokio::spawn(bennu_engine::run(daemon.engine, stop.clone())),
    ];
    info!(api = %addresses.0, metrics = %addresses.1, "serving");
    Ok(Serving {
        api: addresses.0,
        metrics: addresses.1,
        stop,
        tasks,
    })
}

impl Serving {
    /// Takes no new work and no new requests, lets what has begun come to its end, and
    /// returns then.
    pub async fn stop(self) {
        self.stop.cancel();
        for task in self.tasks {
            if let Err(error) = task.await {
                error!(%error, "a part of the daemon ended badly");
            }
        }
        info!("stopped");
    }
}

/// Waits until the process is asked to stop: SIGTERM, or Ctrl-C.
pub async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        error!("SIGTERM cannot be waited for; stop with Ctrl-C");
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| ServeError::Listen { address, source })
}

fn address_of(listener: &TcpListener) -> Result<SocketAddr, ServeError> {
    listener.local_addr().map_err(|source| ServeError::Listen {
        address: SocketAddr::from(([127, 0, 0, 1], 0)),
        source,
    })
}
