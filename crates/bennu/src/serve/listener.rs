//! A listener: whom it lets in, for how long, and how it ends.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

/// A bearer token, a few headers and a path fit in a few thousand.
const LONGEST_HEAD: usize = 32 * 1024;
/// Without file descriptors there is nothing to do but to wait for some.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How much a listener puts up with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Connections at once; further ones wait in the system's queue.
    connections: usize,
    /// From the first byte that is waited for to the end of a request's head: whoever sends a
    /// byte now and then does not keep a connection, and an idle one is closed.
    head: Duration,
    /// How long what has begun may take when the daemon stops.
    end: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // Each may hold `LONGEST_HEAD` bytes: 16 MB, and far fewer file descriptors than
            // a process may have.
            connections: 512,
            head: Duration::from_secs(15),
            // Supervisors wait 10 s or more before they kill.
            end: Duration::from_secs(8),
        }
    }
}

/// Answers with `router` until `stop`, then takes no more requests, and lets those that have
/// begun come to their end, as long as `limits` allow.
pub(super) async fn listen(
    name: &'static str,
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
    limits: Limits,
) {
    let permits = Arc::new(Semaphore::new(limits.connections));
    let mut connections = JoinSet::new();
    while let Some(Ok(permit)) = unless(&stop, permits.clone().acquire_owned()).await {
        let Some(accepted) = unless(&stop, listener.accept()).await else {
            break;
        };
        match accepted {
            Ok((stream, _)) => {
                let (router, stop) = (router.clone(), stop.clone());
                connections.spawn(async move {
                    converse(stream, router, stop, limits.head).await;
                    drop(permit);
                });
            }
            Err(error) => {
                warn!(%error, listener = name, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    let ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(limits.end, ended).await.is_err() {
        warn!(
            listener = name,
            connections = connections.len(),
            "cut off at the stop"
        );
    }
}

/// `None` once it is time to stop.
async fn unless<F: Future>(stop: &CancellationToken, work: F) -> Option<F::Output> {
    tokio::select! {
        () = stop.cancelled() => None,
        done = work => Some(done),
    }
}

/// All requests of one connection.
async fn converse(stream: TcpStream, router: Router, stop: CancellationToken, head: Duration) {
    // Answers are small and wanted at once.
    if let Err(error) = stream.set_nodelay(true) {
        debug!(%error, "TCP_NODELAY was not set");
    }
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head)
        .max_buf_size(LONGEST_HEAD)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        debug!(%error, "a connection broke off");
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::task::JoinHandle;

    use super::*;

    async fn begin(limits: Limits) -> (TcpStream, CancellationToken, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new()
            .route("/", get(async || "fine"))
            .route("/never", get(std::future::pending::<()>));
        let stop = CancellationToken::new();
        let listening = listen("test", listener, router, stop.clone(), limits);
        let listening = tokio::spawn(listening);
        (TcpStream::connect(address).await.unwrap(), stop, listening)
    }

    #[tokio::test]
    async fn whoever_does_not_come_to_the_point_is_shown_out() {
        let head = Duration::from_millis(50);
        let limits = Limits {
            head,
            ..Limits::default()
        };
        let (mut caller, stop, listening) = begin(limits).await;
        caller
            .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n")
            .await
            .unwrap();
        let mut said = String::new();
        // Ends when the connection does. Without a limit it never would.
        let _ = caller.read_to_string(&mut said).await;
        assert!(!said.contains("fine"), "{said}");
        stop.cancel();
        listening.await.unwrap();
    }

    #[tokio::test]
    async fn a_stop_waits_for_answers_and_not_for_ever() {
        let end = Duration::from_millis(50);
        let limits = Limits {
            end,
            ..Limits::default()
        };
        let (mut idle, stop, listening) = begin(limits).await;
        idle.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            .await
            .unwrap();
        let mut first = [0; 12];
        idle.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        let mut stuck = TcpStream::connect(idle.peer_addr().unwrap()).await.unwrap();
        stuck
            .write_all(b"GET /never HTTP/1.1\r\nHost: x\r\n\r\n")
            .await
            .unwrap();
        stop.cancel();
        listening.await.unwrap();
        let mut rest = Vec::new();
        idle.read_to_end(&mut rest).await.unwrap();
        let _ = stuck.read_to_end(&mut rest).await;
    }
}
