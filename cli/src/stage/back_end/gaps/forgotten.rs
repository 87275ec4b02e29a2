//! What SQS forgets.

use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use winterbaume_core::MockResponse;

/// The attributes that SQS forgets, or makes up.
const FORGOTTEN: [&str; 6] = [
    "DeduplicationScope",
    "FifoThroughputLimit",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "RedriveAllowPolicy",
    "SqsManagedSseEnabled",
];

/// The attributes of queues that SQS forgets, by Region and name.
#[derive(Debug, Default)]
pub(in crate::stage) struct Forgotten(Mutex<HashMap<(String, String), BTreeMap<String, Value>>>);

impl Forgotten {
    /// Remembers attributes of a queue.
    pub(in crate::stage) fn note<'a>(
        &self,
        region: &str,
        name: &str,
        attributes: impl IntoIterator<Item = (&'a String, Value)>,
    ) {
        let kept = attributes.into_iter().filter(|(name, _)| FORGOTTEN.contains(&name.as_str()));
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_the_queue = all.entry((region.to_owned(), name.to_owned())).or_default();
        of_the_queue.extend(kept.map(|(name, value)| (name.clone(), value)));
        // One kind of encryption at a time.
        if of_the_queue.get("KmsMasterKeyId").and_then(Value::as_str).is_some_and(|key| !key.is_empty()) {
            of_the_queue.insert("SqsManagedSseEnabled".to_owned(), json!("false"));
        }
    }

    /// Learns from a call of SQS that went well, and puts into its answer what SQS forgot.
    pub(in crate::stage) fn after(
        &self,
        action: &str,
        region: &str,
        request: &[u8],
        mut answer: MockResponse,
    ) -> MockResponse {
        let request: Value = serde_json::from_slice(request).unwrap_or_default();
        let text = |name: &str| request.get(name).and_then(Value::as_str).unwrap_or_default();
        let name = match text("QueueName") {
            "" => text("QueueUrl").rsplit('/').next().unwrap_or_default(),
            name => name,
        };
        let of_the_queue = (region.to_owned(), name.to_owned());
        match action {
            "CreateQueue" | "SetQueueAttributes" => {
                let attributes = request.get("Attributes").and_then(Value::as_object).into_iter().flatten();
                self.note(region, name, attributes.map(|(name, value)| (name, value.clone())));
            }
            "DeleteQueue" => {
                self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&of_the_queue);
            }
            "GetQueueAttributes" => {
                let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                let remembered = all.get(&of_the_queue).into_iter().flatten();
                let mut body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
                if let Some(attributes) = body.get_mut("Attributes").and_then(Value::as_object_mut) {
                    attributes.extend(remembered.map(|(name, value)| (name.clone(), value.clone())));
                    attributes.retain(|_, value| value != "");
                    answer.body = body.to_string().into();
                }
            }
            _ => {}
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forgotten_attributes_are_remembered_until_the_queue_is_deleted() {
        let forgotten = Forgotten::default();
        let call = |action: &str, body: Value| {
            let answer = MockResponse::json(200, r#"{"Attributes": {"SqsManagedSseEnabled": "true"}}"#);
            let answer = forgotten.after(action, "eu-west-1", body.to_string().as_bytes(), answer);
            serde_json::from_slice::<Value>(&answer.body).unwrap()["Attributes"].clone()
        };
        let of = json!({"QueueUrl": "http://h/111122223333/q"});
        call(
            "CreateQueue",
            json!({"QueueName": "q", "Attributes": {"KmsMasterKeyId": "alias/k", "DelaySeconds": "5"}}),
        );
        let both = json!({"KmsMasterKeyId": "alias/k", "SqsManagedSseEnabled": "false"});
        assert_eq!(call("GetQueueAttributes", of.clone()), both);
        call("SetQueueAttributes", json!({"QueueUrl": "http://h/1/q", "Attributes": {"KmsMasterKeyId": ""}}));
        assert_eq!(call("GetQueueAttributes", of.clone()), json!({"SqsManagedSseEnabled": "false"}));
        call("DeleteQueue", of.clone());
        assert_eq!(call("GetQueueAttributes", of), json!({"SqsManagedSseEnabled": "true"}));
    }
}
