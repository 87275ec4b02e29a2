//! What a guard says when it does not let an event through.
//!
//! A skip is an answer: the function succeeds and reports it. The others are failures, because they
//! must be seen: a rule is wrong, or a guard lacks what it needs.

use super::Exemption;
use crate::UnknownForm;
use std::fmt;

/// Why an event is not admitted.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// A guard decided: there is nothing to do, and that is no failure.
    #[error("{0}")]
    Skip(Skip),
    /// The event should never have reached this function: a rule or a target is wrong.
    #[error("misrouted: {0}")]
    Misrouted(Misrouted),
    /// A guard lacks what it needs.
    #[error("the {guard} guard cannot decide: {problem}")]
    Undecidable {
        /// The guard.
        guard: &'static str,
        /// What it lacks.
        problem: Undecidable,
    },
}

/// A guard's reason for leaving an event alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Skip {
    /// Another call than those watched.
    NotWatched {
        /// The event source.
        event_source: String,
        /// The event name.
        event_name: String,
    },
    /// The call failed, so it changed nothing.
    FailedCall {
        /// The error code.
        code: String,
    },
    /// One of our own roles made the call.
    OwnCall {
        /// The role's ARN.
        role_arn: String,
    },
    /// The event belongs to another account.
    ForeignAccount {
        /// That account.
        account: String,
        /// Ours.
        own: String,
    },
    /// The call was made in another Region.
    ForeignRegion {
        /// That Region.
        region: String,
        /// Ours.
        own: String,
    },
    /// The event is replayed from an archive.
    Replayed {
        /// The replay's name.
        name: String,
    },
    /// The event is older than the limit.
    Stale {
        /// Its age in seconds.
        age: i64,
        /// The limit in seconds.
        limit: i64,
    },
    /// The configuration exempts the caller, or the queue.
    Exempt(Exemption),
}

/// How an event was misrouted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misrouted {
    /// Only AWS can put events on a bus whose source begins with `aws.`.
    #[error("source is {0:?}, but only a source that begins with aws. is put on the bus by AWS itself")]
    Source(String),
    /// The event source of another service than the source says.
    #[error("source is {bus_source:?} and detail.eventSource is {event_source:?}, which never come together")]
    OtherSource {
        /// The envelope's source.
        bus_source: String,
        /// The record's event source.
        event_source: String,
    },
    /// Another event type.
    #[error("detail.eventType is {0:?}, but this function answers AwsApiCall")]
    EventType(String),
    /// Another detail-type.
    #[error("detail-type is {0:?}, but this function answers AWS API Call via CloudTrail")]
    DetailType(String),
}

/// What a guard lacks.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Undecidable {
    /// A member that every record of this kind has is not there.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A member is there in a form that can't be read.
    #[error(transparent)]
    Form(#[from] UnknownForm),
    /// A member should hold a time.
    #[error("detail.eventTime is {0:?}, which is not an RFC 3339 time")]
    Time(String),
    /// The event is from the future.
    #[error("detail.eventTime is {0}, which is yet to come")]
    Future(String),
    /// One queue of the plan is exempt, and not all that the plan would change.
    #[error("{0}, and not all that would be done concerns exempt queues")]
    PartlyExempt(Exemption),
}

impl Skip {
    /// The reason in one word, for counting.
    pub fn code(&self) -> &'static str {
        match self {
            Skip::NotWatched { .. } => "not-watched",
            Skip::FailedCall { .. } => "failed-call",
            Skip::OwnCall { .. } => "own-call",
            Skip::ForeignAccount { .. } => "foreign-account",
            Skip::ForeignRegion { .. } => "foreign-region",
            Skip::Replayed { .. } => "replayed",
            Skip::Stale { .. } => "stale",
            Skip::Exempt(_) => "exempt",
        }
    }
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Skip::NotWatched { event_source, event_name } => {
                write!(f, "{event_source} {event_name} is not a call that this response watches")
            }
            Skip::FailedCall { code } => write!(f, "the call failed with {code}, so it changed nothing"),
            Skip::OwnCall { role_arn } => write!(f, "our own role {role_arn} made the call"),
            Skip::ForeignAccount { account, own } => {
                write!(f, "the event belongs to account {account}, which this function, in {own}, does not answer for")
            }
            Skip::ForeignRegion { region, own } => {
                write!(f, "the call was made in {region}, which this function, in {own}, does not answer for")
            }
            Skip::Replayed { name } => {
                write!(
                    f,
                    "the event comes from the replay {name:?} of an archive, and this function leaves those alone"
                )
            }
            Skip::Stale { age, limit } => {
                write!(f, "the event is {age} seconds old, and the limit is {limit} seconds")
            }
            Skip::Exempt(exemption) => write!(f, "{exemption}"),
        }
    }
}

/// The refusal of a guard that cannot decide.
pub(super) fn undecidable(guard: &'static str) -> impl Fn(Undecidable) -> Refusal {
    move |problem| Refusal::Undecidable { guard, problem }
}
