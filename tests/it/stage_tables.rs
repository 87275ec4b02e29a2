//! A table of the template, on the services in the process and on moto alike: writes under a condition, as a
//! function makes them that must not do a thing twice.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure, TimeToLiveStatus};
use std::collections::HashMap;
use std::path::PathBuf;
use trailhook_tests::command::{folder, told, trailhook};
use trailhook_tests::functions::binaries;
use trailhook_tests::moto::Moto;
use trailhook_tests::root;
use trailhook_tests::stage::Stage;

/// How many clients want the same thing at once.
const AT_ONCE: usize = 50;

const TABLE: &str = "
Resources:
  Slots:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub ${AWS::StackName}-slots
      BillingMode: PAY_PER_REQUEST
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      TimeToLiveSpecification: {AttributeName: expires, Enabled: true}
";

#[tokio::test]
async fn the_embedded_services() {
    suite("embedded", &[]).await;
}

#[tokio::test]
async fn moto() {
    let moto = Moto::start().unwrap();
    suite("moto", &["--aws-endpoint", &moto.endpoint]).await;
    // What is there already stays as it is.
    let stage = start("moto-again", &["--aws-endpoint", &moto.endpoint]);
    assert_eq!(field(&item(&client(&stage), "first").await, "winner"), "0");
}

async fn suite(name: &str, behind: &[&str]) {
    let stage = start(name, behind);
    let client = client(&stage);
    the_table_is_the_templates(&client).await;
    let winner = one_of_many_puts_wins(&client).await;
    one_of_many_updates_wins_each_slot(&client).await;
    a_map_that_is_missing_is_not_made(&client).await;
    a_number_is_compared_as_one(&client, &winner).await;
    // Nobody else looks at it on moto: the next stage has to find it.
    put(&client, "first", "0").send().await.unwrap();
    let (sums, _) = stage.end().unwrap();
    assert!(
        sums.iter().any(|line| line.starts_with("calls        2: ")),
        "two descriptions; items are data events: {sums:?}"
    );
}

#[test]
fn a_stage_for_one_event_has_the_table_too() {
    let template = template("one-event");
    let event = root().join("events/sqs/CreateQueue.success.json");
    let [template, event] = [&template, &event].map(|path| path.to_str().unwrap());
    let functions = binaries().unwrap();
    let arguments = ["local", "--once", event, "--template", template, "--functions", functions.to_str().unwrap()];
    let done = trailhook(arguments).unwrap();
    assert_eq!(told(&done), (Some(0), String::new()));
}

fn start(name: &str, behind: &[&str]) -> Stage {
    let file = template(name);
    Stage::start(&[&["--template", file.to_str().unwrap()], behind].concat()).unwrap()
}

/// The project's template, with a table.
fn template(name: &str) -> PathBuf {
    let template = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    let template = template.replacen("\nResources:\n", TABLE, 1);
    let file = folder(&format!("tables-{name}")).unwrap().join("template.yaml");
    std::fs::write(&file, template).unwrap();
    file
}

fn client(stage: &Stage) -> Client {
    Client::new(&stage.configuration("bob"))
}

fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

fn put(client: &Client, key: &str, who: &str) -> aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder {
    let put = client.put_item().table_name("trailhook-slots").item("pk", s(key)).item("winner", s(who));
    put.item("expires", AttributeValue::N("100".to_owned())).item("slots", AttributeValue::M(HashMap::new()))
}

async fn item(client: &Client, key: &str) -> HashMap<String, AttributeValue> {
    let get = client.get_item().table_name("trailhook-slots").key("pk", s(key)).consistent_read(true);
    get.send().await.unwrap().item.unwrap_or_default()
}

fn field<'a>(item: &'a HashMap<String, AttributeValue>, name: &str) -> &'a str {
    item[name].as_s().unwrap()
}

async fn the_table_is_the_templates(client: &Client) {
    let table = client.describe_table().table_name("trailhook-slots").send().await.unwrap().table.unwrap();
    assert_eq!(table.table_arn(), Some("arn:aws:dynamodb:eu-west-1:111122223333:table/trailhook-slots"));
    let expires = client.describe_time_to_live().table_name("trailhook-slots").send().await.unwrap();
    let expires = expires.time_to_live_description.unwrap();
    assert_eq!(expires.attribute_name(), Some("expires"));
    assert_eq!(expires.time_to_live_status(), Some(&TimeToLiveStatus::Enabled));
}

/// Each loser is shown who won.
async fn one_of_many_puts_wins(client: &Client) -> String {
    let shown = ReturnValuesOnConditionCheckFailure::AllOld;
    let tries: Vec<_> = (0..AT_ONCE)
        .map(|number| {
            let put = put(client, "claim", &number.to_string()).condition_expression("attribute_not_exists(pk)");
            tokio::spawn(put.return_values_on_condition_check_failure(shown.clone()).send())
        })
        .collect();
    let (mut winners, mut shown) = (Vec::new(), Vec::new());
    for (number, tried) in tries.into_iter().enumerate() {
        match tried.await.unwrap() {
            Ok(_) => winners.push(number.to_string()),
            Err(error) => {
                let error = error.into_service_error();
                assert!(error.is_conditional_check_failed_exception(), "{error:?}");
                let aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(failed) =
                    error
                else {
                    panic!()
                };
                shown.push(field(failed.item().expect("the item"), "winner").to_owned());
            }
        }
    }
    let [winner] = winners.try_into().unwrap();
    assert_eq!(shown, vec![winner.clone(); AT_ONCE - 1]);
    winner
}

async fn one_of_many_updates_wins_each_slot(client: &Client) {
    let tries: Vec<_> = (0..AT_ONCE)
        .map(|number| {
            let update = client.update_item().table_name("trailhook-slots").key("pk", s("claim"));
            let update = update.update_expression("SET slots.#s = :x, claims = if_not_exists(claims, :zero) + :one");
            let update = update.condition_expression("attribute_not_exists(slots.#s) AND expires > :zero");
            let update = update.expression_attribute_names("#s", format!("slot.{}", number % 5));
            let number_of = |text: &str| AttributeValue::N(text.to_owned());
            let update = update.expression_attribute_values(":x", s(number.to_string()));
            let update = update.expression_attribute_values(":zero", number_of("0"));
            let update = update.expression_attribute_values(":one", number_of("1"));
            tokio::spawn(update.return_values(ReturnValue::AllNew).send())
        })
        .collect();
    let mut won = Vec::new();
    for (number, tried) in tries.into_iter().enumerate() {
        match tried.await.unwrap() {
            Ok(answer) => {
                let slots = answer.attributes.unwrap()["slots"].as_m().unwrap().clone();
                assert_eq!(field(&slots, &format!("slot.{}", number % 5)), number.to_string());
                won.push(number % 5);
            }
            Err(error) => assert!(error.into_service_error().is_conditional_check_failed_exception()),
        }
    }
    won.sort_unstable();
    assert_eq!(won, [0, 1, 2, 3, 4]);
    assert_eq!(item(client, "claim").await["claims"].as_n().unwrap(), "5");
}

async fn a_map_that_is_missing_is_not_made(client: &Client) {
    for expression in ["SET nowhere.a = :x", "SET slots.b.c = :x"] {
        let update = client.update_item().table_name("trailhook-slots").key("pk", s("claim"));
        let update = update.update_expression(expression).expression_attribute_values(":x", s("x"));
        let error = update.send().await.unwrap_err().into_service_error();
        assert_eq!(error.meta().code(), Some("ValidationException"), "{expression}: {error:?}");
        let words = "The document path provided in the update expression is invalid for update";
        assert_eq!(error.meta().message(), Some(words), "{expression}");
    }
    let update = client.update_item().table_name("trailhook-slots").key("pk", s("claim"));
    let update = update.update_expression("REMOVE slots.#s").expression_attribute_names("#s", "slot.0");
    update.send().await.unwrap();
    assert_eq!(item(client, "claim").await["slots"].as_m().unwrap().len(), 4);
}

async fn a_number_is_compared_as_one(client: &Client, winner: &str) {
    let delete = |limit: &str| {
        let delete = client.delete_item().table_name("trailhook-slots").key("pk", s("claim"));
        let delete = delete.condition_expression("expires < :now AND winner = :me AND second_winner <> :me");
        let delete = delete.expression_attribute_values(":now", AttributeValue::N(limit.to_owned()));
        delete.expression_attribute_values(":me", s(winner)).send()
    };
    // As texts, 20 comes behind 100.
    let error = delete("20").await.unwrap_err().into_service_error();
    assert!(error.is_conditional_check_failed_exception(), "{error:?}");
    assert!(!item(client, "claim").await.is_empty());
    delete("1000").await.unwrap();
    assert!(item(client, "claim").await.is_empty());
}
