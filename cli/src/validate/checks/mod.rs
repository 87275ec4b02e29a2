//! What follows from what AWS told: rows, in the order in which an event meets the things.
//!
//! Each check is about one kind of thing and asks nobody. What it can't judge it says so of.

mod function;
mod key;
mod rule;
mod settings;
mod sources;
mod target;
mod topic;
mod trail;

use super::{Expected, Row, Seen};
use crate::aws::{Function, Rule, arn};
use crate::template::{Policy, ServiceCall, certainly};

/// The service that EventBridge calls as.
const EVENTS: &str = "events.amazonaws.com";
/// The service that alarms publish as.
const ALARMS: &str = "cloudwatch.amazonaws.com";

/// All rows.
pub fn judge(seen: &Seen, expected: Option<&Expected>) -> Vec<Row> {
    let mut rows = Vec::new();
    rows.extend(stack(seen));
    rows.extend(trail::judge(seen));
    for (name, rule) in &seen.rules {
        match rule {
            Err(error) if error.is_missing() => {
                let fix = match &seen.stack {
                    Some(stack) => format!("somebody deleted it: deploy {} again", stack.name),
                    None => format!("name a rule of the default bus in {}", seen.region),
                };
                rows.push(Row::bad("rule", name, format!("there is no such rule in {}", seen.region), fix));
            }
            Err(error) => rows.push(Row::not_told("rule", name, error)),
            Ok(rule) => {
                rows.extend(rule::judge(rule, expected, seen));
                let of_targets = rule.targets.iter().flat_map(|target| target::judge(target, rule, seen));
                rows.extend(of_targets.map(|row| Row { rule: Some(name.clone()), ..row }));
            }
        }
    }
    if seen.rules.is_empty() {
        let fix = "deploy a template with an AWS::Events::Rule, or name one with --rule";
        rows.push(Row::bad("rule", "", "the stack has no rule, so no event comes to anybody", fix));
    }
    rows.extend(seen.told_functions().flat_map(|function| function::judge(function, seen)));
    rows.extend(untold_functions(seen));
    rows.extend(key::judge(seen));
    rows.extend(settings::judge(seen));
    rows.extend(topic::judge(seen));
    rows
}

/// Takes into the rows what the event of the try has proved, where it came.
pub fn event_came(rows: &mut [Row], seen: &Seen) {
    trail::came(rows, seen);
}

/// The stack's functions that are nobody's target and of which AWS told nothing; a target's is the target's row.
fn untold_functions(seen: &Seen) -> Vec<Row> {
    let targets: Vec<&str> =
        seen.told_rules().flat_map(|rule| &rule.targets).map(|target| target.arn.as_str()).collect();
    let others = seen.functions.iter().filter(|(name, _)| !targets.contains(&name.as_str()));
    let untold = others.filter_map(|(name, told)| Some((name, told.as_ref().err()?)));
    untold
        .map(|(name, error)| {
            let fix = "somebody deleted it: deploy the stack again";
            if error.is_missing() {
                return Row::bad("function", name, "the function is not there", fix);
            }
            Row::not_told("function", name, error)
        })
        .collect()
}

fn stack(seen: &Seen) -> Option<Row> {
    let stack = seen.stack.as_ref()?;
    let is_done = stack.status.ends_with("_COMPLETE") && !stack.status.starts_with("DELETE");
    Some(match () {
        () if is_done && !stack.status.contains("ROLLBACK") => Row::good("stack", &stack.name, &stack.status),
        () if is_done => Row::note(
            "stack",
            &stack.name,
            format!("{}: the last change was taken back", stack.status),
            "read the stack's events for the first failure, mend it, and deploy again",
        ),
        () => Row::bad(
            "stack",
            &stack.name,
            format!("{}: it is not as any template says", stack.status),
            "wait until CloudFormation is done, or mend what its events name, and validate again",
        ),
    })
}

/// Whether these policies let a service do something; or why nobody can say.
fn lets<'a>(policies: impl IntoIterator<Item = &'a str>, call: &ServiceCall<'_>) -> Result<bool, String> {
    let parsed: Result<Vec<Policy>, _> = policies.into_iter().map(Policy::parse).collect();
    let parsed = parsed.map_err(|error| error.to_string())?;
    certainly(&parsed, call).map_err(|key| format!("it hangs on {key}, which is not known here"))
}

/// A call of EventBridge's for a rule.
fn call<'a>(action: &'a str, resource: &'a str, rule: &'a Rule, account: &'a str) -> ServiceCall<'a> {
    ServiceCall { service: EVENTS, action, resource, source_arn: &rule.arn, source_account: account, log_group: "" }
}

/// What people call a function: its name in the template where the stack tells it, and the version or alias that is
/// meant, as in `NotifyFunction:live`.
pub(super) fn called(function: &Function, seen: &Seen) -> String {
    let made = |stack: &crate::aws::DeployedStack| {
        let made = stack.resources.iter().find(|made| made.physical_id == function.name)?;
        Some(made.logical_id.clone())
    };
    let name = seen.stack.as_ref().and_then(made).unwrap_or_else(|| function.name.clone());
    match arn::function(&function.arn) {
        Some((_, Some(qualifier))) => format!("{name}:{qualifier}"),
        _ => name,
    }
}
