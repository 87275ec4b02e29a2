//! The whole story of a call, for programs.

use super::severity::Severity;
use super::summary::{Links, Summary};
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
    severity: Severity,
    /// What groups the stories about one thing: its ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    thread: Option<&'a str>,
    links: &'a Links,
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
    pub(super) fn whole(summary: &'a Summary, event: &'a EventHeader, record: &'a Record) -> Self {
        Story { event: Some(event), record: Some(record), record_left_out: None, ..Story::without_event(summary) }
    }

    pub(super) fn without_record(summary: &'a Summary, event: &'a EventHeader) -> Self {
        let why = "the record does not fit into an SNS message; find it by its event id in the rule's log group";
        Story { event: Some(event), record_left_out: Some(why), ..Story::without_event(summary) }
    }

    pub(super) fn without_event(summary: &'a Summary) -> Self {
        let why = "neither the record nor what it says of the event fits into an SNS message";
        Story {
            version: VERSION,
            summary: &summary.sentence,
            severity: summary.severity,
            thread: summary.thread.as_deref(),
            links: &summary.links,
            event: None,
            record: None,
            record_left_out: Some(why),
        }
    }

    pub(super) fn json(&self) -> String {
        // A story holds text and JSON that was read as JSON, so it can always be written. Shown, because
        // SNS can't hand on to a queue what SQS doesn't take.
        shown_json(&serde_json::to_string(self).unwrap_or_default())
    }
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
pub(super) fn resource_name(record: &Record) -> Option<String> {
    if let Some(arn) = resource_arns(record).first() {
        return arn.rsplit([':', '/']).next().map(str::to_owned);
    }
    let request: Value = serde_json::from_str(record.request_parameters.get()?.get()).ok()?;
    let named = ["queueName", "queueUrl", "name", "bucketName", "functionName", "roleName", "userName", "topicArn"];
    let name = named.iter().find_map(|key| request.get(key)?.as_str())?;
    name.rsplit(['/', ':']).next().map(str::to_owned)
}
