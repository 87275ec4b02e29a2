//! A response: what to do about one kind of API call, decided and not yet done.
//!
//! This is the half of a response that needs no AWS client, so that a dry run, a replay of last
//! month's log files and the deployed function decide by the same code. The half that acts is
//! `Handler` in `trailhook-handlers`.

use crate::{
    Arn, DecodeError, Elsewhere, Envelope, Exemption, Exemptions, FailedCalls, FromRecord, Guards, Misrouted, Plan,
    Reason, Refusal, Replayed, ShapeError, Skip, Undecidable, admit,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use std::fmt::Debug;

/// What to do about one kind of API call.
///
/// ```
/// use trailhook::{Call, Plan, Response, calls::sqs::CreateQueue};
///
/// struct Greet;
///
/// impl Response for Greet {
///     type Trigger = Call<CreateQueue>;
///     type Action = String;
///     const NAME: &'static str = "greet";
///     const IDEMPOTENT: bool = true;
///
///     fn plan(&self, call: &Call<CreateQueue>) -> Plan<String> {
///         call.act_on(|request| format!("welcome, {}", request.queue_name))
///     }
/// }
/// ```
pub trait Response {
    /// What it is triggered by: [`Call`](crate::Call), an enum of calls, or [`Record`](crate::Record)
    /// for any call.
    type Trigger: FromRecord;
    /// What would be done, as data: it is written to the decision line as it is.
    type Action: Debug + Serialize;
    /// Lower case with dashes, as the function's binary is called.
    const NAME: &'static str;
    /// Whether it is harmless to apply an action again, at any later time. Of what is not, the
    /// function remembers in its table what was done, and does nothing while it can't ask there.
    const IDEMPOTENT: bool;
    /// Whether an action takes something away that somebody may miss. The circuit breaker stops such a
    /// response after so many actions, and a permanent failure is not tried again blindly.
    const DESTRUCTIVE: bool = !Self::IDEMPOTENT;
    /// Whether a later action needs the earlier ones: if one fails, the rest is then not tried.
    const ORDERED: bool = true;
    /// Whether it acts from the start. What destroys something begins with a dry run.
    const DEFAULT_MODE: Mode = Mode::DryRun;
    /// How old an event may be where the configuration doesn't say: a day.
    const DEFAULT_MAX_AGE: TimeDelta = TimeDelta::days(1);
    /// What it does about replayed events where the configuration doesn't say: what is harmless twice
    /// is done.
    const DEFAULT_REPLAYED: Replayed = if Self::IDEMPOTENT { Replayed::Act } else { Replayed::Skip };

    /// Whether it answers calls of our own roles too. Only what never makes such a call itself may: it
    /// would answer itself for ever.
    const OWN_CALLS: bool = false;

    /// Whether it can answer events of other accounts and Regions that the configuration lists. Its
    /// clients reach the resources of its own only, so what touches a resource can't.
    const ELSEWHERE: bool = false;

    /// Which failed calls it wants to hear of.
    fn failed_calls(&self) -> FailedCalls {
        FailedCalls::Skip
    }

    /// What an action would do, in words that follow "would": `delete queue arn:…`. The decision
    /// line is read by people first.
    fn describe(&self, action: &Self::Action) -> String {
        format!("apply {action:?}")
    }

    /// The resource that an action changes, if it is one: an older event never undoes what a newer one
    /// did to the same resource, and a queue on the list of exempt ones is left alone. An action
    /// without a resource is not held against that list.
    fn resource(&self, _action: &Self::Action) -> Option<Arn> {
        None
    }

    /// Whether an action is superseded by one that was done to its resource for a newer event. Not so for
    /// what compares before it acts and changes one aspect of the resource: there the newer event may have
    /// been about another one, and whoever wants a call not to be undone would only have to make a second.
    fn keeps_order(&self, _action: &Self::Action) -> bool {
        true
    }

    /// What to do. Pure: the same trigger always gives the same plan.
    fn plan(&self, trigger: &Self::Trigger) -> Plan<Self::Action>;

    /// The same plan for who only counts its actions: as many of them, of the same resources. A response that writes
    /// long texts may leave those out.
    fn outline(&self, trigger: &Self::Trigger) -> Plan<Self::Action> {
        self.plan(trigger)
    }
}

/// Whether a response changes anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Plans, looks at the live state, and reports what it would do.
    DryRun,
    /// Does it.
    Enforce,
}

/// What was decided about one event, before anything was looked up.
#[derive(Debug)]
pub enum Decision<A> {
    /// Do these, if the live state agrees.
    Act(Vec<A>),
    /// The response has nothing to do.
    Nothing(Reason),
    /// A guard left the event alone.
    Skip(Skip),
}

/// Why no decision could be made. Each ends in the dead-letter queue, with its kind as the error type.
#[derive(Debug, thiserror::Error)]
pub enum Undecided {
    /// The payload is not an envelope.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The event should not have come here.
    #[error("misrouted: {0}")]
    Misrouted(Misrouted),
    /// A guard lacks what it needs.
    #[error("the {guard} guard cannot decide: {problem}")]
    Guard {
        /// The guard.
        guard: &'static str,
        /// What it lacks.
        problem: Undecidable,
    },
    /// The record does not have its call's shape.
    #[error(transparent)]
    Shape(#[from] ShapeError),
}

/// Decides about one event: guards, then the call's shapes, then the plan, then whether what the plan
/// would change is exempt.
///
/// # Errors
/// [`Undecided`] when a guard cannot decide, the event is misrouted, or a part of the record does
/// not have its call's shape.
pub fn decide<R: Response>(
    response: &R,
    envelope: Envelope,
    guards: &Guards,
    now: DateTime<Utc>,
) -> Result<Decision<R::Action>, Undecided> {
    decide_by(R::plan, response, envelope, guards, now)
}

/// The same by another way to the plan.
pub(crate) fn decide_by<R: Response>(
    plan: fn(&R, &R::Trigger) -> Plan<R::Action>,
    response: &R,
    envelope: Envelope,
    guards: &Guards,
    now: DateTime<Utc>,
) -> Result<Decision<R::Action>, Undecided> {
    let here;
    let guards = if R::ELSEWHERE || guards.elsewhere.is_empty() {
        guards
    } else {
        here = Guards { elsewhere: Elsewhere::default(), ..guards.clone() };
        &here
    };
    let admitted = match admit(envelope, guards, now) {
        Ok(admitted) => admitted,
        Err(Refusal::Skip(skip)) => return Ok(Decision::Skip(skip)),
        Err(Refusal::Misrouted(misrouted)) => return Err(Undecided::Misrouted(misrouted)),
        Err(Refusal::Undecidable { guard, problem }) => return Err(Undecided::Guard { guard, problem }),
    };
    let trigger = R::Trigger::from_record(admitted)?;
    Ok(match plan(response, &trigger) {
        Plan::Act(actions) if actions.is_empty() => {
            Decision::Nothing(Reason::new("empty-plan", "the plan has no actions"))
        }
        Plan::Act(actions) => match exempt(response, &actions, &guards.exempt)? {
            Some(exemption) => Decision::Skip(Skip::Exempt(exemption)),
            None => Decision::Act(actions),
        },
        Plan::Nothing(reason) => Decision::Nothing(reason),
    })
}

const NO_RESOURCE: &str =
    "the resource that the action changes (Response::resource), with a list of exempt queues set,";

/// The exemption of a plan whose every action would change an exempt queue. A plan of which that is
/// true in part is for people: done in part it would be a plan that nobody has seen, and left alone
/// as a whole it would make an exempt queue a shelter for the others.
fn exempt<R: Response>(
    response: &R,
    actions: &[R::Action],
    exempt: &Exemptions,
) -> Result<Option<Exemption>, Undecided> {
    if exempt.queues.is_empty() {
        return Ok(None);
    }
    if R::DESTRUCTIVE && actions.iter().any(|action| response.resource(action).is_none()) {
        // What the list is to be held against is not known: that must not mean that nothing is exempt.
        return Err(Undecided::Guard { guard: "exempt", problem: Undecidable::Missing(NO_RESOURCE) });
    }
    let of = |action| response.resource(action).and_then(|resource| exempt.queue(&resource));
    let exemptions: Vec<Exemption> = actions.iter().filter_map(of).collect();
    let every = exemptions.len() == actions.len();
    match exemptions.into_iter().next() {
        Some(exemption) if !every => {
            Err(Undecided::Guard { guard: "exempt", problem: Undecidable::PartlyExempt(exemption) })
        }
        other => Ok(other),
    }
}

impl Undecided {
    /// The kind of failure, as Lambda's `errorType` names it.
    pub fn error_type(&self) -> &'static str {
        match self {
            Undecided::Decode(_) => DecodeError::TYPE,
            Undecided::Misrouted(_) => "Trailhook.Misrouted",
            Undecided::Guard { .. } => "Trailhook.Undecidable",
            Undecided::Shape(_) => "Trailhook.Shape",
        }
    }
}
