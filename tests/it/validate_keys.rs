//! `trailhook validate` on the key of a log group: what can't be encrypted is lost without a word.

use serde_json::json;
use trailhook_tests::between::{Between, Meet};
use trailhook_tests::stage::Stage;
use trailhook_tests::validation::Validation;

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/trailhook-MessagesKey-1A2B3C";
const GROUP: &str = "/aws/events/trailhook";

/// The stack's own key, which is for messages and lets no logs be written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_cloudwatch_logs_may_not_use_is_named_with_the_log_group() {
    let stage = Stage::start(&[]).unwrap();
    let arn = format!("arn:aws:logs:eu-west-1:111122223333:log-group:{GROUP}:*");
    let groups = json!({ "logGroups": [{ "logGroupName": GROUP, "arn": arn, "kmsKeyId": KEY }] }).to_string();
    let disabled =
        json!({ "KeyMetadata": { "KeyId": "k", "Arn": KEY, "KeyState": "Disabled", "KeyManager": "CUSTOMER" } });
    for (answered, cause, fix) in [
        (None, "logs.eu-west-1.amazonaws.com do kms:Decrypt and kms:GenerateDataKey", "kms:ReEncrypt*"),
        (Some(disabled.to_string()), "is Disabled", "aws kms enable-key"),
    ] {
        let groups = groups.clone();
        let script = move |call: &str, _| match (call, &answered) {
            ("DescribeLogGroups", _) => Meet::Answer((200, groups.clone())),
            ("DescribeKey", Some(answer)) => Meet::Answer((200, answer.clone())),
            _ => Meet::Pass,
        };
        let between = Between::start(&stage.endpoint, script).await.unwrap();
        let told = Validation::of(&between.endpoint, &["--stack-name", "trailhook", "--read-only"]).unwrap();
        let row = told.rows().find(|row| row["check"] == "key" && row["subject"] == GROUP);
        let row = row.unwrap_or_else(|| panic!("{:#}", told.told));
        let said = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        assert!(told.status == Some(1) && said("verdict") == "bad", "{row:#}");
        assert!(said("seen").contains(cause) && said("fix").contains(fix), "{row:#}");
    }
}

/// Of a key that is nobody's, each that it encrypts is told; and how long the journal is kept is the template's word.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_template_says_of_keys_and_retention_is_in_force_on_the_stage() {
    let key = "arn:aws:kms:eu-west-1:111122223333:key/1b2c3d4e-0000-4000-8000-000000000000";
    let stage =
        Stage::start(&["--parameter", &format!("KmsKeyArn={key}"), "--parameter", "LogRetentionInDays=7"]).unwrap();
    let told = Validation::of(&stage.endpoint, &["--stack-name", "trailhook", "--read-only"]).unwrap();
    let said = |check: &str, subject: &str| {
        let row = told.rows().find(|row| row["check"] == check && row["subject"].as_str().unwrap().contains(subject));
        let row = row.unwrap_or_else(|| panic!("{check} {subject}: {:#}", told.told));
        row["seen"].as_str().unwrap().to_owned()
    };
    for encrypted in [GROUP, "NotificationTopic", "UndeliveredEventsQueue"] {
        assert!(said("key", encrypted).contains("is not there"), "{encrypted}: {:#}", told.told);
    }
    assert_eq!(said("journal", ""), "kept for 7 days");
}
