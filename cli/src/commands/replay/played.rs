//! What is deployed in one account and Region: its rules, and the functions that are their targets.

use crate::args::ReplayArguments;
use crate::commands::CommandError;
use crate::deployed::{Deployed, NotDeployed};
use crate::stored::Stored;
use crate::template::{Destination, FunctionResource, RuleState, Stack};
use crate::trail::{Delivery, Selectors, Undelivered, stored_delivered};
use chrono::Utc;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;
use trailhook::pattern::Pattern;
use trailhook::{DecodeError, Envelope, Report, counted, decode, planned, undecodable, would};
use trailhook_handlers::Handler;
use trailhook_handlers::responses::{NotifyHandler, RevertHandler, SnapshotHandler, TagNewQueueHandler};

/// What a response reports of an event that was decoded, or could not be.
type Respond = Box<dyn Fn(&Result<Envelope, DecodeError>) -> Report + Send + Sync>;

/// The rules and functions.
pub(super) struct Stage {
    rules: Vec<Route>,
    /// The binaries of all functions that are targets, asked for or not.
    pub(super) binaries: BTreeSet<String>,
}

struct Route {
    pattern: Pattern,
    state: RuleState,
    targets: Vec<Target>,
}

/// A function; its handler is made when an event comes.
struct Target {
    function: FunctionResource,
    region: String,
    whole: bool,
    respond: OnceLock<Result<Option<Respond>, NotDeployed>>,
}

/// What becomes of an event.
pub(super) enum Played {
    /// No rule matches it.
    Unmatched,
    /// A rule matches, and would not have got it.
    Undelivered(Undelivered),
    /// The reports of the functions that it is handed to.
    Decided(Vec<Report>),
}

impl Stage {
    /// A pattern that is tried takes the place of every rule's own.
    pub(super) fn set(
        stack: &Stack,
        file: &Path,
        arguments: &ReplayArguments,
        tried: Option<&Pattern>,
    ) -> Result<Stage, CommandError> {
        let in_file = |source| CommandError::Template { file: file.to_owned(), source };
        let region = &stack.deployment().region;
        let (mut rules, mut binaries) = (Vec::new(), BTreeSet::new());
        for rule in stack.rules().map_err(in_file)? {
            let own = || {
                Pattern::from_value(&rule.pattern).map_err(|source| CommandError::Pattern {
                    place: format!("{}: Resources.{}.Properties.EventPattern", file.display(), rule.logical_id),
                    source,
                })
            };
            let pattern = tried.cloned().map_or_else(own, Ok)?;
            let functions = rule.targets.iter().filter_map(|target| match &target.destination {
                Destination::Function(function) => Some(&**function),
                _ => None,
            });
            let functions: Vec<&FunctionResource> = functions.collect();
            binaries.extend(functions.iter().map(|function| function.binary.clone()));
            let asked = functions.into_iter().filter(|function| is_asked(arguments, &function.binary));
            let whole = arguments.decisions.is_some();
            let target = |function: &FunctionResource| Target {
                function: function.clone(),
                region: region.clone(),
                whole,
                respond: OnceLock::new(),
            };
            let targets: Vec<Target> = asked.map(target).collect();
            // What a rule without a target that is asked for matches is of no interest.
            if !targets.is_empty() {
                rules.push(Route { pattern, state: rule.state, targets });
            }
        }
        Ok(Stage { rules, binaries })
    }

    pub(super) fn patterns(&self) -> Vec<Pattern> {
        self.rules.iter().map(|rule| rule.pattern.clone()).collect()
    }

    /// Makes the handlers. The functions that are nobody's but the template's: what they would decide is not known
    /// here.
    ///
    /// # Errors
    /// With its settings a function would not start.
    pub(super) fn unknown(&self, file: &Path) -> Result<BTreeSet<String>, CommandError> {
        let mut unknown = BTreeSet::new();
        for target in self.rules.iter().flat_map(|rule| &rule.targets) {
            let in_file = |source| CommandError::NotDeployed { file: file.to_owned(), source };
            let made = target.made().map_err(in_file)?;
            if made.is_none() {
                unknown.insert(target.function.binary.clone());
            }
            // Kept for the first event; where there is one already it is the same.
            drop(target.respond.set(Ok(made)));
        }
        Ok(unknown)
    }

    /// What becomes of an event.
    ///
    /// # Errors
    /// With its settings in this account and Region a function would not start.
    pub(super) fn play(&self, event: &Stored<'_>) -> Result<Played, &NotDeployed> {
        let (mut reports, mut undelivered, mut decoded) = (None, None, None);
        for rule in self.rules.iter().filter(|rule| rule.pattern.matches(&event.envelope)) {
            let record = event.envelope.get("detail").unwrap_or(&Value::Null);
            let delivery = stored_delivered(record, || event.length(), rule.state, Selectors::default());
            if let Delivery::NotDelivered(why) = delivery {
                undelivered = Some(why);
                continue;
            }
            let decoded = decoded.get_or_insert_with(|| decode(&event.payload()));
            let reports = reports.get_or_insert_with(Vec::new);
            for target in &rule.targets {
                if let Some(respond) = target.respond.get_or_init(|| target.made()).as_ref()? {
                    reports.push(respond(decoded));
                }
            }
        }
        Ok(match (reports, undelivered) {
            (Some(reports), _) => Played::Decided(reports),
            (None, Some(why)) => Played::Undelivered(why),
            (None, None) => Played::Unmatched,
        })
    }
}

/// Whether what this function decides is of interest.
pub(super) fn is_asked(arguments: &ReplayArguments, binary: &str) -> bool {
    match arguments.response.as_slice() {
        // It keeps books, and answers nobody.
        [] => binary != <SnapshotHandler as trailhook::Response>::NAME,
        names => names.iter().any(|name| name == binary),
    }
}

impl Target {
    /// The built-in response of the function, that says what the actions are where whole reports are wanted; `None`
    /// for one that somebody else wrote.
    fn made(&self) -> Result<Option<Respond>, NotDeployed> {
        macro_rules! one_of {
            ($($handler:ty),*) => {
                $(if self.function.binary == <$handler as trailhook::Response>::NAME {
                    let deployed = Deployed::of_function(&self.function, &self.region, <$handler>::build)?;
                    return Ok(Some(responding(deployed, self.whole)));
                })*
            };
        }
        one_of!(TagNewQueueHandler, NotifyHandler, RevertHandler, SnapshotHandler);
        Ok(None)
    }
}

fn responding<H: Handler>(deployed: Deployed<H>, whole: bool) -> Respond {
    let Deployed { handler, guards, mode, .. } = deployed;
    Box::new(move |decoded| {
        let envelope = match decoded {
            Ok(envelope) => envelope,
            Err(error) => return undecodable::<H>(mode, error),
        };
        if !whole {
            return counted(&handler, mode, envelope.clone(), &guards, Utc::now());
        }
        match planned(&handler, mode, envelope.clone(), &guards, Utc::now()) {
            Ok(planned) => would(&handler, planned),
            Err(report) => *report,
        }
    })
}
