//! An HTTP server on a loopback port of its own, that ends with its owner.

use axum::Router;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

#[derive(Debug)]
pub(super) struct Server {
    address: SocketAddr,
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
        let task = tokio::spawn(async move {
            // It serves until it is aborted; axum answers errors of single connections itself.
            axum::serve(listener, router).await.ok();
        });
        Ok(Server { address, task })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
