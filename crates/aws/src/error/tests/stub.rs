//! A server that gives fixed answers, also such as no honest server gives.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One answer.
#[derive(Debug)]
pub(super) enum Answer {
    /// Status, extra header lines, body. A content length among the headers stands instead of
    /// the true one.
    Http(u16, &'static str, String),
    /// The connection ends as soon as the request has been read.
    HangUp,
    /// The request is read and the connection kept, for ever.
    Silence,
}

/// Answers each request with the next of its answers, and with none when they are used up.
pub(super) struct Stub {
    pub(super) url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    pub(super) async fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            let mut answers = VecDeque::from(answers);
            let mut silent = Vec::new();
            while let Ok((mut socket, _)) = listener.accept().await {
                let request = read(&mut socket).await;
                seen.lock().unwrap().push(request);
                match answers.pop_front() {
                    Some(Answer::Http(status, headers, body)) => {
                        write(&mut socket, status, headers, &body).await
                    }
                    Some(Answer::Silence) => silent.push(socket),
                    Some(Answer::HangUp) | None => drop(socket),
                }
            }
        });
        Self { url, requests }
    }

    /// Every request so far, head and body.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn read(socket: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length")
                    .then(|| value.trim().parse().ok())?
            });
            if body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
        if socket.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return text;
        }
    }
}

async fn write(socket: &mut TcpStream, status: u16, headers: &str, body: &str) {
    let length = if headers.contains("content-length") {
        String::new()
    } else {
        format!("content-length: {}\r\n", body.len())
    };
    let text =
        format!("HTTP/1.1 {status} Said\r\n{headers}{length}connection: close\r\n\r\n{body}");
    // The other side may have gone already, which is its right.
    let _gone = socket.write_all(text.as_bytes()).await;
    let _gone = socket.shutdown().await;
}
