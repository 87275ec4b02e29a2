//! An HTTP server on a loopback port of its own, that ends with its owner, or when it is told to.

use axum::Router;
use axum::serve::ListenerExt;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long what is being answered may take when the server is told to end.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(super) struct Server {
    address: SocketAddr,
    ends: watch::Sender<bool>,
    ended: watch::Receiver<bool>,
    task: JoinHandle<()>,
}

impl Server {
    /// Serves on a free port of loopback, and on no other address.
    pub(super) async fn start(router: Router) -> std::io::Result<Server> {
        Server::start_on(0, router).await
    }

    /// Serves on this port of loopback; 0 is any free one.
    pub(super) async fn start_on(port: u16, router: Router) -> std::io::Result<Server> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        // Answers are small, and should not wait for one another. A connection that can't is as good.
        let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
        let (ends, mut end) = watch::channel(false);
        let (done, ended) = watch::channel(false);
        let task = tokio::spawn(async move {
            let end = async move {
                // Its owner is gone, and so is this.
                end.wait_for(|end| *end).await.ok();
            };
            // It serves until it is told to end; axum answers errors of single connections itself.
            axum::serve(listener, router).with_graceful_shutdown(end).await.ok();
            done.send_replace(true);
        });
        Ok(Server { address, ends, ended, task })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more calls, and waits until those that are there are answered, though not for long.
    pub(super) async fn end(&self) {
        self.ends.send_replace(true);
        let mut ended = self.ended.clone();
        // Whoever is not done by then has not had an answer.
        tokio::time::timeout(LAST_ANSWERS, ended.wait_for(|ended| *ended)).await.ok();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
