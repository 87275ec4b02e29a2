//! The trail: an answered AWS API call becomes a CloudTrail record, and a record an event.
//!
//! Neither LocalStack's free edition nor moto turns a call into an event, and that step is where
//! systems like this one fail: the shapes of CloudTrail are not the API's. What is written here
//! follows `events/`, whose README says which shape was seen and which is inferred. It refuses to
//! make things up: a call whose action it can't name is not recorded, and a part it can't read is
//! null.
//!
//! A [`Trail`] makes the [`Record`] of an [`AnsweredCall`]; [`delivered`] says whether a rule gets
//! it; [`Envelope`] wraps it up; [`LogFiles`] keeps it as CloudTrail's log files. Only the last one
//! touches the world.
//!
//! ```
//! use bytes::Bytes;
//! use trailhook_cli::template::RuleState;
//! use trailhook_cli::trail::{AnsweredCall, Delivery, Envelope, Principals, Trail, delivered};
//!
//! let call = AnsweredCall {
//!     service: "sqs".into(),
//!     region: "eu-west-1".into(),
//!     access_key_id: "alice".into(),
//!     request: http::Request::post("/")
//!         .header("x-amz-target", "AmazonSQS.CreateQueue")
//!         .body(Bytes::from(r#"{"QueueName": "orders"}"#))?,
//!     response: http::Response::new(Bytes::from(
//!         r#"{"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"}"#,
//!     )),
//!     at: "2026-11-02T09:30:00Z".parse()?,
//!     client: "127.0.0.1".parse()?,
//!     tls: None,
//! };
//! let trail = Trail::new("111122223333", Principals::built_in("111122223333", "eu-west-1", call.at));
//! let record = trail.record(&call).ok_or("it is recorded")?;
//! assert_eq!(record.user_identity.user_name.text(), Some("alice"));
//! assert_eq!(record.request_parameters["queueName"], "orders");
//! assert_eq!(delivered(&record, RuleState::Enabled, trail.selectors), Delivery::Delivered);
//!
//! let event = serde_json::to_vec(&Envelope::around(record))?;
//! assert_eq!(trailhook::decode(&event)?.detail.event_name.text(), Some("CreateQueue"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod asked;
mod call;
#[cfg(test)]
mod called;
mod class;
mod delivery;
mod envelope;
mod hidden;
mod log_files;
mod names;
mod omitted;
mod principals;
mod query;
mod record;
mod resources;
mod rest;
mod s3;
mod secrets;
mod sqs;
mod xml;

pub use call::{AnsweredCall, TlsConnection};
pub use class::EventClass;
pub use delivery::{Delivery, Selectors, Undelivered, delivered, stored_delivered};
pub use envelope::Envelope;
pub use log_files::{LogFileError, LogFiles};
pub use principals::{Caller, Principals, PrincipalsError, PrincipalsProblem};
pub use record::{Record, RecordedResource, TlsDetails};

/// A trail of one account: it knows who is behind an access key id, and which events it selects.
#[derive(Clone, Debug)]
pub struct Trail {
    /// Twelve digits.
    pub account: String,
    /// Who is behind an access key id.
    pub principals: Principals,
    /// Which events it selects.
    pub selectors: Selectors,
}

impl Trail {
    /// A trail of management events.
    pub fn new(account: impl Into<String>, principals: Principals) -> Trail {
        Trail { account: account.into(), principals, selectors: Selectors::default() }
    }

    /// The record of a call; `None` for a call that CloudTrail never records (`PutLogEvents`), or
    /// whose service, Region or action can't be told. Data events have a record whether the trail selects them or not:
    /// [`Selectors::select`] is asked before it goes anywhere.
    pub fn record(&self, call: &AnsweredCall) -> Option<Record> {
        // They come from outside, and become a host's name and a folder's.
        let name =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !name(&call.service) || !name(&call.region) {
            return None;
        }
        let asked = asked::asked(call)?;
        let class = class::class(&call.service, &asked.action);
        if class == EventClass::Unrecorded {
            return None;
        }
        let caller = self.principals.caller(&call.access_key_id);
        Some(record::record(call, asked, class, caller, &self.account))
    }
}
