//! The stage that stays up: calls come in by the front door, become records, go through the rules to
//! their targets, and the targets' own calls come in by the front door again.
//!
//! It puts the pieces together and decides nothing itself. What happens is told as it happens; what
//! it does not do yet is in `docs/local-stage.md`.

use super::back_end::{BackEnd, BackEndError, QueueMade};
use super::binaries::{Binaries, BinariesError};
use super::bus::{Bus, BusError, BusSettings, BusTold};
use super::lambda::{Hosted, Lambda, LambdaSettings, LambdaTold};
use super::{Backstage, Observer, surroundings};
use crate::template::{RuleState, Stack, TemplateError};
use crate::trail::{AnsweredCall, Delivery, Envelope, Principals, PrincipalsError, Trail, delivered};
use chrono::Utc;
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A stage that is up.
#[derive(Debug)]
pub struct Live {
    back_end: Arc<BackEnd>,
    trail: Trail,
    bus: Bus,
    lambda: Arc<Lambda>,
    calls: UnboundedReceiver<AnsweredCall>,
    on_the_bus: UnboundedReceiver<BusTold>,
    in_lambda: UnboundedReceiver<LambdaTold>,
}

/// Something that happened on the stage.
#[derive(Debug)]
pub enum Told {
    /// A management call was made, and these rules match its event; or, with the reason, none could.
    Call {
        /// The event.
        event: Value,
        /// The rules' names in the template.
        rules: Result<Vec<String>, String>,
    },
    /// Something on the bus.
    Bus(BusTold),
    /// Something in Lambda.
    Lambda(LambdaTold),
}

/// The stage can't be set up.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// The port is taken, as a rule.
    #[error("the front door can't open on port {port}: {source}; --port 0 takes a free one")]
    Port {
        /// The port asked for.
        port: u16,
        /// Why not.
        source: std::io::Error,
    },
    /// The template can't be resolved.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The file of principals can't be read.
    #[error(transparent)]
    Principals(#[from] PrincipalsError),
    /// A rule can't be.
    #[error(transparent)]
    Bus(#[from] BusError),
    /// A binary is missing.
    #[error(transparent)]
    Binaries(#[from] BinariesError),
    /// The back end can't hold what the template makes.
    #[error(transparent)]
    BackEnd(#[from] BackEndError),
}

impl Live {
    /// Sets the stage for a stack, with its topics, queues and log groups, on this port; `principals`
    /// is a file that adds to the built-in ones.
    ///
    /// # Errors
    /// The port is taken, the template or the file can't be resolved, or a binary is missing.
    pub async fn set(
        stack: &Stack,
        binaries: &Binaries,
        port: u16,
        principals: Option<&Path>,
    ) -> Result<Live, LiveError> {
        let file = principals;
        let deployment = stack.deployment();
        let (account, region) = (deployment.account.as_str(), deployment.region.as_str());
        let (told, calls) = unbounded_channel();
        let back_end = BackEnd::start_telling(account, region, port, told).await;
        let back_end = Arc::new(back_end.map_err(|source| LiveError::Port { port, source })?);
        for topic in stack.topics()? {
            back_end.create_topic(&topic).await?;
        }
        for group in stack.log_groups()? {
            back_end.create_log_group(&group).await?;
        }
        for queue in stack.queues()? {
            let (name, attributes) = (queue.name, queue.attributes);
            back_end.create_queue(&QueueMade { name, attributes, ..QueueMade::default() }).await?;
        }
        let backstage = Backstage::new(back_end.clone());
        let mut hosted = Vec::new();
        for function in stack.functions()? {
            let binary = binaries.of(&function.binary, &function.logical_id)?;
            let environment = surroundings(&function, region, back_end.endpoint_url());
            hosted.push(Hosted { function, binary, environment });
        }
        let (observer, in_lambda) = Observer::new();
        let lambda = Arc::new(Lambda::open(hosted, &backstage, observer, &LambdaSettings::default()));
        let (observer, on_the_bus) = Observer::new();
        let bus = Bus::open(stack, lambda.clone(), &backstage, observer, BusSettings::default())?;
        let principals = Principals::built_in(account, region, Utc::now()).with_functions(stack)?;
        let principals = match file {
            Some(file) => principals.with_file(file)?,
            None => principals,
        };
        let trail = Trail::new(account, principals);
        Ok(Live { back_end, trail, bus, lambda, calls, on_the_bus, in_lambda })
    }

    /// What clients' `AWS_ENDPOINT_URL` is to be set to.
    pub fn endpoint_url(&self) -> &str {
        self.back_end.endpoint_url()
    }

    /// The keys that are somebody's, with who that is.
    pub fn callers(&self) -> Vec<(String, String)> {
        self.trail.principals.known().map(|(key, who)| (key.to_owned(), who)).collect()
    }

    /// Waits for the next thing to happen. Calls that CloudTrail never records, and data events,
    /// which the trail does not select, pass unsaid.
    pub async fn next(&mut self) -> Told {
        loop {
            tokio::select! {
                Some(call) = self.calls.recv() => {
                    if let Some(told) = self.call(&call) {
                        return told;
                    }
                }
                Some(told) = self.on_the_bus.recv() => return Told::Bus(told),
                Some(told) = self.in_lambda.recv() => return Told::Lambda(told),
                // The senders live as long as this does.
                else => std::future::pending::<()>().await,
            }
        }
    }

    /// Ends the functions' processes and the deliveries.
    pub async fn close(&self) {
        self.bus.close().await;
        self.lambda.close().await;
    }

    fn call(&self, call: &AnsweredCall) -> Option<Told> {
        let record = self.trail.record(call)?;
        if !self.trail.selectors.select(&record) {
            return None;
        }
        // Whether a rule gets read-only calls is the rule's own state; the bus asks it.
        let delivery = delivered(&record, RuleState::EnabledWithReadOnlyCalls, self.trail.selectors);
        // An envelope is plain data, so it can always be written.
        let event = serde_json::to_value(Envelope::around(record)).unwrap_or_default();
        let rules = match delivery {
            Delivery::Delivered => Ok(self.bus.put(&event)),
            Delivery::NotDelivered(reason) => Err(reason.to_string()),
        };
        Some(Told::Call { event, rules })
    }
}
