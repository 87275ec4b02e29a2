//! What is deployed in one account and Region: its rules, and the functions that are their targets.

use crate::args::ReplayArguments;
use crate::commands::CommandError;
use crate::deployed::Deployed;
use crate::template::{Destination, FunctionResource, RuleState, Template};
use crate::trail::{Delivery, Selectors, Undelivered, stored_delivered};
use chrono::Utc;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use trailhook::pattern::Pattern;
use trailhook::{Report, decode, planned, undecodable, would};
use trailhook_handlers::Handler;
use trailhook_handlers::responses::{NotifyHandler, RevertHandler, SnapshotHandler, TagNewQueueHandler};

/// What a response reports of a payload.
type Respond = Box<dyn Fn(&[u8]) -> Report + Send + Sync>;

/// The rules and functions.
pub(super) struct Stage {
    rules: Vec<Route>,
    /// Functions that are nobody's but the template's: what they would decide is not known here.
    pub(super) unknown: BTreeSet<String>,
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
    pub(super) fn set(
        template: &Template,
        file: &Path,
        account: &str,
        region: &str,
        arguments: &ReplayArguments,
    ) -> Result<Stage, CommandError> {
        let deployment = arguments.template.deployment(account, region);
        let in_file = |source| CommandError::Template { file: file.to_owned(), source };
        let stack = template.deploy(deployment).map_err(in_file)?;
        let mut stage = Stage { rules: Vec::new(), unknown: BTreeSet::new() };
        for rule in stack.rules().map_err(in_file)? {
            let pattern = Pattern::from_value(&rule.pattern).map_err(|source| CommandError::Pattern {
                place: format!("{}: Resources.{}.Properties.EventPattern", file.display(), rule.logical_id),
                source,
            })?;
            let mut responses = Vec::new();
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
                match respond(function, region, file)? {
                    Some(respond) => responses.push(respond),
                    None => drop(stage.unknown.insert(function.binary.clone())),
                }
            }
            stage.rules.push(Route { pattern, state: rule.state, responses });
        }
        Ok(stage)
    }

    pub(super) fn play(&self, envelope: &Value) -> Played {
        let (mut reports, mut undelivered, mut bytes) = (None, None, None);
        for rule in self.rules.iter().filter(|rule| rule.pattern.matches(envelope)) {
            let record = envelope.get("detail").unwrap_or(&Value::Null);
            if let Delivery::NotDelivered(why) = stored_delivered(record, rule.state, Selectors::default()) {
                undelivered = Some(why);
                continue;
            }
            let bytes = bytes.get_or_insert_with(|| envelope.to_string());
            let decided = rule.responses.iter().map(|respond| respond(bytes.as_bytes()));
            reports.get_or_insert_with(Vec::new).extend(decided);
        }
        match (reports, undelivered) {
            (Some(reports), _) => Played::Decided(reports),
            (None, Some(why)) => Played::Undelivered(why),
            (None, None) => Played::Unmatched,
        }
    }
}

/// The built-in response of a function; `None` for one that somebody else wrote.
fn respond(function: &FunctionResource, region: &str, file: &Path) -> Result<Option<Respond>, CommandError> {
    let not_deployed = |source| CommandError::NotDeployed { file: file.to_owned(), source };
    macro_rules! one_of {
        ($($handler:ty),*) => {
            $(if function.binary == <$handler as trailhook::Response>::NAME {
                let deployed = Deployed::of_function(function, region, <$handler>::build).map_err(not_deployed)?;
                return Ok(Some(responding(deployed)));
            })*
        };
    }
    one_of!(TagNewQueueHandler, NotifyHandler, RevertHandler, SnapshotHandler);
    Ok(None)
}

fn responding<H: Handler>(deployed: Deployed<H>) -> Respond {
    let Deployed { handler, guards, mode, .. } = deployed;
    Box::new(move |payload| {
        let envelope = match decode(payload) {
            Ok(envelope) => envelope,
            Err(error) => return undecodable::<H>(mode, error),
        };
        match planned(&handler, mode, envelope, &guards, Utc::now()) {
            Ok(planned) => would(&handler, planned),
            Err(report) => *report,
        }
    })
}
