//! What the targets share: the account that they play in, the rules that what is made has to keep to, and how an event is
//! changed.

mod mutate;
#[path = "../../tests/src/rules.rs"]
pub mod rules;

pub use mutate::mutate;

use chrono::{DateTime, Utc};
use serde_json::Value;
use trailhook::{Decision, Envelope, FromRecord, Guards, Response, decide, decode};

/// The account of the sample events.
pub const ACCOUNT: &str = "111122223333";
/// Their Region.
pub const REGION: &str = "eu-west-1";
/// The path of our own roles.
pub const ROLE_PATH: &str = "/trailhook/";

/// A moment after the sample events.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_793_614_200, 0).expect("a time that there is")
}

/// The guards of a function of this trigger, for events of any age.
pub fn guards<T: FromRecord>() -> Guards {
    let mut guards = Guards::of::<T>(ACCOUNT, REGION, ROLE_PATH.parse().expect("a role path"));
    guards.max_age = None;
    guards
}

/// The actions that a response would take, and the event as serde_json alone reads it.
pub fn actions<R: Response>(response: &R, data: &[u8]) -> (Vec<R::Action>, Value) {
    let (Ok(envelope), Ok(event)) = (decode(data), serde_json::from_slice(data)) else {
        return (Vec::new(), Value::Null);
    };
    let mut guards = guards::<R::Trigger>();
    guards.failed_calls = response.failed_calls();
    match decide(response, envelope, &guards, now()) {
        Ok(Decision::Act(actions)) => (actions, event),
        _ => (Vec::new(), event),
    }
}

/// The text at a place of the event.
pub fn text<'a>(event: &'a Value, pointer: &str) -> Option<&'a str> {
    event.pointer(pointer).and_then(Value::as_str)
}

/// The envelope written and read again.
pub fn again(envelope: &Envelope) -> (String, Envelope) {
    let text = serde_json::to_string(envelope).expect("what was decoded can be written");
    let envelope = decode(text.as_bytes()).expect("what was written can be decoded");
    (text, envelope)
}

/// Ends the run where a rule is broken.
#[track_caller]
pub fn hold(kept: rules::Kept) {
    if let Err(broken) = kept {
        panic!("{broken}");
    }
}
