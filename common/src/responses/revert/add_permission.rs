//! `AddPermission` is undone by `RemovePermission` with the same label, if the statement of that label is
//! still the one that the call wrote.

use super::put_back::{Looked, UndoneCall};
use super::rules::Asked;
use super::statements::{statement_of, without_service};
use super::{CallName, RevertAction, RevertRules};
use crate::calls::sqs::AddPermission;
use crate::history::QueueSnapshot;
use crate::responses::policy::{account_of, texts};
use crate::{Call, Plan, Verdict};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// Take this statement out of the policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RemovePermissionAction {
    /// The call that is undone.
    #[serde(flatten)]
    pub call: UndoneCall,
    /// The statement's id.
    pub label: String,
    /// Who it lets in.
    pub account_ids: Vec<String>,
    /// To do what.
    pub actions: Vec<String>,
}

pub(super) fn plan(call: &Call<AddPermission>, rules: &RevertRules) -> Plan<RevertAction> {
    let Some(request) = call.request.known() else {
        return Plan::nothing("unknown-request", "detail.requestParameters does not say which permission was added");
    };
    let asked = Asked { account_ids: &request.account_ids, ..Asked::default() };
    match UndoneCall::of(call, &request.queue_url).and_then(|undone| undone.by(rules, CallName::AddPermission, asked)) {
        Ok(call) => Plan::act(RevertAction::RemovePermission(RemovePermissionAction {
            call,
            label: request.label.clone(),
            account_ids: request.account_ids.clone(),
            actions: request.actions.clone(),
        })),
        Err(reason) => Plan::Nothing(reason),
    }
}

impl RemovePermissionAction {
    /// What the live queue says.
    pub fn judge(&self, live: &QueueSnapshot) -> Looked {
        if let Some(reason) = self.call.replaced(live) {
            return Looked::that(Verdict::nothing(reason));
        }
        let label = &self.label;
        let statement = match statement_of(live.attribute("Policy"), label) {
            Ok(Some(statement)) => statement,
            Ok(None) => {
                return Looked::nothing("already-reverted", format!("the policy has no statement {label:?} any more"));
            }
            Err(why) => return Looked::nothing("unknown-state", why),
        };
        if self.wrote(&statement) {
            Looked::that(Verdict::proceed())
        } else {
            let message = format!("the statement {label:?} is not the one that the call wrote");
            Looked::changed(vec![message])
        }
    }

    /// What AddPermission writes: these accounts may do these actions, without any condition.
    fn wrote(&self, statement: &Value) -> bool {
        let set = |texts: Vec<&str>, form: fn(&str) -> String| texts.into_iter().map(form).collect::<BTreeSet<_>>();
        // "Principal": "*" is {"AWS": "*"}.
        let who = statement.get("Principal").map(|principal| principal.get("AWS").unwrap_or(principal));
        let who = set(who.into_iter().flat_map(texts).collect(), |who| account_of(who).to_owned());
        let what = set(statement.get("Action").into_iter().flat_map(texts).collect(), without_service);
        let asked_who = self.account_ids.iter().cloned().collect::<BTreeSet<_>>();
        let asked_what = set(self.actions.iter().map(String::as_str).collect(), without_service);
        statement.get("Condition").is_none()
            && statement.get("Effect").and_then(Value::as_str) == Some("Allow")
            && who == asked_who
            && what == asked_what
    }
}
