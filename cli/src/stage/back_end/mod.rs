//! The embedded AWS: services of one account in this process, behind an HTTP endpoint on loopback.
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

mod gaps;
mod make;
mod read;
mod services;

pub(super) use gaps::{settle, with_id};
pub use make::{BackEndError, QueueMade};
pub use read::{LogEvent, Published, QueueFound};
pub(super) use services::{Services, action};

use super::front_door::{ApiCallSeen, FrontDoor};
use super::world::{Doing, LogEntry, Message, World};
use std::sync::Arc;

/// An account's services in one Region, serving on a port of their own. What is in them can be made and
/// read without a call.
#[derive(Debug)]
pub struct BackEnd {
    door: FrontDoor,
    services: Arc<Services>,
}

impl BackEnd {
    /// Starts with nothing in it, on a free port of loopback.
    ///
    /// # Errors
    /// There is no free port.
    pub async fn start(account: &str, region: &str) -> std::io::Result<BackEnd> {
        let services = Arc::new(Services::default());
        Ok(BackEnd { door: FrontDoor::keeping(account, region, services.clone()).await?, services })
    }

    /// What `AWS_ENDPOINT_URL` is to be set to.
    pub fn endpoint_url(&self) -> &str {
        self.door.endpoint_url()
    }

    /// The calls that came in, in their order; not those of the stage itself.
    pub fn calls(&self) -> Vec<ApiCallSeen> {
        self.door.seen()
    }
}

impl World for BackEnd {
    fn put_log_events<'a>(&'a self, group: &'a str, stream: &'a str, lines: &'a [LogEntry]) -> Doing<'a> {
        self.door.put_log_events(group, stream, lines)
    }

    fn send_message<'a>(&'a self, queue_arn: &'a str, message: &'a Message) -> Doing<'a> {
        self.door.send_message(queue_arn, message)
    }
}
