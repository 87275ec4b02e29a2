//! Calls that are refused to the functions on purpose, as IAM refuses what a role has no permission for.
//!
//! The stage judges no role: which call is refused is said when it is set.

use super::refusal::Refusal;
use super::scope::Scope;
use crate::stage::back_end::action;
use axum::http::{Request, StatusCode};
use bytes::Bytes;

/// The actions, as IAM names them: `sqs:TagQueue`.
#[derive(Debug, Default)]
pub(super) struct Refused(Vec<String>);

impl Refused {
    pub(super) fn new(actions: &[String]) -> Refused {
        Refused(actions.to_vec())
    }

    /// The refusal of a function's call, if it is one of them.
    pub(super) fn of(&self, scope: &Scope, request: &Request<Bytes>) -> Option<Refusal> {
        if self.0.is_empty() {
            return None;
        }
        let asked = format!("{}:{}", scope.service, action(request));
        let is = |refused: &&String| refused.eq_ignore_ascii_case(&asked);
        let refused = self.0.iter().find(is)?;
        let message = format!(
            "User: {} is not authorized to perform: {refused} because no identity-based policy allows the {refused} action",
            scope.access_key_id
        );
        Some(Refusal::new(StatusCode::FORBIDDEN, "AccessDeniedException", message))
    }
}
