//! What a security group lets through, as the calls that open and close one say it.
//!
//! A caller gives one permission beside the group, or a list of them; the record keeps the form. Both become a list.

use crate::calls::List;
use crate::calls::text;
use serde::Deserialize;

/// What a call that opens or closes a security group was asked for.
///
/// ```
/// use trailhook::calls::ec2::RulesRequest;
///
/// let flat = r#"{"groupId": "sg-1", "ipProtocol": "tcp", "fromPort": 22, "toPort": 22,
///     "cidrIp": "0.0.0.0/0", "ipPermissions": {}}"#;
/// let listed = r#"{"groupId": "sg-1", "ipPermissions": {"items": [{"ipProtocol": "tcp", "fromPort": 22,
///     "toPort": 22, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}, "ipv6Ranges": {}}]}}"#;
/// for json in [flat, listed] {
///     let request: RulesRequest = serde_json::from_str(json)?;
///     assert_eq!((request.group(), request.permissions[0].sources()), (Some("sg-1"), vec!["0.0.0.0/0"]));
/// }
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "Spellings")]
pub struct RulesRequest {
    /// The group's id.
    pub group_id: Option<String>,
    /// Its name, where it was called by that.
    pub group_name: Option<String>,
    /// What is let through, or not any more.
    pub permissions: Vec<IpPermission>,
}

/// Protocol, ports, and from or to where.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IpPermission {
    /// `tcp`, `udp`, `icmp`, a number, or `-1` for all.
    #[serde(default, alias = "IpProtocol", deserialize_with = "text::optional")]
    pub ip_protocol: Option<String>,
    /// The first port; absent or -1 for all.
    #[serde(default, alias = "FromPort", deserialize_with = "text::number")]
    pub from_port: Option<i64>,
    /// The last port.
    #[serde(default, alias = "ToPort", deserialize_with = "text::number")]
    pub to_port: Option<i64>,
    /// Ranges of IPv4 addresses.
    #[serde(default)]
    pub ip_ranges: List<Range>,
    /// Ranges of IPv6 addresses.
    #[serde(default)]
    pub ipv6_ranges: List<Range>,
    /// Prefix lists.
    #[serde(default)]
    pub prefix_list_ids: List<Range>,
    /// Other security groups.
    #[serde(default)]
    pub groups: List<Range>,
}

/// One range, prefix list or group.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Range {
    cidr_ip: Option<String>,
    cidr_ipv6: Option<String>,
    prefix_list_id: Option<String>,
    group_id: Option<String>,
    group_name: Option<String>,
}

/// What those calls answered.
#[derive(Clone, Debug, Deserialize)]
pub struct RulesResponse {
    /// The rules that were made or taken away; absent in older records.
    #[serde(default, rename = "securityGroupRuleSet", alias = "revokedSecurityGroupRuleSet")]
    pub rules: List<Rule>,
}

/// One rule that was made or taken away.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// By which it can be taken back.
    pub security_group_rule_id: String,
}

impl RulesRequest {
    /// The group's id, or its name.
    pub fn group(&self) -> Option<&str> {
        self.group_id.as_deref().or(self.group_name.as_deref())
    }
}

impl IpPermission {
    /// From where or to where: addresses, prefix lists, groups.
    pub fn sources(&self) -> Vec<&str> {
        let lists = [&self.ip_ranges, &self.ipv6_ranges, &self.prefix_list_ids, &self.groups];
        lists.into_iter().flat_map(|list| list.iter()).filter_map(Range::name).collect()
    }
}

impl Range {
    /// The addresses, or the id of the list or group.
    pub fn name(&self) -> Option<&str> {
        let names = [&self.cidr_ip, &self.cidr_ipv6, &self.prefix_list_id, &self.group_id, &self.group_name];
        names.into_iter().find_map(|name| name.as_deref())
    }
}

/// One permission stands beside the group where the caller gave it so; `ipPermissions` is empty then.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spellings {
    group_id: Option<String>,
    group_name: Option<String>,
    #[serde(default)]
    ip_permissions: List<IpPermission>,
    #[serde(default, deserialize_with = "text::optional")]
    ip_protocol: Option<String>,
    #[serde(default, deserialize_with = "text::number")]
    from_port: Option<i64>,
    #[serde(default, deserialize_with = "text::number")]
    to_port: Option<i64>,
    cidr_ip: Option<String>,
}

impl From<Spellings> for RulesRequest {
    fn from(spellings: Spellings) -> Self {
        let mut permissions = spellings.ip_permissions.to_vec();
        if spellings.ip_protocol.is_some() || spellings.cidr_ip.is_some() {
            permissions.push(IpPermission {
                ip_protocol: spellings.ip_protocol,
                from_port: spellings.from_port,
                to_port: spellings.to_port,
                ip_ranges: List::from(vec![Range { cidr_ip: spellings.cidr_ip, ..Range::default() }]),
                ..IpPermission::default()
            });
        }
        RulesRequest { group_id: spellings.group_id, group_name: spellings.group_name, permissions }
    }
}
