//! Two calls of one caller within a second: no order is known between them, and none is needed.

use crate::reverting::{Play, policy, state};
use aws_sdk_sqs::types::QueueAttributeName;
use chrono::Utc;
use std::time::Duration;

#[tokio::test]
async fn what_one_caller_does_within_a_second_is_undone_as_one() {
    let play = Play::begin(&[]).await;
    let queue = play.queue("twice").await;
    // At the beginning of a second, so that both are in it.
    let left = 1_000 - u64::from(Utc::now().timestamp_subsec_millis().min(999));
    tokio::time::sleep(Duration::from_millis(left + 50)).await;
    for sid in ["Open", "OpenToo"] {
        let call = play.alice.set_queue_attributes().queue_url(&queue.url);
        let call = call.attributes(QueueAttributeName::Policy, policy("twice", sid, "777788889999", false));
        call.send().await.unwrap();
    }
    let mut undone = false;
    for _ in 0..600 {
        undone = state(&play.ci, &queue.url).await.as_ref() == Some(&queue.before);
        if undone {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(undone, "{:?}", state(&play.ci, &queue.url).await);
    play.end.send(()).unwrap();
    play.stage.await.unwrap().close().await.unwrap();
}
