//! The same handler as tutorials have it: every default of the SDK, of lambda_runtime and of aws_lambda_events. It makes
//! the two calls that tag-new-queue makes in a dry run, and says how long they took.

use aws_lambda_events::cloudwatch_events::cloudtrail::AWSAPICall;
use aws_lambda_events::eventbridge::EventBridgeEvent;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};
use std::time::Instant;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let sqs = Client::new(&aws_config::load_from_env().await);
    run(service_fn(|event| answer(&sqs, event))).await
}

async fn answer(sqs: &Client, event: LambdaEvent<EventBridgeEvent<AWSAPICall>>) -> Result<Value, Error> {
    let call = event.payload.detail;
    let answered = call.response_elements.unwrap_or_default();
    let url = answered.get("queueUrl").and_then(Value::as_str).ok_or("the event has no queue")?;
    let begun = Instant::now();
    let attributes = sqs.get_queue_attributes().queue_url(url).attribute_names(QueueAttributeName::All).send().await?;
    let tags = sqs.list_queue_tags().queue_url(url).send().await?;
    let took = begun.elapsed();
    Ok(json!({
        "attributes": attributes.attributes().map_or(0, |all| all.len()),
        "tags": tags.tags().map_or(0, |all| all.len()),
        "nanosecondsOfCalls": took.as_nanos(),
    }))
}
