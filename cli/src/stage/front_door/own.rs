//! What the stage answers itself, whoever else is behind the door: it alone knows what bus and Lambda have
//! done, and who calls, and runs the functions.

use super::house::{Behind, House};
use super::invoke::is_invocation;
use super::scope::Scope;
use crate::stage::{answer_cloudwatch, sts};
use axum::http::{Request, Response};
use bytes::Bytes;

impl House {
    /// The stage's own answer; `None` when the call is for who is behind the door.
    pub(super) async fn own(&self, scope: &Scope, request: &Request<Bytes>, id: &str) -> Option<Response<Bytes>> {
        match scope.service.as_str() {
            "monitoring" => {
                answer_cloudwatch(request, &self.metrics, id).or_else(|| self.described(scope, request, id))
            }
            "cloudtrail" => self.history.answer(request).or_else(|| self.described(scope, request, id)),
            "lambda" if is_invocation(request) => self.invoked(scope, request, id).await,
            "sts" => sts::answer(request, self.principals.as_ref()?, &scope.access_key_id, id),
            _ => self.described(scope, request, id),
        }
    }

    /// What is deployed. Another AWS may have rules and functions of its own, and is asked about those.
    fn described(&self, scope: &Scope, request: &Request<Bytes>, id: &str) -> Option<Response<Bytes>> {
        let described = self.described.as_ref().filter(|_| matches!(self.behind, Behind::Embedded(_)))?;
        described.answer(scope, request, id)
    }
}
