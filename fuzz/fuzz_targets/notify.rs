//! Whatever is told, SNS, CloudWatch Logs and chat take it, and it reads as it is.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use std::sync::LazyLock;
use trailhook::FailedCalls;
use trailhook::responses::notify::{DigestLimit, Notify, NotifyAction, NotifySettings};
use trailhook_fuzz::{actions, hold, mutate, rules};

fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| { mutate(data, size, most, seed) });

const LOG_GROUP: &str = "/trailhook/journal";
const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:trailhook";

fn response(chat: bool) -> Notify {
    let (topic_arn, journal_log_group) = (Some(TOPIC.to_owned()), Some(LOG_GROUP.to_owned()));
    let (failed_calls, digest) = (FailedCalls::Admit, Some(DigestLimit::default()));
    let settings = NotifySettings { topic_arn, journal_log_group, chat, failed_calls, quiet: Vec::new(), digest };
    Notify::new(settings).expect("settings")
}

static RESPONSES: LazyLock<[Notify; 2]> = LazyLock::new(|| [response(false), response(true)]);

fuzz_target!(|data: &[u8]| {
    for (chat, notify) in [false, true].into_iter().zip(&*RESPONSES) {
        for action in actions(notify, data).0 {
            if let NotifyAction::Topic(message) = &action {
                assert_eq!(message.topic_arn, TOPIC);
            }
            hold(rules::told(&action, LOG_GROUP, chat));
        }
    }
});
