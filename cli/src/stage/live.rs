//! The stage that stays up: calls come in by the front door, become records, go through the rules to
//! their targets, and the targets' own calls come in by the front door again.
//!
//! It puts the pieces together and decides nothing itself. What happens is told as it happens. Where it
//! differs from AWS is in `docs/local-stage.md`.

use super::binaries::{Binaries, BinariesError};
use super::bus::{Bus, BusError, BusSettings, BusTold};
use super::front_door::{Came, FrontDoor, FrontDoorError, FrontDoorSettings, FurnishError};
use super::lambda::{Hosted, Lambda, LambdaSettings, LambdaTold};
use super::metrics::Metrics;
use super::tally::Tally;
use super::{Backstage, Observer, surroundings};
use crate::template::{RuleState, Stack, TemplateError};
use crate::trail::{
    AnsweredCall, Delivery, Envelope, LogFileError, LogFiles, Principals, PrincipalsError, Trail, delivered,
};
use chrono::Utc;
use serde_json::Value;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Interval, MissedTickBehavior, interval};

/// How long a record waits for its log file; CloudTrail takes five minutes.
const LOG_FILES_EVERY: Duration = Duration::from_secs(10);

/// A stage that is up.
#[derive(Debug)]
pub struct Live {
    door: Arc<FrontDoor>,
    trail: Trail,
    log_files: Option<LogFiles>,
    flush: Interval,
    untold: VecDeque<Told>,
    tally: Tally,
    bus: Bus,
    lambda: Arc<Lambda>,
    calls: UnboundedReceiver<Came>,
    on_the_bus: UnboundedReceiver<BusTold>,
    in_lambda: UnboundedReceiver<LambdaTold>,
}

/// How a stage is set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LiveSettings {
    /// The front door, and what is behind it.
    pub door: FrontDoorSettings,
    /// How the bus delivers.
    pub bus: BusSettings,
    /// How functions are run.
    pub lambda: LambdaSettings,
    /// A file with principals that adds to the built-in ones.
    pub principals: Option<PathBuf>,
    /// Where CloudTrail's log files go, if anywhere.
    pub log_files: Option<PathBuf>,
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
    /// A log file of the trail could not be written: its records are kept for the next try, or are too many
    /// to be kept.
    LogFile(LogFileError),
}

/// The stage can't be set up.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// The front door can't be opened.
    #[error(transparent)]
    Door(#[from] FrontDoorError),
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
    /// The services in the process have the ARNs of one partition.
    #[error(
        "the services in the process are those of the partition aws, and {0} is in another; --aws-endpoint puts another AWS behind the stage, and --once EVENT plays an event of there"
    )]
    Partition(String),
    /// What the template makes can't be made.
    #[error(transparent)]
    Furnish(#[from] FurnishError),
}

impl Live {
    /// Says beforehand, as far as it can be known, why the stage can't be set: for who has something to do
    /// in between that takes long.
    ///
    /// # Errors
    /// The port is taken, the template or the file of principals can't be resolved, or the Region is one of
    /// another partition than that of the services in the process.
    pub fn check(stack: &Stack, settings: &LiveSettings) -> Result<(), LiveError> {
        principals(stack, settings)?;
        let region = &stack.deployment().region;
        if settings.door.aws_endpoint.is_none() && trailhook::partition_of(region) != "aws" {
            return Err(LiveError::Partition(region.clone()));
        }
        Ok(FrontDoor::check(settings.door.port)?)
    }

    /// Sets the stage for a stack, with its topics, queues, log groups and tables.
    ///
    /// # Errors
    /// The port is taken, the template or the file can't be resolved, a binary is missing, or another
    /// AWS does not make what the template needs.
    pub async fn set(stack: &Stack, binaries: &Binaries, settings: &LiveSettings) -> Result<Live, LiveError> {
        let deployment = stack.deployment();
        let (account, region) = (deployment.account.as_str(), deployment.region.as_str());
        let (told, calls) = unbounded_channel();
        let metrics = Arc::new(Metrics::default());
        let principals = principals(stack, settings)?;
        let door = FrontDoor::open(stack, &settings.door, metrics.clone(), principals.clone(), told).await?;
        let door = Arc::new(door);
        door.furnish(stack).await?;
        let backstage = Backstage { world: door.clone(), metrics, at_work: door.at_work() };
        let mut hosted = Vec::new();
        for function in stack.functions()? {
            let binary = binaries.of(&function.binary, &function.logical_id)?;
            let environment = surroundings(&function, region, door.endpoint_url());
            hosted.push(Hosted { function, binary, environment });
        }
        let (observer, in_lambda) = Observer::new();
        let lambda = Arc::new(Lambda::open(hosted, &backstage, observer, &settings.lambda));
        let (observer, on_the_bus) = Observer::new();
        let bus = Bus::open(stack, lambda.clone(), &backstage, observer, settings.bus)?;
        let log_files = settings.log_files.as_ref().map(|folder| LogFiles::new(folder, account));
        let mut flush = interval(LOG_FILES_EVERY);
        flush.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let trail = Trail::new(account, principals);
        Ok(Live {
            door,
            trail,
            log_files,
            flush,
            untold: VecDeque::new(),
            tally: Tally::default(),
            bus,
            lambda,
            calls,
            on_the_bus,
            in_lambda,
        })
    }

    /// What clients' `AWS_ENDPOINT_URL` is to be set to.
    pub fn endpoint_url(&self) -> &str {
        self.door.endpoint_url()
    }

    /// The keys that are somebody's, with who that is.
    pub fn callers(&self) -> Vec<(String, String)> {
        self.trail.principals.known().map(|(key, who)| (key.to_owned(), who)).collect()
    }

    /// The front door.
    pub fn door(&self) -> &FrontDoor {
        &self.door
    }

    /// Waits for the next thing to happen. Calls that CloudTrail never records, and data events,
    /// which the trail does not select, pass unsaid. Nothing goes on while nobody waits here.
    pub async fn next(&mut self) -> Told {
        let told = self.happens().await;
        self.tally.note(&told);
        told
    }

    /// Puts an event on the bus as if the trail had just recorded its call: an envelope as EventBridge has it. The
    /// names in the template of the rules that match it. It is told and counted as a call is.
    pub fn put_event(&mut self, event: Value) -> Vec<String> {
        let rules = self.bus.put(&event);
        self.untold.push_back(Told::Call { event, rules: Ok(rules.clone()) });
        rules
    }

    /// The sums of what has been told so far.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// How much is still under way: deliveries of the bus, and events that Lambda has taken.
    pub fn pending(&self) -> usize {
        self.bus.pending() + self.lambda.pending()
    }

    /// Closes the front door, then ends the deliveries and the functions' processes, counts what was left,
    /// and writes what is left of the log files. Every call that was answered is counted.
    ///
    /// # Errors
    /// A log file can't be written.
    pub async fn close(&mut self) -> Result<(), LogFileError> {
        self.door.close().await;
        while let Ok(came) = self.calls.try_recv() {
            self.came(came);
        }
        self.bus.close().await;
        self.lambda.close().await;
        for told in self.untold.drain(..) {
            self.tally.note(&told);
        }
        while let Ok(told) = self.on_the_bus.try_recv() {
            self.tally.note(&Told::Bus(told));
        }
        while let Ok(told) = self.in_lambda.try_recv() {
            self.tally.note(&Told::Lambda(told));
        }
        self.flush()
    }

    async fn happens(&mut self) -> Told {
        loop {
            if let Some(told) = self.untold.pop_front() {
                return told;
            }
            tokio::select! {
                Some(came) = self.calls.recv() => self.came(came),
                Some(told) = self.on_the_bus.recv() => return Told::Bus(told),
                Some(told) = self.in_lambda.recv() => return Told::Lambda(told),
                _ = self.flush.tick(), if self.log_files.is_some() => {
                    let flushed = self.flush();
                    self.untold.extend(flushed.err().map(Told::LogFile));
                }
                // The senders live as long as this does.
                else => std::future::pending::<()>().await,
            }
        }
    }

    fn came(&mut self, came: Came) {
        match came {
            Came::Call(call) => self.call(&call),
            // Who asked may be gone; the event is taken all the same.
            Came::Event { event, answer } => answer.send(self.put_event(event)).unwrap_or_default(),
            Came::Invocation { function, event, answer } => drop(answer.send(self.lambda.invoke(&function, event))),
        }
    }

    fn call(&mut self, call: &AnsweredCall) {
        let selectors = self.trail.selectors;
        let Some(record) = self.trail.record(call).filter(|record| selectors.select(record)) else { return };
        self.door.history().add(&record);
        if let Some(files) = &mut self.log_files
            && let Err(error) = files.add(&record, Utc::now())
        {
            self.untold.push_back(Told::LogFile(error));
        }
        // Whether a rule gets read-only calls is the rule's own state; the bus asks it.
        let delivery = delivered(&record, RuleState::EnabledWithReadOnlyCalls, selectors);
        let region = record.aws_region.clone();
        // An envelope is plain data, so it can always be written.
        let event = serde_json::to_value(Envelope::around(record)).unwrap_or_default();
        let rules = match delivery {
            Delivery::NotDelivered(reason) => Err(reason.to_string()),
            Delivery::Delivered if region != self.door.region => {
                Err(format!("it is on the event bus of {region}, and the rules are in {}", self.door.region))
            }
            Delivery::Delivered => Ok(self.bus.put(&event)),
        };
        self.untold.push_back(Told::Call { event, rules });
    }

    fn flush(&mut self) -> Result<(), LogFileError> {
        match &mut self.log_files {
            Some(files) => files.flush(Utc::now()).map(drop),
            None => Ok(()),
        }
    }
}

fn principals(stack: &Stack, settings: &LiveSettings) -> Result<Principals, LiveError> {
    let deployment = stack.deployment();
    let principals = Principals::built_in(&deployment.account, &deployment.region, Utc::now()).with_functions(stack)?;
    Ok(match &settings.principals {
        Some(file) => principals.with_file(file)?,
        None => principals,
    })
}
