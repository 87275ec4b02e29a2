//! Whatever queue is to be changed is ours, and the one that the call was about.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use trailhook::responses::revert::Revert;
use trailhook_fuzz::{ACCOUNT, REGION, actions, hold, mutate, rules, text};

fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| { mutate(data, size, most, seed) });

fuzz_target!(|data: &[u8]| {
    let (actions, event) = actions(&Revert::default(), data);
    let request = |name: &str| text(&event, &format!("/detail/requestParameters/{name}")).unwrap_or_default();
    let last = |text: &str, at: char| text.rsplit(at).next().unwrap_or_default().to_owned();
    let asked_for = match text(&event, "/detail/eventName") {
        Some("CreateQueue") => request("queueName").to_owned(),
        Some("StartMessageMoveTask") => last(request("sourceArn"), ':'),
        _ => last(request("queueUrl"), '/'),
    };
    for action in actions {
        hold(rules::undone(&action, ACCOUNT, REGION, &asked_for));
    }
});
