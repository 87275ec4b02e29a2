//! The CloudTrail record: who called what, when, from where, and how it ended.
//!
//! Written from the page "CloudTrail record contents for management, data, and network activity
//! events" (record version 1.11) and from real records, because they disagree: members that the
//! page calls required are missing from real records, and the type published in `aws_lambda_events`
//! fails on every seventh one. A [`Record`] decodes from any JSON object and encodes back to an
//! equal one. It refuses to interpret: request parameters and response elements stay raw until a
//! [`Call`](crate::Call) asks for them, which it can only do after the guards.

mod addendum;
mod error_code;
mod insight;
mod kind;
mod resource;
mod tls;
mod version;

pub use addendum::Addendum;
pub use error_code::ErrorCode;
pub use insight::{Attribution, InsightContext, InsightDetails, InsightStatistics, InsightValue};
pub use kind::{EventCategory, EventType};
pub use resource::Resource;
pub use tls::TlsDetails;
pub use version::{EventVersion, EventVersionError};

use crate::object::object;
use crate::{Flag, UserIdentity};
use chrono::{DateTime, Utc};
use serde_json::value::RawValue;

object! {
    /// One CloudTrail record: the `detail` of an "AWS API Call via CloudTrail" event, or one element
    /// of `Records` in a log file.
    ///
    /// ```
    /// use trailhook::Record;
    ///
    /// let record: Record = serde_json::from_str(
    ///     r#"{"eventSource": "sqs.amazonaws.com", "eventName": "CreateQueue", "requestParameters": null}"#,
    /// )?;
    /// assert_eq!(record.event_name.text(), Some("CreateQueue"));
    /// assert!(record.request_parameters.is_null());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Learned from
    /// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>.
    pub struct Record {
        /// `major.minor`, read it with [`Record::version`].
        event_version: String = "eventVersion",
        /// Who called.
        user_identity: UserIdentity = "userIdentity",
        /// When the call completed, in UTC to the second; read it with [`Record::time`].
        event_time: String = "eventTime",
        /// The service, as in `sqs.amazonaws.com`.
        event_source: String = "eventSource",
        /// The API action, for some services with a date behind it (`CreateFunction20150331`).
        event_name: String = "eventName",
        /// The Region the request went to.
        aws_region: String = "awsRegion",
        /// An IP address, a service's DNS name, or `AWS Internal`.
        source_ip_address: String = "sourceIPAddress",
        /// What the caller says it is; the caller chooses it, so it proves nothing. At most 1 KB.
        user_agent: String = "userAgent",
        /// Present when the call failed.
        error_code: String = "errorCode",
        /// What went wrong, at most 1 KB.
        error_message: String = "errorMessage",
        /// What was asked for, in the service's own shape; over 100 KB only a note that it was omitted.
        request_parameters: Box<RawValue> = "requestParameters",
        /// What was answered; null for failed and most read-only calls, and for calls that answer nothing.
        response_elements: Box<RawValue> = "responseElements",
        /// More about the call, in the service's own shape.
        additional_event_data: Box<RawValue> = "additionalEventData",
        /// The service's id of the request; sign-in and service events have none.
        request_id: String = "requestID",
        /// CloudTrail's own id of the event: a GUID, the key for telling duplicates.
        event_id: String = "eventID",
        /// What kind of event this is; read it with [`Record::event_type`].
        event_type: String = "eventType",
        /// The version of the API, for a few services.
        api_version: String = "apiVersion",
        /// Whether it is a management event.
        management_event: Flag = "managementEvent",
        /// Whether the call changes nothing; old records don't say.
        read_only: Flag = "readOnly",
        /// The resources touched, where the service says so.
        resources: Vec<Resource> = "resources",
        /// The account that received the event; not the caller's in a cross-account call.
        recipient_account_id: String = "recipientAccountId",
        /// What happened, in a service event.
        service_event_details: Box<RawValue> = "serviceEventDetails",
        /// The same GUID in the copies that different accounts got of one call.
        shared_event_id: String = "sharedEventID",
        /// The VPC endpoint the request came through.
        vpc_endpoint_id: String = "vpcEndpointId",
        /// The owner of that endpoint.
        vpc_endpoint_account_id: String = "vpcEndpointAccountId",
        /// Management, data, network activity or insight; read it with [`Record::category`].
        event_category: String = "eventCategory",
        /// Why the record came late or again.
        addendum: Addendum = "addendum",
        /// Whether the session's credentials came from the console; only present when they did.
        session_credential_from_console: Flag = "sessionCredentialFromConsole",
        /// Added by CloudTrail Lake only.
        event_context: Box<RawValue> = "eventContext",
        /// About an edge device.
        edge_device_details: Box<RawValue> = "edgeDeviceDetails",
        /// The TLS connection; absent where AWS called on someone's behalf.
        tls_details: TlsDetails = "tlsDetails",
        /// What was unusual, in an insight event.
        insight_details: Box<InsightDetails> = "insightDetails",
    }
}

impl Record {
    /// The record's version, if it says one in the form `major.minor`.
    pub fn version(&self) -> Option<EventVersion> {
        self.event_version.text()?.parse().ok()
    }

    /// When the call completed, if `eventTime` is an RFC 3339 time.
    pub fn time(&self) -> Option<DateTime<Utc>> {
        Some(DateTime::parse_from_rfc3339(self.event_time.text()?).ok()?.to_utc())
    }

    /// What kind of event this is, if it says so.
    pub fn event_type(&self) -> Option<EventType> {
        self.event_type.text().map(EventType::from)
    }

    /// The event's category, if it says so (records from version 1.07 on do).
    pub fn category(&self) -> Option<EventCategory> {
        self.event_category.text().map(EventCategory::from)
    }

    /// The error code of a failed call, with what is known about such codes.
    pub fn error(&self) -> Option<ErrorCode<'_>> {
        self.error_code.text().map(ErrorCode)
    }
}
