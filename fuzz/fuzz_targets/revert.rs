//! Whatever queue is to be deleted is ours, and the one that the call asked for.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use trailhook::responses::revert::{Revert, RevertAction};
use trailhook_fuzz::{ACCOUNT, REGION, actions, hold, mutate, rules, text};

fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| { mutate(data, size, most, seed) });

fuzz_target!(|data: &[u8]| {
    let (actions, event) = actions(&Revert, data);
    let asked_for = text(&event, "/detail/requestParameters/queueName").unwrap_or_default();
    for RevertAction::DeleteQueue(action) in actions {
        hold(rules::deletion(&action, ACCOUNT, REGION, asked_for));
        assert_eq!(text(&event, "/detail/responseElements/queueUrl"), Some(action.queue_url.as_str()));
    }
});
