//! A line to Postgres that can be made slow, cut, and frozen.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::time::sleep;

/// Listens on loopback, and carries everything to a socket and back.
pub struct Proxy {
    /// Where it listens.
    pub port: u16,
    delay_ms: Arc<AtomicU64>,
    cuts: watch::Sender<u64>,
    frozen: watch::Sender<bool>,
}

impl Proxy {
    /// A line without delay.
    pub async fn start(socket: &Path) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let delay_ms = Arc::new(AtomicU64::new(0));
        let (cuts, cut) = watch::channel(0);
        let (frozen, freeze) = watch::channel(false);
        let line = Line {
            socket: socket.to_owned(),
            delay_ms: delay_ms.clone(),
            cut,
            freeze,
        };
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(line.clone().carry(client));
            }
        });
        Self {
            port,
            delay_ms,
            cuts,
            frozen,
        }
    }

    /// From now on everything that Postgres says comes later by this.
    pub fn delay(&self, delay: Duration) {
        let ms = u64::try_from(delay.as_millis()).unwrap();
        self.delay_ms.store(ms, Ordering::Relaxed);
    }

    /// Cuts all connections, with what is on its way.
    pub fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Connections stay open and carry nothing any more, for ever; those that are made until it
    /// thaws are no better.
    pub fn freeze(&self) {
        self.frozen.send_replace(true);
    }

    /// Connections that are made from now on carry again.
    pub fn thaw(&self) {
        self.frozen.send_replace(false);
    }
}

#[derive(Clone)]
struct Line {
    socket: PathBuf,
    delay_ms: Arc<AtomicU64>,
    cut: watch::Receiver<u64>,
    freeze: watch::Receiver<bool>,
}

impl Line {
    async fn carry(mut self, client: TcpStream) {
        self.cut.mark_unchanged();
        let is_frozen = *self.freeze.borrow_and_update();
        // Without a server the client is hung up on, as a dead server's port would.
        let Ok(server) = UnixStream::connect(&self.socket).await else {
            return;
        };
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        let answers = async {
            let mut bytes = vec![0; 64 * 1024];
            while let Ok(count @ 1..) = from_server.read(&mut bytes).await {
                sleep(Duration::from_millis(self.delay_ms.load(Ordering::Relaxed))).await;
                if to_client.write_all(&bytes[..count]).await.is_err() {
                    return;
                }
            }
        };
        if !is_frozen {
            tokio::select! {
                _ = tokio::io::copy(&mut from_client, &mut to_server) => return,
                () = answers => return,
                _ = self.cut.changed() => return,
                _ = self.freeze.changed() => {}
            }
        }
        // Both ends stay open, and nobody says anything.
        let _ = self.cut.changed().await;
    }
}
