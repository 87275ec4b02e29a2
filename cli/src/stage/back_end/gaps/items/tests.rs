use crate::stage::back_end::services::Services;
use crate::stage::endpoint::json_request;
use crate::stage::front_door::Scope;
use serde_json::{Value, json};

struct Table(Services);

impl Table {
    async fn new() -> Table {
        let table = Table(Services::default());
        let keys = json!([{"AttributeName": "pk", "KeyType": "HASH"}]);
        let types = json!([{"AttributeName": "pk", "AttributeType": "S"}]);
        let made = json!({"KeySchema": keys, "AttributeDefinitions": types, "BillingMode": "PAY_PER_REQUEST"});
        assert_eq!(table.call("CreateTable", made).await.0, 200);
        table
    }

    async fn call(&self, action: &str, mut body: Value) -> (u16, Value) {
        if action != "TransactWriteItems" {
            body["TableName"] = json!("t");
        }
        let scope = Scope::new("alice", "eu-west-1", "dynamodb");
        let answer = self.0.call(&scope, &json_request(&scope, action, &body)).await.unwrap();
        (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap())
    }

    async fn update(&self, expression: &str, condition: Option<&str>, more: Value) -> (u16, Value) {
        let mut body = json!({"Key": key(), "UpdateExpression": expression});
        if let Some(condition) = condition {
            body["ConditionExpression"] = json!(condition);
        }
        let members = body.as_object_mut().unwrap();
        members.extend(more.as_object().unwrap().clone());
        self.call("UpdateItem", body).await
    }

    async fn item(&self) -> Value {
        self.call("GetItem", json!({"Key": key(), "ConsistentRead": true})).await.1["Item"].clone()
    }
}

fn key() -> Value {
    json!({"pk": {"S": "a"}})
}

fn kind(answer: &(u16, Value)) -> (u16, &str) {
    (answer.0, answer.1["__type"].as_str().unwrap_or_default().rsplit('#').next().unwrap())
}

const FAILED: (u16, &str) = (400, "ConditionalCheckFailedException");

#[tokio::test]
async fn a_condition_that_fails_shows_the_item() {
    let table = Table::new().await;
    let item = json!({"pk": {"S": "a"}, "n": {"N": "1"}});
    let put = |shown: &str| {
        json!({"Item": {"pk": {"S": "a"}, "n": {"N": "2"}}, "ConditionExpression": "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": shown})
    };
    assert_eq!(table.call("PutItem", json!({"Item": item})).await.0, 200);
    let shown = table.call("PutItem", put("ALL_OLD")).await;
    assert_eq!((kind(&shown), &shown.1["Item"]), (FAILED, &item));
    let not_shown = table.call("PutItem", put("NONE")).await;
    assert_eq!((kind(&not_shown), &not_shown.1["Item"]), (FAILED, &Value::Null));
    let zero = json!({":n": {"N": "0"}});
    let delete = json!({"Key": key(), "ConditionExpression": "n <= :n", "ExpressionAttributeValues": zero,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD"});
    let shown = table.call("DeleteItem", delete.clone()).await;
    assert_eq!((kind(&shown), &shown.1["Item"]), (FAILED, &item));
    let more = json!({"ExpressionAttributeValues": zero, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"});
    let shown = table.update("SET m = :n", Some("n < :n"), more).await;
    assert_eq!((kind(&shown), &shown.1["Item"]), (FAILED, &item));
    let mut check = delete;
    check["TableName"] = json!("t");
    let other = json!({"Put": {"TableName": "t", "Item": {"pk": {"S": "b"}}}});
    let cancelled = json!({"TransactItems": [other, {"Delete": check}]});
    let (_, cancelled) = table.call("TransactWriteItems", cancelled).await;
    let reasons = &cancelled["CancellationReasons"];
    assert_eq!((&reasons[0]["Code"], &reasons[1]["Item"]), (&json!("None"), &item), "{cancelled}");
    assert_eq!(table.item().await, item);
}

#[tokio::test]
async fn only_maps_that_are_there_are_written_to() {
    let table = Table::new().await;
    let values = json!({"ExpressionAttributeValues": {":v": {"S": "x"}}});
    let invalid = (400, "ValidationException");
    assert_eq!(kind(&table.update("SET slots.a = :v", None, values.clone()).await), invalid);
    let failed = table.update("SET slots.a = :v", Some("attribute_exists(pk)"), values.clone()).await;
    assert_eq!(kind(&failed), FAILED, "the condition is looked at first");
    assert_eq!(table.item().await, Value::Null, "nothing was made");
    let map = json!({"ExpressionAttributeValues": {":m": {"M": {}}}});
    assert_eq!(table.update("SET slots = if_not_exists(slots, :m)", None, map.clone()).await.0, 200);
    let mut more = values.clone();
    (more["ExpressionAttributeNames"], more["ReturnValues"]) = (json!({"#s": "a b"}), json!("ALL_NEW"));
    let new = table.update("SET slots.#s = :v", Some("attribute_not_exists(slots.#s)"), more.clone()).await;
    let item = json!({"pk": {"S": "a"}, "slots": {"M": {"a b": {"S": "x"}}}});
    assert_eq!(new, (200, json!({"Attributes": item})));
    more["ReturnValues"] = json!("ALL_OLD");
    assert_eq!(table.update("SET slots.#s = :v", None, more.clone()).await, new);
    assert_eq!(table.update("SET slots = if_not_exists(slots, :m)", None, map).await.0, 200);
    assert_eq!(table.item().await, item);
    more["ReturnValues"] = json!("UPDATED_NEW");
    assert_eq!(kind(&table.update("SET slots.#s = :v", None, more).await), invalid);
    let names = json!({"ExpressionAttributeNames": {"#s": "a b"}});
    assert_eq!(table.update("REMOVE slots.#s", None, names).await.0, 200);
    assert_eq!(table.item().await["slots"], json!({"M": {}}));
}

#[tokio::test]
async fn what_is_missing_is_unequal_to_anything() {
    let table = Table::new().await;
    let more = json!({"ExpressionAttributeValues": {":v": {"S": "x"}}});
    assert_eq!(table.update("SET v = :v", Some("v <> :v"), more.clone()).await.0, 200);
    assert_eq!(kind(&table.update("SET v = :v", Some("v <> :v"), more).await), FAILED);
}
