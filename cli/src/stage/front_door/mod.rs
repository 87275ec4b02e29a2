//! The front door: one loopback endpoint for every AWS client, people's and the functions'.
//!
//! A call is answered by what is behind the door, the services in this process or another AWS on this
//! machine, and told to who listens once it is answered. Each answer has a request id. Large bodies
//! pass through as they come. It checks no signature, and no permission: whoever reaches loopback may do
//! everything, which is why it listens nowhere else.

mod crashes;
mod faults;
mod furnish;
mod house;
mod invoke;
mod listener;
mod own;
mod put;
mod refusal;
mod refused;
mod scope;
mod world;

pub use furnish::FurnishError;
pub use listener::{ApiCallSeen, Came};
pub(in crate::stage) use put::PATH as PUT_PATH;
pub(super) use refusal::Refusal;
pub(super) use scope::Scope;

use super::at_work::AtWork;
use super::back_end::{Services, settle};
use super::described::Described;
use super::endpoint::{Endpoint, EndpointUrlError};
use super::event_history::EventHistory;
use super::metrics::Metrics;
use super::server::Server;
use crate::template::{Stack, TemplateError};
use crate::trail::Principals;
use crashes::Crashes;
use faults::Faults;
use house::{Behind, House};
use listener::Listener;
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::UnboundedSender;

/// A front door that is open; it closes when this is dropped.
#[derive(Debug)]
pub struct FrontDoor {
    pub(super) account: String,
    pub(super) region: String,
    endpoint_url: String,
    house: Arc<House>,
    server: Server,
}

/// What is behind a front door, and how well it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FrontDoorSettings {
    /// The port on loopback; 0 is any free one.
    pub port: u16,
    /// The URL of another AWS, as `http://127.0.0.1:5000`; the services in this process otherwise.
    pub aws_endpoint: Option<String>,
    /// How many of the calls are met with throttling or a server's error, from 0 to 1.
    pub fault: f64,
    /// How many of the calls of functions end the process that makes them, from 0 to 1: half of them before the call
    /// is done, half after.
    pub crash: f64,
    /// Which of them.
    pub seed: u64,
    /// The actions that are refused to functions, as a role without the permission is refused: `sqs:TagQueue`.
    pub refuse: Vec<String>,
}

/// The front door can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum FrontDoorError {
    /// The port is taken, as a rule.
    #[error("the front door can't open on port {port}: {source}; --port 0 takes a free one")]
    Port {
        /// The port asked for.
        port: u16,
        /// Why not.
        source: std::io::Error,
    },
    /// There can't be an AWS behind it.
    #[error(transparent)]
    Url(#[from] EndpointUrlError),
    /// What is deployed can't be resolved.
    #[error(transparent)]
    Template(#[from] TemplateError),
}

impl FrontDoor {
    /// Opens a door, answers from `metrics` what CloudWatch is asked about bus and Lambda, from `principals`
    /// who calls, from the stack what is deployed, and tells `told` of every call once it is answered.
    ///
    /// What clients make in the embedded services belongs to the account of the first such door in the
    /// process: they know one account.
    ///
    /// # Errors
    /// The port is not free, or the other AWS's URL is none.
    pub(super) async fn open(
        stack: &Stack,
        settings: &FrontDoorSettings,
        metrics: Arc<Metrics>,
        principals: Principals,
        told: UnboundedSender<Came>,
    ) -> Result<FrontDoor, FrontDoorError> {
        let (account, region) = (&stack.deployment().account, &stack.deployment().region);
        let described = Some(Described::of(stack)?);
        settle(account);
        let behind = match &settings.aws_endpoint {
            Some(url) => Behind::Elsewhere(Box::new(Endpoint::new(url)?)),
            None => Behind::Embedded(Arc::default()),
        };
        let crashes = Crashes::new(settings.crash, settings.seed);
        let faults = Faults::new(settings.fault, settings.seed);
        let refused = refused::Refused::new(&settings.refuse);
        let (listener, turn) = (Listener::Told(told), Mutex::default());
        let principals = Some(principals);
        let history = Arc::default();
        let house = House { behind, crashes, faults, refused, turn, listener, metrics, history, principals, described };
        let port = settings.port;
        let opened = FrontDoor::before(house, account, region, port).await;
        opened.map_err(|source| FrontDoorError::Port { port, source })
    }

    /// Whether a port is free now.
    ///
    /// # Errors
    /// It is not.
    pub(super) fn check(port: u16) -> Result<(), FrontDoorError> {
        let bound = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port));
        bound.map(drop).map_err(|source| FrontDoorError::Port { port, source })
    }

    /// A door on any free port before these services, which keeps the calls.
    pub(super) async fn keeping(account: &str, region: &str, services: Arc<Services>) -> std::io::Result<FrontDoor> {
        let (listener, turn) = (Listener::Kept(std::sync::Mutex::default()), Mutex::default());
        let (behind, crashes, faults) = (Behind::Embedded(services), Crashes::default(), Faults::default());
        let (metrics, history) = (Arc::default(), Arc::default());
        let (principals, described) = (None, None);
        let refused = refused::Refused::default();
        let house = House { behind, crashes, faults, refused, turn, listener, metrics, history, principals, described };
        FrontDoor::before(house, account, region, 0).await
    }

    async fn before(house: House, account: &str, region: &str, port: u16) -> std::io::Result<FrontDoor> {
        let house = Arc::new(house);
        let server = Server::start_on(port, house::router(house.clone())).await?;
        Ok(FrontDoor {
            account: account.to_owned(),
            region: region.to_owned(),
            endpoint_url: format!("http://{}", server.address()),
            house,
            server,
        })
    }

    /// What `AWS_ENDPOINT_URL` is to be set to.
    pub fn endpoint_url(&self) -> &str {
        &self.endpoint_url
    }

    /// Where the records of management calls go, to be searched.
    pub(super) fn history(&self) -> &EventHistory {
        &self.house.history
    }

    /// The processes whose calls may end them.
    pub(super) fn at_work(&self) -> Arc<AtWork> {
        self.house.crashes.at_work.clone()
    }

    /// Takes no more calls; those that are being answered are, and are told.
    pub(super) async fn close(&self) {
        self.server.end().await;
    }

    /// The calls that were kept, in their order; not those of the stage itself.
    pub(super) fn seen(&self) -> Vec<ApiCallSeen> {
        self.house.listener.seen()
    }
}
