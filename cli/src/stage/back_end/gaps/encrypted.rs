//! Which key a log group has: CloudWatch Logs takes one only from who asks for it later, and never tells it.

use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use winterbaume_core::MockResponse;

/// The keys of log groups, by Region and name.
#[derive(Debug, Default)]
pub(in crate::stage) struct Encrypted(Mutex<HashMap<(String, String), Value>>);

impl Encrypted {
    /// Learns from a call of CloudWatch Logs that went well, and puts into its answer what is not told.
    pub(in crate::stage) fn after(
        &self,
        action: &str,
        region: &str,
        request: &[u8],
        mut answer: MockResponse,
    ) -> MockResponse {
        if !matches!(
            action,
            "CreateLogGroup" | "AssociateKmsKey" | "DisassociateKmsKey" | "DeleteLogGroup" | "DescribeLogGroups"
        ) {
            return answer;
        }
        let asked: Value = serde_json::from_slice(request).unwrap_or_default();
        let group = asked.get("logGroupName").and_then(Value::as_str).unwrap_or_default();
        let place = |group: &str| (region.to_owned(), group.to_owned());
        match (action, asked.get("kmsKeyId").filter(|key| !key.is_null())) {
            ("CreateLogGroup" | "AssociateKmsKey", Some(key)) => {
                self.all().insert(place(group), key.clone());
            }
            ("DisassociateKmsKey" | "DeleteLogGroup", _) => {
                self.all().remove(&place(group));
            }
            ("DescribeLogGroups", _) => {
                let mut told: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
                let all = self.all();
                for group in told.get_mut("logGroups").and_then(Value::as_array_mut).into_iter().flatten() {
                    let name = group.get("logGroupName").and_then(Value::as_str).unwrap_or_default();
                    if let Some(key) = all.get(&place(name))
                        && let Some(members) = group.as_object_mut()
                    {
                        members.insert("kmsKeyId".to_owned(), json!(key));
                    }
                }
                answer.body = told.to_string().into();
            }
            _ => {}
        }
        answer
    }

    fn all(&self) -> MutexGuard<'_, HashMap<(String, String), Value>> {
        // Each change is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use crate::stage::back_end::services::Services;
    use crate::stage::endpoint::json_request;
    use crate::stage::front_door::Scope;
    use serde_json::{Value, json};

    #[tokio::test]
    async fn the_key_of_a_log_group_is_told_until_it_has_none() {
        let services = Services::default();
        let scope = Scope::new("alice", "eu-west-1", "logs");
        let call = async |action: &str, body: Value| {
            let answer = services.call(&scope, &json_request(&scope, action, &body)).await.unwrap();
            assert_eq!(answer.status(), 200, "{action}: {answer:?}");
            serde_json::from_slice::<Value>(answer.body()).unwrap_or_default()
        };
        let keys = async || {
            let told = call("DescribeLogGroups", json!({})).await;
            let groups = told["logGroups"].as_array().unwrap().iter();
            groups.map(|group| group["kmsKeyId"].as_str().unwrap_or("none").to_owned()).collect::<Vec<_>>()
        };
        call("CreateLogGroup", json!({"logGroupName": "a", "kmsKeyId": "arn:k"})).await;
        call("CreateLogGroup", json!({"logGroupName": "b"})).await;
        call("PutRetentionPolicy", json!({"logGroupName": "b", "retentionInDays": 30})).await;
        assert_eq!(keys().await, ["arn:k", "none"]);
        call("AssociateKmsKey", json!({"logGroupName": "b", "kmsKeyId": "arn:l"})).await;
        call("DisassociateKmsKey", json!({"logGroupName": "a"})).await;
        assert_eq!(keys().await, ["none", "arn:l"]);
        call("DeleteLogGroup", json!({"logGroupName": "b"})).await;
        call("CreateLogGroup", json!({"logGroupName": "b"})).await;
        assert_eq!(keys().await, ["none", "none"]);
    }
}
