//! `CreateSecurityGroup`, the four calls that open and close one, `ModifySecurityGroupRules`.

use super::rules::{RulesRequest, RulesResponse};
use crate::calls::text;
use crate::calls::{List, Nothing, TagSpecification, Wrapped, declare};
use serde::Deserialize;

declare! { "ec2.amazonaws.com"
    /// A security group was made.
    CreateSecurityGroup(CreateSecurityGroupRequest) -> CreateSecurityGroupResponse,
        "security group" |_, response| Some(response?.group_id.clone());
    /// A security group lets more in.
    AuthorizeSecurityGroupIngress(RulesRequest) -> RulesResponse,
        "security group" |request, _| request?.group().map(str::to_owned);
    /// A security group lets more out.
    AuthorizeSecurityGroupEgress(RulesRequest) -> RulesResponse,
        "security group" |request, _| request?.group().map(str::to_owned);
    /// A security group lets less in.
    RevokeSecurityGroupIngress(RulesRequest) -> RulesResponse,
        "security group" |request, _| request?.group().map(str::to_owned);
    /// A security group lets less out.
    RevokeSecurityGroupEgress(RulesRequest) -> RulesResponse,
        "security group" |request, _| request?.group().map(str::to_owned);
    /// Rules of a security group were replaced.
    ModifySecurityGroupRules(Wrapped<ModifySecurityGroupRulesRequest>) -> Nothing,
        "security group" |request, _| Some(request?.0.group_id.clone());
}

/// What `CreateSecurityGroup` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateSecurityGroupRequest {
    /// The group's name.
    pub group_name: Option<String>,
    /// What its maker wrote about it.
    pub group_description: Option<String>,
    /// The VPC.
    pub vpc_id: Option<String>,
    /// The tags given.
    #[serde(default, rename = "tagSpecificationSet")]
    pub tags: List<TagSpecification>,
}

/// What `CreateSecurityGroup` answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateSecurityGroupResponse {
    /// The group's id.
    pub group_id: String,
}

/// What `ModifySecurityGroupRules` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ModifySecurityGroupRulesRequest {
    /// The group's id.
    pub group_id: String,
    /// The rules, each with what it says from now on.
    #[serde(default, rename = "SecurityGroupRule")]
    pub rules: List<RuleChange>,
}

/// A rule, and what it says from now on.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RuleChange {
    /// The rule's id.
    pub security_group_rule_id: Option<String>,
    /// What it says.
    pub security_group_rule: Option<RuleText>,
}

/// What a rule says.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RuleText {
    /// A range of IPv4 addresses.
    pub cidr_ipv4: Option<String>,
    /// A range of IPv6 addresses.
    pub cidr_ipv6: Option<String>,
    /// The protocol; `-1` has lost its quotes.
    #[serde(default, deserialize_with = "text::optional")]
    pub ip_protocol: Option<String>,
    /// The first port.
    #[serde(default, deserialize_with = "text::number")]
    pub from_port: Option<i64>,
    /// The last port.
    #[serde(default, deserialize_with = "text::number")]
    pub to_port: Option<i64>,
}
