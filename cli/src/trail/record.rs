//! The record: what CloudTrail writes of a call, its members in the order of real records.
//!
//! A type of its own beside [`trailhook::Record`], which reads: whatever it writes is decoded by the
//! other in the tests, and neither can hide the other's mistakes. Version 1.11.

use super::answer;
use super::asked::Asked;
use super::call::AnsweredCall;
use super::class::{self, EventClass};
use super::hidden::{hide_in_request, hide_in_response};
use super::principals::Caller;
use super::{omitted, resources};
use chrono::SecondsFormat;
use serde::Serialize;
use serde_json::Value;
use trailhook::UserIdentity;
use uuid::Uuid;

/// One CloudTrail record of an API call.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "each member is described at trailhook::Record")]
pub struct Record {
    pub event_version: &'static str,
    pub user_identity: UserIdentity,
    /// To the second, as `2026-11-02T09:30:00Z`.
    pub event_time: String,
    pub event_source: String,
    pub event_name: String,
    pub aws_region: String,
    #[serde(rename = "sourceIPAddress")]
    pub source_ip_address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    pub request_parameters: Value,
    pub response_elements: Value,
    #[serde(rename = "requestID", skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    #[serde(rename = "eventID")]
    pub event_id: Uuid,
    pub read_only: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<RecordedResource>,
    pub event_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_version: Option<&'static str>,
    pub management_event: bool,
    pub recipient_account_id: String,
    pub event_category: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_details: Option<TlsDetails>,
    /// The text `true`, where it is there at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_credential_from_console: Option<&'static str>,
}

/// One of a record's `resources`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordedResource {
    /// The owner.
    pub account_id: String,
    /// As in `AWS::SQS::Queue`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The ARN.
    #[serde(rename = "ARN")]
    pub arn: String,
}

/// A record's `tlsDetails`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TlsDetails {
    /// As in `TLSv1.3`.
    pub tls_version: String,
    /// As in `TLS_AES_128_GCM_SHA256`.
    pub cipher_suite: String,
    /// The host that the client named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_provided_host_header: Option<String>,
}

/// The services whose records name a version of their API.
const API_VERSIONS: [(&str, &str); 4] =
    [("dynamodb", "2012-08-10"), ("events", "2015-10-07"), ("logs", "20140328"), ("monitoring", "2010-08-01")];

pub(super) fn record(call: &AnsweredCall, asked: Asked, class: EventClass, caller: Caller, account: &str) -> Record {
    let answer = answer::answer(call, &asked);
    let (code, message) = answer.error.map_or((None, None), |error| (Some(error.code), error.message));
    let resources = resources::resources(call, account, &asked.action, &asked.parameters, code.as_deref());
    let mut parameters = if code.as_deref() == Some("AccessDenied") { Value::Null } else { asked.parameters };
    hide_in_request(&call.service, &asked.action, &mut parameters);
    let mut elements = answer.elements;
    hide_in_response(&call.service, &mut elements);
    let host = call.asked_in("host").or_else(|| call.request.uri().authority().map(|host| host.as_str()));
    // A service that acts for someone is what CloudTrail sees, and no connection.
    let tls = call.tls.as_ref().filter(|_| caller.through.is_none());
    Record {
        event_version: "1.11",
        user_identity: caller.identity,
        event_time: call.at.to_rfc3339_opts(SecondsFormat::Secs, true),
        event_source: format!("{}.amazonaws.com", call.service),
        event_name: asked.event_name,
        aws_region: call.region.clone(),
        source_ip_address: (caller.through.clone().or(caller.address)).unwrap_or_else(|| call.client.to_string()),
        user_agent: caller.through.or_else(|| call.asked_in("user-agent").map(omitted::text)),
        error_code: code.map(|code| omitted::text(&code)),
        error_message: message.map(|message| omitted::text(&message)),
        request_parameters: omitted::part("requestParameters", parameters),
        response_elements: omitted::part("responseElements", elements),
        request_id: answer.request_id,
        event_id: Uuid::new_v4(),
        read_only: class::read_only(&call.service, &asked.action),
        resources,
        event_type: "AwsApiCall",
        api_version: API_VERSIONS.iter().find(|(service, _)| *service == call.service).map(|(_, version)| *version),
        management_event: class == EventClass::Management,
        recipient_account_id: account.to_owned(),
        event_category: if class == EventClass::Management { "Management" } else { "Data" },
        tls_details: tls.map(|tls| TlsDetails {
            tls_version: tls.version.clone(),
            cipher_suite: tls.cipher_suite.clone(),
            client_provided_host_header: host.map(str::to_owned),
        }),
        session_credential_from_console: caller.console.then_some("true"),
    }
}
