//! The stage that stays up, for people: the walk-through's steps, and a line for what happens.
//!
//! What a record says is its caller's: on a terminal it must neither move the cursor nor begin a line.

use crate::stage::{BusEvent, BusTold, Crash, Kept, LambdaEvent, LambdaTold, Moment, Step, Told, Walked, in_words};
use serde_json::{Value, json};
use trailhook::shown_line;

/// A step of the walk-through.
pub fn step(step: &Step) -> String {
    let mark = if step.ok { "ok" } else { "FAILED" };
    let detail = shown_line(&step.detail);
    format!("{:>8.3} s  {mark:6}  {:12}  {detail}", milliseconds(step.at_ms), step.step)
}

/// What the walk-through came to.
pub fn walked(walked: &Walked) -> String {
    let failed: Vec<&str> = walked.steps.iter().filter(|step| !step.ok).map(|step| step.step.as_str()).collect();
    match failed.as_slice() {
        [] => format!("walked   {} steps, every one confirmed", walked.steps.len()),
        failed => format!("walked   {} steps, not confirmed: {}", walked.steps.len(), failed.join(", ")),
    }
}

/// A line for what people want to see; with `verbose`, for everything.
pub fn told(told: &Told, verbose: bool) -> Option<String> {
    line(told, verbose).map(|line| shown_line(&line))
}

fn line(told: &Told, verbose: bool) -> Option<String> {
    match told {
        Told::Call { event, rules } => {
            let detail = |name: &str| event.get("detail")?.get(name)?.as_str();
            let error = detail("errorCode").map(|code| format!(" failed with {code}")).unwrap_or_default();
            let goes = match rules {
                Ok(rules) if rules.is_empty() => "no rule matches".to_owned(),
                Ok(rules) => format!("{} matches", rules.join(", ")),
                Err(reason) => reason.clone(),
            };
            let id = detail("eventID").unwrap_or_default();
            Some(format!("call     {}{error} by {}: {goes} ({id})", detail("eventName")?, caller(event)))
        }
        Told::Bus(BusTold { what: BusEvent::GaveUp { target, error, kept, .. }, .. }) => {
            let (word, place) = kept_or_lost(kept);
            Some(format!("{word:8} {target} did not get the event: {} {}; {place}", error.code, error.message))
        }
        Told::Lambda(LambdaTold { function, what: LambdaEvent::Decided(decision), .. }) => {
            Some(format!("decided  {function}: {}", decision.message))
        }
        Told::Lambda(LambdaTold { function, what: LambdaEvent::Crashed(crash), .. }) => {
            Some(format!("crash    {function}: {}", killed(crash)))
        }
        Told::Lambda(LambdaTold { function, what: LambdaEvent::Failed { attempt, error, ended, .. }, .. }) => {
            Some(format!("failed   {function}, try {attempt}: {}", in_words(error, ended.as_ref())))
        }
        Told::Lambda(LambdaTold { function, what: LambdaEvent::GaveUp { attempts, kept, .. }, .. }) => {
            let (word, place) = kept_or_lost(kept);
            Some(format!("{word:8} {function} failed the event {attempts} times; {place}"))
        }
        Told::Lambda(LambdaTold { function, what: LambdaEvent::LogLost { error }, .. }) => {
            Some(format!("lost     lines of {function}'s log: {error}"))
        }
        Told::Lambda(LambdaTold { function, what: LambdaEvent::Logged(line), .. }) => {
            verbose.then(|| format!("log      {function}: {}", line.text))
        }
        Told::Bus(told) => verbose.then(|| format!("bus      {}", json!(told))),
        Told::Lambda(told) => verbose.then(|| format!("lambda   {}", json!(told))),
        Told::LogFile(error) => Some(format!("trail    {error}")),
    }
}

/// On which side of which call a process was killed.
fn killed(Crash { service, action, moment, status, .. }: &Crash) -> String {
    match (moment, status) {
        (Moment::Before, _) => format!("killed before {service}:{action} was done"),
        (Moment::After, Some(status)) if *status >= 300 => {
            format!("killed after {service}:{action} was answered with {status}")
        }
        (Moment::After, _) => format!("killed after {service}:{action} had its effect"),
    }
}

/// Where an event is that somebody gave up on.
fn kept_or_lost(kept: &Kept) -> (&'static str, String) {
    match kept {
        Kept::In { queue } => ("kept", format!("it is in the queue {}", queue.rsplit(':').next().unwrap_or(queue))),
        Kept::Nowhere => ("lost", "the template names no queue for it".to_owned()),
        Kept::Lost { queue, error } => ("lost", format!("it should be in {queue}: {error}")),
    }
}

fn caller(event: &Value) -> String {
    let identity = event.get("detail").and_then(|detail| detail.get("userIdentity")).cloned().unwrap_or_default();
    let identity = serde_json::from_value(identity).unwrap_or_default();
    trailhook::Actor::of(&identity).to_string()
}

#[allow(clippy::cast_precision_loss, reason = "a walk-through takes no 285,000 years")]
fn milliseconds(at: u64) -> f64 {
    at as f64 / 1_000.0
}
