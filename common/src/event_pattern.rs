//! The event pattern that a trigger implies.
//!
//! A rule that lets other events through costs money and log lines; one that lets too little
//! through is the commonest cause of "nothing happened". So the pattern is derived from the trigger,
//! and a test holds it against the rule of `template.yaml`. It refuses to exclude anyone: an
//! `anything-but` on the session issuer would drop every call of an IAM user, who has none, so the
//! own-call guard lives in code.

use crate::{DetailType, Watched};
use serde::Serialize;
use serde_json::{Value, json};
use std::fmt;

/// An event pattern as JSON, for `AWS::Events::Rule`'s `EventPattern`.
///
/// ```
/// use trailhook::{Call, FromRecord, calls::sqs::CreateQueue};
///
/// let pattern = Call::<CreateQueue>::event_pattern();
/// assert_eq!(pattern.json()["detail"]["eventName"][0], "CreateQueue");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct EventPattern(Value);

impl EventPattern {
    /// The pattern that lets these calls through, and no others. Several event sources become an
    /// `$or`, so that one service's event name never pairs with another's source.
    pub fn of(watched: &Watched) -> EventPattern {
        let mut pattern = json!({ "detail-type": [DetailType::ApiCall.as_str()] });
        let branch = |source: &str, names: Vec<&str>| {
            json!({
                "source": [bus_source(source)],
                "detail": { "eventSource": [source], "eventName": names },
            })
        };
        let mut branches = match watched {
            Watched::Everything => vec![json!({ "source": [{ "prefix": "aws." }] })],
            Watched::Calls(calls) => {
                let mut by_source: Vec<(&str, Vec<&str>)> = Vec::new();
                for call in calls {
                    match by_source.iter_mut().find(|(source, _)| *source == call.event_source) {
                        Some((_, names)) => names.extend(call.event_names),
                        None => by_source.push((call.event_source, call.event_names.to_vec())),
                    }
                }
                by_source.into_iter().map(|(source, names)| branch(source, names)).collect()
            }
        };
        if branches.is_empty() {
            // A pattern that watches nothing matches nothing: every event has a source.
            branches.push(json!({ "source": [{ "exists": false }] }));
        }
        let rest = if branches.len() == 1 { branches.remove(0) } else { json!({ "$or": branches }) };
        if let (Value::Object(pattern), Value::Object(rest)) = (&mut pattern, rest) {
            pattern.extend(rest);
        }
        EventPattern(pattern)
    }

    /// The pattern's JSON.
    pub fn json(&self) -> &Value {
        &self.0
    }
}

impl fmt::Display for EventPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.0)
    }
}

/// The `source` under which a service's events are put on the bus: `sqs.amazonaws.com` is `aws.sqs`.
pub(crate) fn bus_source(event_source: &str) -> String {
    format!("aws.{}", event_source.split('.').next().unwrap_or(event_source))
}
