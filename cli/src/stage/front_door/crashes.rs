//! Crashes on purpose: a function's process is killed around some of its own calls, before the call has had
//! its effect or after.
//!
//! Which calls are met follows from the seed and the number of the call among those of functions at work,
//! so that a function that runs alone meets the same ones every time. Nobody else's calls are met.

use super::house::{House, MOST_BYTES, answer};
use super::scope::Scope;
use crate::stage::at_work::{AtWork, Crash, Moment};
use crate::stage::back_end::action;
use crate::stage::chance::chance;
use axum::body::{Body, HttpBody, to_bytes};
use axum::http::{HeaderMap, Request, Response, StatusCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How often processes die.
#[derive(Debug, Default)]
pub(super) struct Crashes {
    /// From 0 to 1.
    rate: f64,
    seed: u64,
    calls: AtomicU64,
    pub(super) at_work: Arc<AtWork>,
}

impl Crashes {
    pub(super) fn new(rate: f64, seed: u64) -> Crashes {
        Crashes { rate, seed, calls: AtomicU64::new(0), at_work: Arc::default() }
    }

    /// On which side of the next call its process dies, if it is to.
    fn next(&self) -> Option<Moment> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        let luck = chance(self.seed, &("crash", call));
        match luck / self.rate {
            // The luck of those that are met is spread evenly below the rate.
            ..0.5 => Some(Moment::Before),
            0.5..1.0 => Some(Moment::After),
            _ => None,
        }
    }

    /// The same for a call with these headers; the token of the process that makes it.
    fn meets<'a>(&self, headers: &'a HeaderMap) -> Option<(&'a str, Moment)> {
        let token = token(headers)?;
        if self.rate <= 0.0 || !self.at_work.has(token) {
            return None;
        }
        self.next().map(|moment| (token, moment))
    }
}

/// The session token of a caller who has one, as functions have.
pub(super) fn token(headers: &HeaderMap) -> Option<&str> {
    // One that is no text is nobody's.
    headers.get("x-amz-security-token")?.to_str().ok()
}

/// Answers a call, unless its process dies before it gets the answer.
pub(super) async fn survived(house: Arc<House>, request: Request<Body>, id: &str) -> Response<Body> {
    let (head, body) = request.into_parts();
    let met = house.crashes.meets(&head.headers).map(|(token, moment)| (token.to_owned(), moment));
    // What is too long to be kept passes as it comes.
    let length = body.size_hint().upper().and_then(|length| usize::try_from(length).ok());
    let Some((token, moment)) = met.filter(|_| length.is_some_and(|length| length <= MOST_BYTES)) else {
        return answer(house, Request::from_parts(head, body), id).await;
    };
    // Broken off, the caller has died by itself.
    let Ok(body) = to_bytes(body, MOST_BYTES).await else { return nobodys() };
    let request = Request::from_parts(head, body);
    let service = Scope::of(&request).map(|scope| scope.service).unwrap_or_default();
    let action = match action(&request) {
        // REST has no actions.
        none if none.is_empty() => format!("{} {}", request.method(), request.uri().path()),
        action => action,
    };
    let at_work = house.crashes.at_work.clone();
    let crash = Crash { service, action, moment, status: None, request: request.body().clone() };
    if moment == Moment::Before && at_work.doom(&token, crash.clone()).await {
        return nobodys();
    }
    let response = answer(house, request.map(Body::from), id).await;
    if moment == Moment::Before {
        return response;
    }
    // To its end, where it is told.
    let (head, body) = response.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else { return nobodys() };
    let crash = Crash { status: Some(head.status.as_u16()), ..crash };
    if at_work.doom(&token, crash).await { nobodys() } else { Response::from_parts(head, Body::from(body)) }
}

/// The answer that nobody is there to read.
pub(super) fn nobodys() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_die_as_were_asked_for_half_of_them_on_either_side() {
        let crashes = Crashes::new(0.3, 1);
        let met: Vec<Option<Moment>> = (0..10_000).map(|_| crashes.next()).collect();
        for side in [Moment::Before, Moment::After] {
            let of_this_side = met.iter().filter(|moment| **moment == Some(side)).count();
            assert!((1_350..1_650).contains(&of_this_side), "{side:?}: {of_this_side}");
        }
        let again = Crashes::new(0.3, 1);
        assert!(met.iter().all(|moment| *moment == again.next()), "the same ones");
        assert!(met.iter().any(|moment| *moment != Crashes::new(0.3, 2).next()));
    }

    #[test]
    fn only_processes_at_work_are_met() {
        let mut headers = HeaderMap::new();
        let crashes = Crashes::new(1.0, 1);
        assert_eq!(crashes.meets(&headers), None);
        headers.insert("x-amz-security-token", "t".parse().unwrap());
        assert_eq!(crashes.meets(&headers), None);
        let shift = crashes.at_work.begin("t");
        assert!(crashes.meets(&headers).is_some_and(|(token, _)| token == "t"));
        let never = Crashes { at_work: crashes.at_work.clone(), ..Crashes::new(0.0, 1) };
        assert!((0..1_000).all(|_| never.meets(&headers).is_none()));
        drop(shift);
        assert_eq!(crashes.meets(&headers), None);
    }
}
