//! Calls of Amazon EventBridge that can switch this very project off.
//!
//! No public record of these was at hand; the shapes are the API's members with a lower first letter.

use super::text::TextMap;
use super::{Nothing, declare, tags};
use serde::Deserialize;

declare! { "events.amazonaws.com"
    /// A rule was made or changed: the call does both.
    PutRule(PutRuleRequest) -> PutRuleResponse,
        "rule" |request, _| Some(request?.name.clone());
    /// A rule matches nothing any more.
    DisableRule(RuleRequest) -> Nothing,
        "rule" |request, _| Some(request?.name.clone());
    /// A rule was deleted.
    DeleteRule(RuleRequest) -> Nothing,
        "rule" |request, _| Some(request?.name.clone());
    /// A rule has lost targets.
    RemoveTargets(RemoveTargetsRequest) -> Nothing,
        "rule" |request, _| Some(request?.rule.clone());
}

/// What `PutRule` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutRuleRequest {
    /// The rule's name.
    pub name: String,
    /// `ENABLED`, `DISABLED` or `ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS`; the first if absent.
    pub state: Option<String>,
    /// The tags given.
    #[serde(default, deserialize_with = "tags::any")]
    pub tags: TextMap,
}

/// What `PutRule` answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutRuleResponse {
    /// The rule's ARN.
    pub rule_arn: Option<String>,
}

/// What a call that needs only the rule was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleRequest {
    /// The rule's name.
    pub name: String,
    /// The bus; the default one if absent.
    pub event_bus_name: Option<String>,
}

/// What `RemoveTargets` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RemoveTargetsRequest {
    /// The rule's name.
    pub rule: String,
    /// Which targets.
    #[serde(default)]
    pub ids: Vec<String>,
}
