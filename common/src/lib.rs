#![doc = include_str!("../README.md")]

mod actor;
mod arn;
mod breaker;
mod call;
pub mod calls;
mod envelope;
mod event_pattern;
mod field;
mod flag;
mod guard;
pub mod history;
mod identity;
mod object;
mod omitted;
// Its indices point into tables that the same compilation has filled, and hostile patterns and
// events are what its tests are made of.
#[allow(clippy::indexing_slicing)]
pub mod pattern;
mod plan;
mod planned;
mod queue;
mod reading;
mod record;
mod report;
mod response;
pub mod responses;
mod shown;

pub use actor::{Actor, Who};
pub use arn::{Arn, ArnError, ArnPattern, ArnPatternError, is_account_id, is_region_name, partition_of};
pub use breaker::{BreakerLimit, BreakerNotice};
pub use call::{ApiCall, Call, FromRecord, Part, ShapeError, Watched, WatchedCall};
pub use envelope::{DecodeError, DetailType, Envelope, EventBridgeEvent, decode, replay_name};
pub use event_pattern::EventPattern;
pub use field::{Field, UnknownForm};
pub use flag::Flag;
pub use guard::{
    Admitted, Elsewhere, ExemptUntil, Exemption, Exemptions, FailedCalls, Guards, Misrouted, QueuePattern,
    QueuePatternError, Refusal, Replayed, RolePath, RolePathError, ServiceName, ServiceNameError, Skip, TagExemption,
    Undecidable, admit,
};
pub use identity::{
    IdentityType, InScopeOf, InvokedByDelegate, OnBehalfOf, SessionAttributes, SessionContext, SessionIssuer,
    UserIdentity, WebIdFederationData,
};
pub use object::Extras;
pub use omitted::{Omitted, is_hidden};
pub use plan::{Afterwards, Judgement, Plan, Reason, Verdict};
pub use planned::{Planned, counted, planned, report_of, undecodable, would};
pub use queue::{QueueUrl, QueueUrlError};
pub use record::{
    Addendum, Attribution, ErrorCode, EventCategory, EventType, EventVersion, EventVersionError, InsightContext,
    InsightDetails, InsightStatistics, InsightValue, Record, Resource, TlsDetails,
};
pub use report::{ActionOutcome, ActionReport, EventHeader, Outcome, Report};
pub use response::{Decision, Mode, Response, Undecided, decide};
pub use shown::{shown_json, shown_line};
