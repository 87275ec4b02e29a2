//! What is deployed in one account and Region: its rules, and the functions that are their targets.

use crate::args::ReplayArguments;
use crate::commands::CommandError;
use crate::deployed::Deployed;
use crate::stored::Stored;
use crate::template::{Destination, FunctionResource, RuleState, Template};
use crate::trail::{Delivery, Selectors, Undelivered, stored_delivered};
use chrono::Utc;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use trailhook::pattern::Pattern;
use trailhook::{DecodeError, Envelope, Report, decode, planned, undecodable, would, would_act};
use trailhook_handlers::Handler;
use trailhook_handlers::responses::{NotifyHandler, RevertHandler, SnapshotHandler, TagNewQueueHandler};

/// What a response reports of an event that was decoded, or could not be.
type Respond = Box<dyn Fn(&Result<Envelope, DecodeError>) -> Report + Send + Sync>;

/// The rules and functions.
pub(super) struct Stage {
    rules: Vec<Route>,
}

struct Route {
    pattern: Pattern,
    state: RuleState,
    responses: Vec<Respond>,
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
    /// And the functions that are nobody's but the template's: what they would decide is not known here. A pattern
    /// that is tried takes the place of every rule's own.
    pub(super) fn set(
        template: &Template,
        file: &Path,
        account: &str,
        region: &str,
        arguments: &ReplayArguments,
        tried: Option<&Pattern>,
    ) -> Result<(Stage, BTreeSet<String>), CommandError> {
        let deployment = arguments.template.deployment(account, region);
        let in_file = |source| CommandError::Template { file: file.to_owned(), source };
        let stack = template.deploy(deployment).map_err(in_file)?;
        let (mut rules, mut unknown) = (Vec::new(), BTreeSet::new());
        for rule in stack.rules().map_err(in_file)? {
            let own = || {
                Pattern::from_value(&rule.pattern).map_err(|source| CommandError::Pattern {
                    place: format!("{}: Resources.{}.Properties.EventPattern", file.display(), rule.logical_id),
                    source,
                })
            };
            let pattern = tried.cloned().map_or_else(own, Ok)?;
            let (mut responses, mut any) = (Vec::new(), false);
            for target in &rule.targets {
                let Destination::Function(function) = &target.destination else { continue };
                let asked = match arguments.response.as_slice() {
                    // It keeps books, and answers nobody.
                    [] => function.binary != <SnapshotHandler as trailhook::Response>::NAME,
                    names => names.contains(&function.binary),
                };
                if !asked {
                    continue;
                }
                any = true;
                match respond(function, region, file, arguments.decisions.is_some())? {
                    Some(respond) => responses.push(respond),
                    None => drop(unknown.insert(function.binary.clone())),
                }
            }
            // What a rule without a target that is asked for matches is of no interest.
            if any {
                rules.push(Route { pattern, state: rule.state, responses });
            }
        }
        Ok((Stage { rules }, unknown))
    }

    pub(super) fn patterns(&self) -> Vec<Pattern> {
        self.rules.iter().map(|rule| rule.pattern.clone()).collect()
    }

    pub(super) fn play(&self, event: &Stored<'_>) -> Played {
        let (mut reports, mut undelivered, mut decoded) = (None, None, None);
        for rule in self.rules.iter().filter(|rule| rule.pattern.matches(&event.envelope)) {
            let record = event.envelope.get("detail").unwrap_or(&Value::Null);
            let delivery = stored_delivered(record, || event.length(), rule.state, Selectors::default());
            if let Delivery::NotDelivered(why) = delivery {
                undelivered = Some(why);
                continue;
            }
            let decoded = decoded.get_or_insert_with(|| decode(&event.payload()));
            let decided = rule.responses.iter().map(|respond| respond(decoded));
            reports.get_or_insert_with(Vec::new).extend(decided);
        }
        match (reports, undelivered) {
            (Some(reports), _) => Played::Decided(reports),
            (None, Some(why)) => Played::Undelivered(why),
            (None, None) => Played::Unmatched,
        }
    }
}

/// The built-in response of a function, that says what the actions are where whole reports are wanted; `None` for one that somebody else wrote.
fn respond(
    function: &FunctionResource,
    region: &str,
    file: &Path,
    whole: bool,
) -> Result<Option<Respond>, CommandError> {
    let not_deployed = |source| CommandError::NotDeployed { file: file.to_owned(), source };
    macro_rules! one_of {
        ($($handler:ty),*) => {
            $(if function.binary == <$handler as trailhook::Response>::NAME {
                let deployed = Deployed::of_function(function, region, <$handler>::build).map_err(not_deployed)?;
                return Ok(Some(responding(deployed, whole)));
            })*
        };
    }
    one_of!(TagNewQueueHandler, NotifyHandler, RevertHandler, SnapshotHandler);
    Ok(None)
}

fn responding<H: Handler>(deployed: Deployed<H>, whole: bool) -> Respond {
    let Deployed { handler, guards, mode, .. } = deployed;
    Box::new(move |decoded| {
        let envelope = match decoded {
            Ok(envelope) => envelope,
            Err(error) => return undecodable::<H>(mode, error),
        };
        match planned(&handler, mode, envelope.clone(), &guards, Utc::now()) {
            Ok(planned) if whole => would(&handler, planned),
            Ok(planned) => would_act::<H>(planned),
            Err(report) => *report,
        }
    })
}
