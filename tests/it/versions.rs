//! A rule whose target is an alias: it has a queue for what failed and settings of its own, and the newest version's are none
//! of its. The local stage knows no aliases, so a test before it answers for Lambda.

use serde_json::json;
use trailhook_tests::between::{Between, Meet};
use trailhook_tests::letters::{REVERT, asked, event, record};
use trailhook_tests::stage::Stage;

const QUEUE: &str = "https://sqs.eu-west-1.amazonaws.com/111122223333/failed-live";

/// As CloudTrail has them, so that nobody takes it for a queue's name.
const NEW: &str = "5afe7e57-0000-4000-8000-00000000f00d";

/// The stage's rule hands events to revert's alias alone.
async fn with_an_alias(stage: &Stage) -> Between {
    let configuration = json!({"FunctionName": "trailhook-RevertFunction-1A2B3C", "FunctionArn": format!("{REVERT}:live"),
        "Environment": {"Variables": {"TRAILHOOK_ACCOUNT_ID": "111122223333", "TRAILHOOK_MAX_EVENT_AGE_SECONDS": "120"}}});
    let on_failure = json!({"Destination": "arn:aws:sqs:eu-west-1:111122223333:failed-live"});
    let asynchronous = json!({"DestinationConfig": {"OnFailure": on_failure}});
    let targets = json!({"Targets": [{"Id": "Revert", "Arn": format!("{REVERT}:live")}]});
    let answers = move |call: &str, _: usize| match call {
        "ListTargetsByRule" => Meet::Answer((200, targets.to_string())),
        path if path.contains("live") && path.ends_with("/configuration") => {
            Meet::Answer((200, configuration.to_string()))
        }
        path if path.contains("live") && path.ends_with("/event-invoke-config") => {
            Meet::Answer((200, asynchronous.to_string()))
        }
        _ => Meet::Pass,
    };
    Between::start(&stage.endpoint, answers).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_alias_failed_with_is_found_and_judged_by_its_own_settings() {
    let stage = Stage::start(&[]).unwrap();
    let sqs = stage.sqs("alice");
    sqs.create_queue().queue_name("failed-live").send().await.unwrap();
    for (id, minutes, version) in [(NEW, 1, "live"), ("r-old", 5, "live"), ("r-latest", 1, "$LATEST")] {
        let letter = record(REVERT, &event(id, minutes).unwrap()).replace("$LATEST", version);
        sqs.send_message().queue_url(QUEUE).message_body(letter).send().await.unwrap();
    }
    let between = with_an_alias(&stage).await;

    let (_, found) = tokio::task::block_in_place(|| asked(&between.endpoint, &["redrive"])).unwrap();
    let letters = found["letters"].as_array().unwrap();
    let fate = |id: &str| {
        let letter = letters.iter().find(|letter| letter["eventId"] == id).unwrap_or_else(|| panic!("{found:#}"));
        format!("{}: {}", letter["fate"].as_str().unwrap(), letter["why"].as_str().unwrap_or_default())
    };
    assert_eq!(fate(NEW), "would-send: ", "{found:#}");
    assert!(fate("r-old").contains("5 minutes old, and at most 2 minutes may be"), "{found:#}");
    assert!(fate("r-latest").starts_with("left: no rule of the stack hands such an event to it now"), "{found:#}");

    let (_, story) = tokio::task::block_in_place(|| asked(&between.endpoint, &["why", NEW])).unwrap();
    let ends = &story["stories"][0]["ends"];
    assert_eq!((&ends[0]["function"], &ends[0]["end"]), (&json!("RevertFunction"), &json!("gave-up")), "{story:#}");
    drop(between);
    stage.end().unwrap();
}
