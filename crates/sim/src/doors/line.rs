//! Connections that can be cut, so that a call takes effect and its reply is lost.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Request};
use axum::middleware::Next;
use axum::response::Response;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Marks a response that must never reach its caller: put it in the extensions.
#[derive(Debug, Clone, Copy)]
pub(super) struct LoseReply;

/// Middleware that cuts the connection of a marked response instead of sending it.
pub(super) async fn lose_marked(
    ConnectInfo(shears): ConnectInfo<Shears>,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    if response.extensions().get::<LoseReply>().is_some() {
        shears.cut.store(true, Ordering::Release);
    }
    response
}

/// What cuts one connection.
#[derive(Debug, Clone)]
pub(super) struct Shears {
    cut: Arc<AtomicBool>,
}

/// Accepts connections that can be cut.
#[derive(Debug)]
pub(super) struct Doorway(pub(super) TcpListener);

impl Listener for Doorway {
    type Io = Line;
    type Addr = (SocketAddr, Shears);

    async fn accept(&mut self) -> (Line, Self::Addr) {
        let (stream, peer) = Listener::accept(&mut self.0).await;
        // Answers are small and awaited one by one; without this they would be slower only.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%peer, %error, "TCP_NODELAY was not set");
        }
        let shears = Shears {
            cut: Arc::default(),
        };
        (
            Line {
                stream,
                shears: shears.clone(),
            },
            (peer, shears),
        )
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok((
            self.0.local_addr()?,
            Shears {
                cut: Arc::default(),
            },
        ))
    }
}

impl Connected<IncomingStream<'_, Doorway>> for Shears {
    fn connect_info(stream: IncomingStream<'_, Doorway>) -> Self {
        stream.remote_addr().1.clone()
    }
}

/// A connection. Once cut, nothing more is sent on it and it ends.
#[derive(Debug)]
pub(super) struct Line {
    stream: TcpStream,
    shears: Shears,
}

impl Line {
    fn is_cut(&self) -> bool {
        self.shears.cut.load(Ordering::Acquire)
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.is_cut() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.is_cut() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Pin::new(&mut self.stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
