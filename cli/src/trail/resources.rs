//! The resources that a call touches, for the services that name them in their records.
//!
//! SQS names the queue in refused calls too, whose parameters are null; so the ARNs are made from
//! what was really asked for. A queue that a call could not find is named, a message move task that
//! it could not find is not, for only the task knows its queue.

use super::call::AnsweredCall;
use super::record::RecordedResource;
use super::sqs;
use serde_json::Value;
use trailhook::{Arn, QueueUrl, partition_of};

/// The resources of a call, from its parameters before anything was hidden, and its error code.
pub(super) fn resources(
    call: &AnsweredCall,
    account: &str,
    action: &str,
    parameters: &Value,
    error: Option<&str>,
) -> Vec<RecordedResource> {
    let text = |name: &str| parameters.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let arn = |resource: &str| {
        Some(Arn::new(partition_of(&call.region), &call.service, &call.region, account, resource).to_string())
    };
    let given = |name: &str| text(name).filter(|arn| arn.starts_with("arn:")).map(str::to_owned);
    let (kind, arns) = match call.service.as_str() {
        "sqs" => {
            let url =
                text("queueUrl").and_then(|url| Some(url.parse::<QueueUrl>().ok()?.arn(&call.region).to_string()));
            let named = || text("queueName").and_then(arn);
            let handle = || match error {
                Some("ResourceNotFoundException") => None,
                _ => text("taskHandle").and_then(sqs::arn_in_handle),
            };
            let first = if action == "ListQueues" { arn("*") } else { url.or_else(named) };
            let first = first.or_else(|| given("sourceArn")).or_else(handle);
            ("AWS::SQS::Queue", [first, given("destinationArn")])
        }
        "sns" => {
            let topic = given("topicArn").or_else(|| given("resourceArn")).or_else(|| given("targetArn"));
            // A phone's endpoint is a target too.
            let topic = topic.filter(|arn| !arn.contains(":endpoint/"));
            let named = || if action == "CreateTopic" { text("name").and_then(arn) } else { None };
            ("AWS::SNS::Topic", [topic.or_else(named), None])
        }
        "dynamodb" => {
            let table = |name: &str| given("tableName").or_else(|| arn(&format!("table/{name}")));
            ("AWS::DynamoDB::Table", [text("tableName").and_then(table).or_else(|| given("resourceArn")), None])
        }
        _ => return Vec::new(),
    };
    arns.into_iter().flatten().map(|arn| resource(arn, kind, account)).collect()
}

fn resource(arn: String, kind: &'static str, account: &str) -> RecordedResource {
    // arn:partition:service:region:account:resource
    let owner = arn.split(':').nth(4).filter(|owner| !owner.is_empty()).unwrap_or(account).to_owned();
    RecordedResource { account_id: owner, kind, arn }
}
