//! Any bytes are decoded or refused, and what is decoded is kept.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use serde_json::Value;
use trailhook::{Actor, Envelope, EventHeader, decode};
use trailhook_fuzz::{again, mutate};

fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| { mutate(data, size, most, seed) });

fuzz_target!(|data: &[u8]| {
    let envelope = match decode(data) {
        Ok(envelope) => envelope,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    // Decoding takes a short way where every member has its documented form.
    let long: Envelope = serde_json::from_slice(data).expect("who takes every form reads it too");
    assert_eq!(format!("{envelope:?}"), format!("{long:?}"), "the short way leads to the same");
    let (text, second) = again(&envelope);
    assert_eq!(text, again(&second).0, "decoded twice is what it was");
    if let (Ok(came), Ok(went)) = (serde_json::from_slice::<Value>(data), serde_json::to_value(&envelope.detail)) {
        assert_eq!(came["detail"], went, "what comes in goes out");
    }
    let header = EventHeader::of(&envelope);
    assert!(serde_json::to_string(&header).expect("text can be written").len() < 400_000);
    let actor = envelope.detail.user_identity.get().map(Actor::of);
    assert_eq!(header.actor, actor);
    assert!(actor.is_none_or(|actor| !actor.to_string().is_empty()));
});
