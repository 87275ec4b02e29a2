//! What the stage has told during a walk-through, as far as it concerns the one event.

use crate::stage::bus::{BusEvent, BusTold};
use crate::stage::lambda::{Decision, LambdaEvent, LambdaTold, in_words};
use crate::stage::live::Told;
use crate::template::{Destination, Rule, RuleState, Target};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use trailhook::pattern::Pattern;

pub(super) struct Seen {
    queue: String,
    call: Option<(Value, Result<Vec<String>, String>)>,
    /// By the event's and the target's id: what the target calls it, or why it didn't get it.
    handed: BTreeMap<(String, String), Result<String, String>>,
    /// By request id.
    tried: BTreeMap<String, Tried>,
    /// By the event's id: how many deliveries began and have not ended. Some targets get it twice.
    under_way: BTreeMap<String, u32>,
    /// The request ids of all deliveries to functions.
    requests: BTreeSet<String>,
}

#[derive(Default)]
struct Tried {
    decision: Option<Decision>,
    /// How the last try failed, in words.
    failure: Option<String>,
    end: Option<Result<(), String>>,
}

impl Seen {
    pub(super) fn new(queue: &str) -> Seen {
        Seen {
            queue: queue.to_owned(),
            call: None,
            handed: BTreeMap::new(),
            tried: BTreeMap::new(),
            under_way: BTreeMap::new(),
            requests: BTreeSet::new(),
        }
    }

    pub(super) fn note(&mut self, told: Told) {
        match told {
            Told::Call { event, rules } if self.is_ours(&event) => self.call = Some((event, rules)),
            Told::Call { .. } | Told::LogFile(_) => {}
            Told::Bus(BusTold { event, what, .. }) => match what {
                BusEvent::Matched { deliveries } => *self.under_way.entry(event).or_default() += deliveries,
                BusEvent::Delivered { target, as_what, again, .. } => {
                    self.ended(&event);
                    self.requests.insert(as_what.clone());
                    if !again {
                        self.handed.insert((event, target), Ok(as_what));
                    }
                }
                BusEvent::GaveUp { target, error, .. } => {
                    self.ended(&event);
                    let why = format!("it could not be handed over: {} {}", error.code, error.message);
                    self.handed.insert((event, target), Err(why));
                }
                _ => {}
            },
            Told::Lambda(LambdaTold { request_id: Some(id), function, what, .. }) => match what {
                LambdaEvent::Decided(decision) => self.tried.entry(id).or_default().decision = Some(decision),
                LambdaEvent::Answered { .. } => self.tried.entry(id).or_default().end = Some(Ok(())),
                LambdaEvent::Failed { error, ended, .. } => {
                    self.tried.entry(id).or_default().failure = Some(in_words(&error, ended.as_ref()));
                }
                LambdaEvent::GaveUp { attempts, condition, .. } => {
                    let tried = self.tried.entry(id).or_default();
                    let times = if attempts == 1 { "once".to_owned() } else { format!("{attempts} times") };
                    tried.end = Some(Err(match &tried.failure {
                        Some(failure) => format!("{function} failed {times}, with {failure}"),
                        None => format!("{function} never ran: {}", condition.in_words()),
                    }));
                }
                _ => {}
            },
            Told::Lambda(_) => {}
        }
    }

    pub(super) fn is_recorded(&self) -> bool {
        self.call.is_some()
    }

    pub(super) fn event(&self) -> Option<&Value> {
        self.call.as_ref().map(|(event, _)| event)
    }

    pub(super) fn event_id(&self) -> Option<&str> {
        self.event()?.get("detail")?.get("eventID")?.as_str()
    }

    pub(super) fn is_matched(&self, rule: &str) -> bool {
        matches!(&self.call, Some((_, Ok(rules))) if rules.iter().any(|one| one == rule))
    }

    /// Why no rule matched.
    pub(super) fn why_not(&self, rules: &[Rule]) -> String {
        let (event, reason) = match &self.call {
            None => return "no event came".to_owned(),
            Some((event, rules)) => (event, rules.as_ref().err()),
        };
        if let Some(reason) = reason {
            return format!("the event is not delivered: {reason}");
        }
        let why = |rule: &Rule| match Pattern::from_value(&rule.pattern) {
            _ if rule.state == RuleState::Disabled => {
                format!("{} is disabled: its State in the template is DISABLED", rule.logical_id)
            }
            Ok(pattern) => format!("{} {}", rule.logical_id, pattern.explain(event)),
            Err(problem) => format!("{}: {problem}", rule.logical_id),
        };
        if rules.is_empty() {
            "the template has no rule".to_owned()
        } else {
            rules.iter().map(why).collect::<Vec<_>>().join("; ")
        }
    }

    /// What became of the event at a target, in a sentence; none while it is not known.
    pub(super) fn target(&self, target: &Target) -> Option<Result<String, String>> {
        // An envelope's id is its own; the record's is another.
        let id = self.event()?.get("id")?.as_str()?;
        let handed = self.handed.get(&(id.to_owned(), target.id.clone()))?;
        let as_what = match handed {
            Ok(as_what) => as_what,
            Err(why) => return Some(Err(why.clone())),
        };
        match &target.destination {
            Destination::LogGroup(group) => {
                Some(Ok(format!("the log group {group} has the event in stream {as_what}")))
            }
            Destination::Function(_) => {
                let tried = self.tried.get(as_what)?;
                // The decision line may take longer than the answer.
                let (decision, end) = (tried.decision.as_ref(), tried.end.as_ref()?);
                match (end, decision) {
                    (Err(why), _) => Some(Err(why.clone())),
                    (Ok(()), decision) => Some(Ok(decision?.message.clone())),
                }
            }
        }
    }

    /// What has come of the event at a target of which nothing final is known after so long.
    pub(super) fn so_far(&self, target: &Target, waited: Duration) -> String {
        let seconds = waited.as_secs();
        let id = self.event().and_then(|event| event.get("id")?.as_str()).unwrap_or_default();
        let Some(Ok(as_what)) = self.handed.get(&(id.to_owned(), target.id.clone())) else {
            return format!("the event was not handed over within {seconds} seconds");
        };
        match self.tried.get(as_what) {
            Some(Tried { end: Some(Ok(())), .. }) => "the function answered, but wrote no decision line".to_owned(),
            Some(Tried { failure: Some(failure), .. }) => {
                format!("the function is still tried after {seconds} seconds, so far with {failure}")
            }
            _ => format!("the function has the event, and has not answered within {seconds} seconds"),
        }
    }

    /// Whether the queue was deleted on purpose.
    pub(super) fn is_reverted(&self) -> bool {
        self.decision_of("revert").and_then(|report| report.get("outcome")) == Some(&Value::from("acted"))
    }

    /// Whether nothing of the event is under way any more, what is delivered twice included.
    pub(super) fn is_done(&self) -> bool {
        let Some(id) = self.event().and_then(|event| event.get("id")?.as_str()) else { return false };
        let tried = |(request, tried): (&String, &Tried)| !self.requests.contains(request) || tried.end.is_some();
        self.under_way.get(id) == Some(&0) && self.tried.iter().all(tried)
    }

    /// Whether any function failed at any try.
    pub(super) fn is_failing(&self) -> bool {
        self.tried.values().any(|tried| tried.failure.is_some())
    }

    /// What the functions decided about the event.
    pub(super) fn decisions(&self) -> impl Iterator<Item = &Decision> {
        let of_the_event =
            |decision: &&Decision| decision.report.pointer("/event/eventId").and_then(Value::as_str) == self.event_id();
        self.tried.values().filter_map(|tried| tried.decision.as_ref()).filter(of_the_event)
    }

    /// What the function of a response decided; of an event that it got twice, the decision to act.
    pub(super) fn decision_of(&self, response: &str) -> Option<&Value> {
        let is = |report: &&Value, name: &str, value: &str| report.get(name).is_some_and(|one| one == value);
        let of_it =
            || self.decisions().map(|decision| &decision.report).filter(|report| is(report, "response", response));
        of_it().find(|report| is(report, "outcome", "acted")).or_else(|| of_it().next())
    }

    fn ended(&mut self, event: &str) {
        if let Some(under_way) = self.under_way.get_mut(event) {
            *under_way = under_way.saturating_sub(1);
        }
    }

    /// The call that created the queue, and no try of it that failed.
    fn is_ours(&self, event: &Value) -> bool {
        let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
        text("/detail/eventName") == Some("CreateQueue")
            && text("/detail/requestParameters/queueName") == Some(&self.queue)
            && text("/detail/errorCode").is_none()
    }
}
