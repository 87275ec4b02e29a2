//! DynamoDB's calls for items, where it falls short of AWS: each call has its turn, a condition that fails
//! shows the item that was asked for, and what AWS refuses is refused.
//!
//! The service looks at the condition first and writes then, and somebody else's write may come in between.
//! So calls are answered one after another, and what is read here around a call is what the call met.
//! Indexes, streams and backups are the service's own affair. Items that expire go when they are too many.

mod comparison;
mod expiring;
mod paths;
#[cfg(test)]
mod tests;
mod unwatched;

use axum::http::HeaderValue;
use expiring::Expiring;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use winterbaume_core::{MockRequest, MockResponse, MockService};
use winterbaume_dynamodb::DynamoDbService;

pub(in crate::stage) use unwatched::dynamodb;

/// The members of a transaction's item that write.
const WRITES: [&str; 4] = ["ConditionCheck", "Delete", "Put", "Update"];

/// Whose turn it is to call DynamoDB.
#[derive(Debug, Default)]
pub(in crate::stage) struct Turn(Mutex<Expiring>);

impl Turn {
    /// Calls DynamoDB, when nobody else does.
    pub(in crate::stage) async fn call(
        &self,
        service: &DynamoDbService,
        action: &str,
        mut asked: MockRequest,
    ) -> MockResponse {
        let Ok(mut body) = serde_json::from_slice::<Value>(&asked.body) else { return service.handle(asked).await };
        if comparison::reword(&mut body) {
            asked.body = body.to_string().into();
        }
        let mut turn = self.0.lock().await;
        let call = Call { service, asked, body };
        let answer = match action {
            "DeleteItem" | "PutItem" => call.with_item(call.made().await).await,
            "TransactWriteItems" => call.with_items(call.made().await).await,
            "UpdateItem" => call.updated().await,
            _ => call.made().await,
        };
        if answer.status == 200
            && let Some(oldest) = turn.note(action, &call.body)
        {
            // It is there, or somebody has deleted it: gone it is either way.
            drop(call.other("DynamoDB_20120810.DeleteItem", &oldest).await);
        }
        answer
    }
}

/// A call, while nobody else calls.
struct Call<'a> {
    service: &'a DynamoDbService,
    asked: MockRequest,
    body: Value,
}

impl Call<'_> {
    async fn made(&self) -> MockResponse {
        self.service.handle(self.asked.clone()).await
    }

    /// Another call, on the way.
    async fn other(&self, action: &'static str, body: &Value) -> MockResponse {
        let mut asked = self.asked.clone();
        asked.headers.insert("x-amz-target", HeaderValue::from_static(action));
        asked.body = body.to_string().into();
        self.service.handle(asked).await
    }

    /// The item that a write is about, as it is.
    async fn item(&self, write: &Value) -> Option<Value> {
        // The service looks at the key's attributes only, so the whole item of a Put will do.
        let key = write.get("Key").or(write.get("Item"))?;
        let body = json!({ "TableName": write.get("TableName")?, "Key": key, "ConsistentRead": true });
        let answer = self.other("DynamoDB_20120810.GetItem", &body).await;
        let mut answer: Value = serde_json::from_slice(&answer.body).ok()?;
        answer.get_mut("Item").map(Value::take)
    }

    async fn updated(&self) -> MockResponse {
        let text = |name: &str| self.body.get(name).and_then(Value::as_str).unwrap_or_default();
        let returned = text("ReturnValues");
        if returned.starts_with("UPDATED_") {
            return refused(&format!(
                "the local stage does not do ReturnValues {returned}; ALL_OLD and ALL_NEW it does"
            ));
        }
        let before = self.item(&self.body).await;
        if !paths::lead_somewhere(&self.body, before.as_ref()) && self.condition_holds().await {
            return refused("The document path provided in the update expression is invalid for update");
        }
        let mut answer = self.with_item(self.made().await).await;
        if let (200, "ALL_OLD", Some(before)) = (answer.status, returned, before) {
            edit(&mut answer, |body| body["Attributes"] = before);
        }
        answer
    }

    /// Whether the call's condition holds, or there is none.
    async fn condition_holds(&self) -> bool {
        let mut check = self.body.clone();
        let Some(members) = check.as_object_mut().filter(|members| members.contains_key("ConditionExpression")) else {
            return true;
        };
        members.retain(|name, _| name != "UpdateExpression" && name != "ReturnValues");
        let body = json!({ "TransactItems": [{ "ConditionCheck": check }] });
        self.other("DynamoDB_20120810.TransactWriteItems", &body).await.status == 200
    }

    /// The answer, with the item that a failed condition was to show.
    async fn with_item(&self, mut answer: MockResponse) -> MockResponse {
        if answer.status == 400
            && shows_item(&self.body)
            && code(&answer) == "ConditionalCheckFailedException"
            && let Some(item) = self.item(&self.body).await
        {
            edit(&mut answer, |body| body["Item"] = item);
        }
        answer
    }

    /// The same of a transaction, for each of its items.
    async fn with_items(&self, mut answer: MockResponse) -> MockResponse {
        if answer.status != 400 || code(&answer) != "TransactionCanceledException" {
            return answer;
        }
        let items = self.body.get("TransactItems").and_then(Value::as_array).into_iter().flatten();
        for (index, item) in items.enumerate() {
            let write = WRITES.iter().find_map(|name| item.get(name)).filter(|write| shows_item(write));
            let Some(write) = write else { continue };
            let Some(item) = self.item(write).await else { continue };
            edit(&mut answer, |body| {
                let reason = body.get_mut("CancellationReasons").and_then(|reasons| reasons.get_mut(index));
                if let Some(reason) = reason.filter(|reason| reason["Code"] == "ConditionalCheckFailed") {
                    reason["Item"] = item;
                }
            });
        }
        answer
    }
}

/// Whether the item is to be shown when the condition fails.
fn shows_item(write: &Value) -> bool {
    write.get("ReturnValuesOnConditionCheckFailure").is_some_and(|shown| shown == "ALL_OLD")
}

fn code(answer: &MockResponse) -> String {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let code = body.get("__type").and_then(Value::as_str).unwrap_or_default();
    code.rsplit('#').next().unwrap_or_default().to_owned()
}

/// Changes the answer, an object in JSON.
fn edit(answer: &mut MockResponse, how: impl FnOnce(&mut Value)) {
    if let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) {
        how(&mut body);
        answer.body = body.to_string().into();
    }
}

fn refused(message: &str) -> MockResponse {
    let body = json!({ "__type": "com.amazonaws.dynamodb.v20120810#ValidationException", "message": message });
    MockResponse::json(400, body.to_string())
}
