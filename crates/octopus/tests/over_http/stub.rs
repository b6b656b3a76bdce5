//! A server that gives prepared answers, one per connection, and keeps what it was sent.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What a connection gets.
pub enum Answer {
    /// A reply: status, headers, body.
    Http(u16, &'static str, String),
    /// The request is read, and the connection closed.
    HangUp,
    /// The request is read, and that is all.
    Silence,
}

/// A running stub.
pub struct Stub {
    /// Where it listens.
    pub address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

/// A JSON reply.
pub fn json(status: u16, body: &str) -> Answer {
    Answer::Http(
        status,
        "Content-Type: application/json\r\n",
        body.to_owned(),
    )
}

impl Stub {
    /// Listens on a free port of this machine and gives the answers in their order.
    pub async fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&heard);
        tokio::spawn(async move {
            let mut silent = Vec::new();
            for answer in answers {
                let (mut connection, _) = listener.accept().await.unwrap();
                let request = request_of(&mut connection).await;
                log.lock().unwrap().push(request);
                match answer {
                    Answer::Http(status, headers, body) => {
                        let reply = format!(
                            "HTTP/1.1 {status} Status\r\n{headers}Content-Length: {}\r\n\
                             Connection: close\r\n\r\n{body}",
                            body.len()
                        );
                        connection.write_all(reply.as_bytes()).await.unwrap();
                    }
                    Answer::HangUp => drop(connection),
                    Answer::Silence => silent.push(connection),
                }
            }
            // Whoever asks more often than there are answers waits in vain.
            std::future::pending::<()>().await;
        });
        Self { address, heard }
    }

    /// What it was sent: head and body of each request.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// The first line of each request.
    pub fn asked(&self) -> Vec<String> {
        let first = |request: String| request.lines().next().unwrap_or_default().to_owned();
        self.heard().into_iter().map(first).collect()
    }
}

async fn request_of(connection: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let count = connection.read(&mut chunk).await.unwrap();
        bytes.extend_from_slice(&chunk[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let complete = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
            let length = head.lines().find_map(|line| {
                line.to_lowercase()
                    .strip_prefix("content-length: ")
                    .map(str::to_owned)
            });
            body.len() >= length.map_or(0, |length| length.parse().unwrap())
        });
        if complete || count == 0 {
            return text;
        }
    }
}
