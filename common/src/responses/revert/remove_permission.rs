//! `RemovePermission` is undone by putting the statement back into the policy as it is now.
//!
//! AddPermission can't do that: it knows no conditions. So the policy is set, with everything that is in
//! it and the one statement more.

use super::put_back::{Looked, PutBack, UndoneCall};
use super::rules::Asked;
use super::statements::{statement_of, with_statement};
use super::{CallName, RevertAction, RevertRules};
use crate::calls::sqs::RemovePermission;
use crate::history::{Known, Previous, QueueHistory, QueueSnapshot};
use crate::{Call, Plan, Verdict};
use serde::Serialize;

/// Put this statement back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RestoreStatementAction {
    /// The call that is undone.
    #[serde(flatten)]
    pub call: UndoneCall,
    /// The statement's id.
    pub label: String,
    /// The policy; `None` before the live queue was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<PutBack>,
}

pub(super) fn plan(call: &Call<RemovePermission>, rules: &RevertRules) -> Plan<RevertAction> {
    let Some(request) = call.request.known() else {
        return Plan::nothing("unknown-request", "detail.requestParameters does not say which permission was removed");
    };
    let asked = Asked::default();
    match UndoneCall::of(call, &request.queue_url)
        .and_then(|undone| undone.by(rules, CallName::RemovePermission, asked))
    {
        Ok(call) => {
            let label = request.label.clone();
            Plan::act(RevertAction::RestoreStatement(RestoreStatementAction { call, label, policy: None }))
        }
        Err(reason) => Plan::Nothing(reason),
    }
}

impl RestoreStatementAction {
    /// What the live queue and its history say.
    pub fn judge(&self, live: &QueueSnapshot, history: &QueueHistory) -> Looked {
        if let Some(reason) = self.call.replaced(live) {
            return Looked::that(Verdict::nothing(reason));
        }
        let (label, now) = (&self.label, live.attribute("Policy"));
        match statement_of(now, label) {
            Ok(None) => {}
            Ok(Some(_)) => {
                return Looked::nothing("already-reverted", format!("the policy has a statement {label:?} again"));
            }
            Err(why) => return Looked::nothing("unknown-state", why),
        }
        let before = match self.call.before(history).attribute("Policy") {
            Previous::Known(known) => known,
            Previous::Unknown(why) => return Looked::unknown(vec![format!("Policy: {why}")]),
        };
        let statement = match statement_of(before.value.as_deref(), label) {
            Ok(Some(statement)) => statement,
            Ok(None) => {
                let why = format!("{} has no statement {label:?} in the policy", before.from);
                return Looked::unknown(vec![why]);
            }
            Err(why) => return Looked::unknown(vec![why]),
        };
        let wanted = with_statement(now.or(before.value.as_deref()), now.is_some(), statement);
        let known = Known { value: Some(wanted), from: before.from };
        let policy = Some(PutBack::new(now, known));
        let action = RestoreStatementAction { policy, ..self.clone() };
        Looked::that(Verdict::amend(RevertAction::RestoreStatement(action)))
    }
}
