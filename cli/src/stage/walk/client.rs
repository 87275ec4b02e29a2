//! The walk-through as a client of the stage's own front door.

use crate::stage::endpoint::{Endpoint, EndpointUrlError, json_request, passes};
use crate::stage::front_door::Scope;
use serde_json::{Value, json};
use std::time::Duration;

/// As the SDKs do, and more often: with `--fault` a walk-through should still come through.
const TRIES: u32 = 10;

pub(super) struct Client {
    endpoint: Endpoint,
    region: String,
    access_key_id: String,
}

impl Client {
    pub(super) fn new(url: &str, region: &str, access_key_id: &str) -> Result<Client, EndpointUrlError> {
        let (region, access_key_id) = (region.to_owned(), access_key_id.to_owned());
        Ok(Client { endpoint: Endpoint::new(url)?, region, access_key_id })
    }

    /// Calls a service; its answer, or what went wrong in a sentence.
    pub(super) async fn json(&self, service: &str, action: &str, body: &Value) -> Result<Value, String> {
        let scope = Scope::new(&self.access_key_id, &self.region, service);
        let mut tries = 1;
        loop {
            let answer =
                self.endpoint.call(json_request(&scope, action, body)).await.map_err(|error| error.to_string())?;
            if answer.status().is_success() {
                return Ok(serde_json::from_slice(answer.body()).unwrap_or_default());
            }
            if tries == TRIES || !passes(&answer) {
                return Err(format!("{service}:{action}: {}", String::from_utf8_lossy(answer.body())));
            }
            tokio::time::sleep(Duration::from_millis(20) * tries).await;
            tries += 1;
        }
    }

    /// The URL of a queue, if it is there.
    pub(super) async fn queue_url(&self, name: &str) -> Option<String> {
        let answer = self.json("sqs", "GetQueueUrl", &json!({ "QueueName": name })).await.ok()?;
        Some(answer.get("QueueUrl")?.as_str()?.to_owned())
    }

    /// Deletes a queue that nobody needs any more.
    pub(super) async fn remove(&self, queue: &str) {
        if let Some(url) = self.queue_url(queue).await {
            // One more queue on the stage does no harm.
            self.json("sqs", "DeleteQueue", &json!({ "QueueUrl": url })).await.ok();
        }
    }
}
