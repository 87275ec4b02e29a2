//! The payload as bytes, whatever they are.
//!
//! lambda_runtime reads the payload as JSON before any handler sees it, and reports what isn't JSON
//! with an error type of its own. Wrapped into JSON here, every payload reaches our own decoding,
//! and its errors name the place and carry our type.

use lambda_runtime::LambdaInvocation;
use lambda_runtime::tower::util::MapRequestLayer;
use serde::{Deserialize, Serialize};

/// A payload, wrapped.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Payload {
    /// UTF-8, as every payload should be.
    Text(String),
    /// Anything else.
    Bytes(Vec<u8>),
}

/// The layer that wraps every payload.
pub(crate) fn wrapping() -> MapRequestLayer<fn(LambdaInvocation) -> LambdaInvocation> {
    MapRequestLayer::new(|mut invocation: LambdaInvocation| {
        let payload = match std::str::from_utf8(&invocation.body) {
            Ok(text) => Payload::Text(text.to_owned()),
            Err(_) => Payload::Bytes(invocation.body.to_vec()),
        };
        // Text and numbers can always be written as JSON; an empty body would fail to decode, loudly.
        invocation.body = serde_json::to_vec(&payload).unwrap_or_default().into();
        invocation
    })
}

impl Payload {
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Payload::Text(text) => text.as_bytes(),
            Payload::Bytes(bytes) => bytes,
        }
    }
}
