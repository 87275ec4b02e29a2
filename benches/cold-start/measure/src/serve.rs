//! HTTP on a port of loopback, as both of the servers that a program is given speak it.

use crate::Result;
use crate::seen::Shared;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};

/// Answers each request of each connection, once it is open; the port. What goes wrong with a connection is noted.
pub async fn start<S, O, OF, A, AF>(seen: Shared, open: O, answer: A) -> Result<u16>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    O: Fn(TcpStream) -> OF + Clone + Send + 'static,
    OF: Future<Output = Result<S>> + Send,
    A: Fn(Request<Incoming>) -> AF + Clone + Send + 'static,
    AF: Future<Output = Result<Response<Full<Bytes>>>> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (open, answer, seen) = (open.clone(), answer.clone(), seen.clone());
            tokio::spawn(async move {
                if let Err(error) = stream.set_nodelay(true) {
                    return seen.wrong(format!("TCP_NODELAY: {error}"));
                }
                let stream = match open(stream).await {
                    Ok(stream) => TokioIo::new(stream),
                    Err(error) => return seen.wrong(error.to_string()),
                };
                // It ends when the program does, and how it ends is nobody's concern then.
                drop(hyper::server::conn::http1::Builder::new().serve_connection(stream, service_fn(answer)).await);
            });
        }
    });
    Ok(port)
}
