//! Faults on purpose: the back end answers some calls with throttling or a server's error.
//!
//! A call that is met with a fault has had no effect. Which calls are met follows from the seed and the
//! number of the call, so that a single client meets the same ones every time.

use super::refusal::Refusal;
use super::scope::Scope;
use crate::stage::chance::chance;
use axum::http::StatusCode;
use std::sync::atomic::{AtomicU64, Ordering};

/// How often calls go wrong.
#[derive(Debug, Default)]
pub(super) struct Faults {
    /// From 0 to 1.
    rate: f64,
    seed: u64,
    calls: AtomicU64,
}

impl Faults {
    pub(super) fn new(rate: f64, seed: u64) -> Faults {
        Faults { rate, seed, calls: AtomicU64::new(0) }
    }

    /// What the next call is met with, if anything.
    pub(super) fn next(&self, scope: &Scope) -> Option<Refusal> {
        if self.rate <= 0.0 {
            return None;
        }
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        let luck = chance(self.seed, &("fault", call));
        if luck >= self.rate {
            return None;
        }
        let message = "a fault on purpose (--fault)";
        // The luck of those that are met is spread evenly below the rate.
        Some(match (luck / self.rate * 3.0, scope.service.as_str()) {
            (..1.0, "sqs") => Refusal::new(StatusCode::BAD_REQUEST, "RequestThrottled", message),
            (..1.0, "sns") => Refusal::new(StatusCode::BAD_REQUEST, "Throttling", message),
            (..1.0, _) => Refusal::new(StatusCode::BAD_REQUEST, "ThrottlingException", message),
            (..2.0, _) => Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalFailure", message),
            _ => Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable", message),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_calls_go_wrong_as_the_rate_says_and_in_every_way() {
        let faults = Faults::new(0.3, 1);
        let scope = Scope::new("alice", "eu-west-1", "sqs");
        let met: Vec<Refusal> = (0..10_000).filter_map(|_| faults.next(&scope)).collect();
        assert!((2_800..3_200).contains(&met.len()), "{}", met.len());
        for code in ["RequestThrottled", "InternalFailure", "ServiceUnavailable"] {
            let of_this_code = met.iter().filter(|fault| fault.code == code).count();
            assert!((850..1_150).contains(&of_this_code), "{code}: {of_this_code}");
        }
        assert!((0..1_000).all(|_| Faults::default().next(&scope).is_none()));
    }
}
