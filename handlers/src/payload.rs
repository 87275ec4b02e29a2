//! What Lambda hands over, byte for byte.
//!
//! lambda_runtime reads a payload as JSON before a handler sees it, and answers for what is none itself, without a
//! decision line. So the bytes are put aside before that, and it is given a `null` to read: whatever they are, the handler
//! has them, and they are read once.

use bytes::Bytes;
use lambda_runtime::LambdaInvocation;
use std::sync::{Arc, Mutex, PoisonError};

/// The payloads of the invocations in hand, by their request ids.
#[derive(Clone, Debug, Default)]
pub(crate) struct Payloads(Arc<Mutex<Vec<(String, Bytes)>>>);

impl Payloads {
    /// Puts an invocation's payload aside.
    pub(crate) fn put_aside(&self, mut invocation: LambdaInvocation) -> LambdaInvocation {
        let payload = std::mem::replace(&mut invocation.body, Bytes::from_static(b"null"));
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push((invocation.context.request_id.clone(), payload));
        invocation
    }

    /// An invocation's payload; it is taken once.
    pub(crate) fn take(&self, request_id: &str) -> Bytes {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = all.iter().position(|(id, _)| id == request_id);
        // What was never put aside is nothing, and is told as that.
        place.map(|place| all.swap_remove(place).1).unwrap_or_default()
    }
}
