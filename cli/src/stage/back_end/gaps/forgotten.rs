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

/// What SQS says where nothing was said. There is no default key and no default policy.
const DEFAULTS: [(&str, &str); 4] = [
    ("DeduplicationScope", "queue"),
    ("FifoThroughputLimit", "perQueue"),
    ("KmsDataKeyReusePeriodSeconds", "300"),
    ("SqsManagedSseEnabled", "true"),
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

    /// What is to be answered instead of making a queue that is there with other attributes.
    pub(in crate::stage) fn refused(&self, action: &str, region: &str, request: &[u8]) -> Option<MockResponse> {
        if action != "CreateQueue" {
            return None;
        }
        let request: Value = serde_json::from_slice(request).ok()?;
        let name = request.get("QueueName")?.as_str()?;
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let remembered = all.get(&(region.to_owned(), name.to_owned()))?;
        let was = |name: &str| {
            let default = || DEFAULTS.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
            remembered.get(name).and_then(Value::as_str).or_else(default).unwrap_or_default()
        };
        let mut asked = request.get("Attributes")?.as_object()?.iter();
        let other = asked.find(|(name, value)| FORGOTTEN.contains(&name.as_str()) && **value != was(name))?.0;
        let message = format!("A queue already exists with the same name and a different value for attribute {other}");
        // As the service itself says it of the attributes that it knows.
        Some(MockResponse::json(400, json!({ "__type": "QueueAlreadyExists", "message": message }).to_string()))
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
            // That it is there already changes nothing.
            "CreateQueue" if self.knows(&of_the_queue) => {}
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
                    // The service tells everything, whatever is asked for.
                    let asked = request.get("AttributeNames").and_then(Value::as_array).map(Vec::as_slice);
                    let asked = asked.unwrap_or_default();
                    let wanted = |name: &str| asked.iter().any(|wanted| wanted == "All" || wanted == name);
                    attributes.retain(|name, value| value != "" && wanted(name));
                    answer.body = body.to_string().into();
                }
            }
            _ => {}
        }
        answer
    }

    fn knows(&self, queue: &(String, String)) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains_key(queue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::back_end::services::Services;
    use crate::stage::endpoint::json_request;
    use crate::stage::front_door::Scope;

    #[test]
    fn forgotten_attributes_are_remembered_until_the_queue_is_deleted() {
        let forgotten = Forgotten::default();
        let call = |action: &str, body: Value| {
            let answer = MockResponse::json(200, r#"{"Attributes": {"SqsManagedSseEnabled": "true"}}"#);
            let answer = forgotten.after(action, "eu-west-1", body.to_string().as_bytes(), answer);
            serde_json::from_slice::<Value>(&answer.body).unwrap()["Attributes"].clone()
        };
        let of = json!({"QueueUrl": "http://h/111122223333/q", "AttributeNames": ["All"]});
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

    #[tokio::test]
    async fn a_queue_that_is_there_is_not_made_with_other_attributes() {
        let services = Services::default();
        let scope = Scope::new("alice", "eu-west-1", "sqs");
        let call = async |action: &str, body: Value| {
            let answer = services.call(&scope, &json_request(&scope, action, &body)).await.unwrap();
            (answer.status().as_u16(), answer)
        };
        let create =
            async |attributes: Value| call("CreateQueue", json!({"QueueName": "q", "Attributes": attributes})).await;
        let made = json!({"KmsMasterKeyId": "alias/k", "VisibilityTimeout": "5"});
        assert_eq!(create(made.clone()).await.0, 200);
        // What is not said is not compared, and a default that is said is no other.
        for same in [made, json!({}), json!({"SqsManagedSseEnabled": "false", "KmsDataKeyReusePeriodSeconds": "300"})] {
            assert_eq!(create(same.clone()).await.0, 200, "{same}");
        }
        for other in ["KmsMasterKeyId", "SqsManagedSseEnabled", "RedriveAllowPolicy", "VisibilityTimeout"] {
            let (status, answer) = create(json!({ other: "6" })).await;
            let body: Value = serde_json::from_slice(answer.body()).unwrap();
            assert_eq!((status, &body["__type"]), (400, &json!("com.amazonaws.sqs#QueueNameExists")), "{other}");
            assert_eq!(answer.headers()["x-amzn-query-error"], "QueueAlreadyExists;Sender");
            assert!(body["message"].as_str().unwrap().ends_with(other), "{body}");
        }
        let url = "https://sqs.eu-west-1.amazonaws.com/1/q";
        let asked = ["KmsMasterKeyId", "SqsManagedSseEnabled", "VisibilityTimeout"];
        let told = call("GetQueueAttributes", json!({"QueueUrl": url, "AttributeNames": asked})).await.1;
        let told: Value = serde_json::from_slice(told.body()).unwrap();
        let unchanged = json!({"KmsMasterKeyId": "alias/k", "SqsManagedSseEnabled": "false", "VisibilityTimeout": "5"});
        assert_eq!(told["Attributes"], unchanged);
        let told = call("GetQueueAttributes", json!({"QueueUrl": url})).await.1;
        assert_eq!(serde_json::from_slice::<Value>(told.body()).unwrap()["Attributes"], json!({}));
    }
}
