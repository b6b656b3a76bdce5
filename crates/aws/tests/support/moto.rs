//! moto, started for one test.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::net::TcpStream;

/// A moto of our own, which ends with the test.
pub struct Moto {
    pub url: String,
    server: Child,
}

impl Moto {
    pub async fn start() -> Self {
        let free = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let server = Command::new(binary())
            .args(["-H", "127.0.0.1", "-p", &free.port().to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|e| {
                panic!("moto_server cannot be started ({e}): run `make setup-test`")
            });
        let mut moto = Self {
            url: format!("http://{free}"),
            server,
        };
        // It says nowhere that it listens, so the port is asked until it answers.
        let answers = async {
            while TcpStream::connect(free).await.is_err() {
                assert!(
                    moto.server.try_wait().unwrap().is_none(),
                    "moto_server has ended by itself"
                );
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), answers)
            .await
            .unwrap();
        moto
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing left to do.
        let _ended = self.server.kill();
        let _ended = self.server.wait();
    }
}

/// The one that `make setup-test` installs, else whichever is on the path.
fn binary() -> PathBuf {
    let ours = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../.venv/bin/moto_server");
    if ours.exists() {
        ours
    } else {
        PathBuf::from("moto_server")
    }
}
