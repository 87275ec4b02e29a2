//! The AWS back end: SQS, SNS and CloudWatch Logs of one account in this process, behind an HTTP
//! endpoint on loopback.
//!
//! ```
//! use trailhook_cli::stage::{BackEnd, QueueMade};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let back_end = BackEnd::start("111122223333", "eu-west-1").await?;
//! back_end.create_queue(&QueueMade { name: "orders".to_owned(), ..QueueMade::default() }).await?;
//! println!("AWS_ENDPOINT_URL={}", back_end.endpoint_url());
//! # Ok(())
//! # }
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(example())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod front_door;
mod gaps;
mod make;
mod read;
mod services;
mod world;

pub use front_door::ApiCallSeen;
pub use make::{BackEndError, QueueMade};
pub use read::{LogEvent, Published, QueueFound};

use super::server::Server;
use crate::trail::AnsweredCall;
use front_door::House;
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedSender;

/// An account's services in one Region, serving on a port of their own.
#[derive(Debug)]
pub struct BackEnd {
    account: String,
    region: String,
    endpoint_url: String,
    house: Arc<House>,
    _server: Server,
}

impl BackEnd {
    /// Starts with nothing in it, on a free port of loopback.
    ///
    /// # Errors
    /// There is no free port.
    pub async fn start(account: &str, region: &str) -> std::io::Result<BackEnd> {
        BackEnd::open(account, region, 0, House::default()).await
    }

    /// Starts on this port (0 is any free one), and tells `told` of every call once it is answered.
    ///
    /// What clients make belongs to the account of the first such back end in the process: the
    /// services know one account.
    ///
    /// # Errors
    /// The port is not free.
    pub async fn start_telling(
        account: &str,
        region: &str,
        port: u16,
        told: UnboundedSender<AnsweredCall>,
    ) -> std::io::Result<BackEnd> {
        gaps::settle(account);
        BackEnd::open(account, region, port, House::telling(told)).await
    }

    async fn open(account: &str, region: &str, port: u16, house: House) -> std::io::Result<BackEnd> {
        let house = Arc::new(house);
        let server = Server::start_on(port, front_door::router(house.clone())).await?;
        Ok(BackEnd {
            account: account.to_owned(),
            region: region.to_owned(),
            endpoint_url: format!("http://{}", server.address()),
            house,
            _server: server,
        })
    }

    /// What `AWS_ENDPOINT_URL` is to be set to.
    pub fn endpoint_url(&self) -> &str {
        &self.endpoint_url
    }

    /// The calls that came in, in their order; not those of the stage itself.
    pub fn calls(&self) -> Vec<ApiCallSeen> {
        self.house.seen()
    }
}
