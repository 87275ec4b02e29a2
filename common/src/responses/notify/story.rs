//! The whole story of a call, for programs, and its one-sentence summary, for everyone.

use crate::shown::one_line;
use crate::{EventHeader, Record, Resource, shown_json};
use serde::Serialize;
use serde_json::Value;

/// The story's form, for subscribers to check.
const VERSION: &str = "1";

/// What queues and functions get.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Story<'a> {
    version: &'static str,
    summary: &'a str,
    /// Absent only when not even this would fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'a EventHeader>,
    /// The record; absent when it would not fit into a message.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<&'a Record>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record_left_out: Option<&'static str>,
}

impl<'a> Story<'a> {
    pub(super) fn whole(summary: &'a str, event: &'a EventHeader, record: &'a Record) -> Self {
        Story { version: VERSION, summary, event: Some(event), record: Some(record), record_left_out: None }
    }

    pub(super) fn without_record(summary: &'a str, event: &'a EventHeader) -> Self {
        let why = "the record does not fit into an SNS message; find it by its event id in the rule's log group";
        Story { version: VERSION, summary, event: Some(event), record: None, record_left_out: Some(why) }
    }

    pub(super) fn without_event(summary: &'a str) -> Self {
        let why = "neither the record nor what it says of the event fits into an SNS message";
        Story { version: VERSION, summary, event: None, record: None, record_left_out: Some(why) }
    }

    pub(super) fn json(&self) -> String {
        // A story holds text and JSON that was read as JSON, so it can always be written. Shown, because
        // SNS can't hand on to a queue what SQS doesn't take.
        shown_json(&serde_json::to_string(self).unwrap_or_default())
    }
}

/// `alice (SSO, Admin) called CreateQueue in sqs on orders, eu-west-1, from 203.0.113.7`.
pub(super) fn summary(record: &Record, header: &EventHeader) -> String {
    let actor = header.actor.as_ref().map_or_else(|| "someone".to_owned(), ToString::to_string);
    let name = header.event_name.as_deref().unwrap_or("an unnamed call");
    let service = header.event_source.as_deref().and_then(|source| source.split('.').next()).unwrap_or("AWS");
    let did = match (&header.error_code, record.error().is_some_and(|code| code.is_denied())) {
        (Some(_), true) => format!("was denied {name}"),
        (Some(code), false) => format!("failed at {name} ({code})"),
        (None, _) => format!("called {name}"),
    };
    let mut summary = format!("{actor} {did} in {service}");
    if let Some(resource) = resource_name(record) {
        summary.push_str(&format!(" on {resource}"));
    }
    if let Some(region) = &header.aws_region {
        summary.push_str(&format!(", {region}"));
    }
    if let Some(address) = &header.source_ip_address {
        summary.push_str(&format!(", from {address}"));
    }
    one_line(&summary, 1_000)
}

/// More resources than a person reads about, and a caller's way to a message that SNS refuses.
const MOST_RESOURCES: usize = 20;
const LONGEST_ARN: usize = 300;

/// The ARNs of the first resources that the record names.
pub(super) fn resource_arns(record: &Record) -> Vec<String> {
    let arns = record.resources.get().into_iter().flatten().filter_map(Resource::arn);
    arns.take(MOST_RESOURCES).map(|arn| one_line(arn, LONGEST_ARN)).collect()
}

/// The last part of the first resource's ARN, or what the request calls the queue, topic or so.
fn resource_name(record: &Record) -> Option<String> {
    if let Some(arn) = resource_arns(record).first() {
        return arn.rsplit([':', '/']).next().map(str::to_owned);
    }
    let request: Value = serde_json::from_str(record.request_parameters.get()?.get()).ok()?;
    let named = ["queueName", "queueUrl", "name", "bucketName", "functionName", "roleName", "userName", "topicArn"];
    let name = named.iter().find_map(|key| request.get(key)?.as_str())?;
    name.rsplit(['/', ':']).next().map(str::to_owned)
}
