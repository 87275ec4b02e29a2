//! Security groups, networks and load balancers.

use super::{Deed, Severity, deed, info, list, notice, shown, tell, warning};
use crate::calls::ec2::{
    AuthorizeSecurityGroupEgress, AuthorizeSecurityGroupIngress, CreateFlowLogs, CreateNatGateway, CreateSecurityGroup,
    CreateVpc, DeleteFlowLogs, IpPermission, ModifySecurityGroupRules, RevokeSecurityGroupEgress,
    RevokeSecurityGroupIngress,
};
use crate::calls::elasticloadbalancing::CreateLoadBalancer;

/// Ports by which people and programs get hold of a machine.
const DOORS: [i64; 6] = [22, 23, 3389, 5900, 5985, 5986];

tell! {
    CreateSecurityGroup => |done| info(format!("created {}", done.thing));
    AuthorizeSecurityGroupIngress => |done| opened(&done.thing, "to", &done.request?.permissions);
    AuthorizeSecurityGroupEgress => |done| {
        opened(&done.thing, "towards", &done.request?.permissions)
            .map(|deed| Deed { severity: Severity::Notice, ..deed })
    };
    RevokeSecurityGroupIngress => |done| closed(&done.thing, "to", &done.request?.permissions);
    RevokeSecurityGroupEgress => |done| closed(&done.thing, "towards", &done.request?.permissions);
    ModifySecurityGroupRules => |done| {
        let rules = done.request?.0.rules.iter().filter_map(|rule| rule.security_group_rule.as_ref());
        let to = rules.filter_map(|rule| rule.cidr_ipv4.as_deref().or(rule.cidr_ipv6.as_deref()));
        let to: Vec<&str> = to.collect();
        let anyone = to.iter().any(|range| is_anyone(range));
        let severity = if anyone { Severity::Warning } else { Severity::Notice };
        let replaced = deed(severity, format!("replaced rules of {}", done.thing));
        if to.is_empty() { replaced } else { replaced.map(|deed| deed.noting(format!("let through now: {}", list(to)))) }
    };
    CreateVpc => |done| info(format!("created {}", done.thing));
    CreateNatGateway => |done| info(format!("created {}", done.thing));
    CreateFlowLogs => |done| info(format!("created {}", done.thing));
    DeleteFlowLogs => |done| {
        let logs = done.request?.0.flow_log_ids.iter().map(|id| id.0.as_str());
        warning(format!("deleted flow logs {}", list(logs)))
    };
    CreateLoadBalancer => |done| {
        let open = done.request?.scheme.as_deref() != Some("internal");
        let made = info(format!("created {}", done.thing));
        if open { made.map(|deed| deed.noting("it faces the internet")) } else { made }
    };
}

/// A range of all addresses or of so many that it comes to the same: two halves of them are all. What is private is
/// never so large: 10.0.0.0/8 and fc00::/7.
fn is_anyone(range: &str) -> bool {
    let Some((address, length)) = range.rsplit_once('/') else { return false };
    let least = if address.contains(':') { 4 } else { 8 };
    length.parse::<u8>().is_ok_and(|length| length < least)
}

fn opened(group: &str, to: &str, permissions: &[IpPermission]) -> Option<Deed> {
    let worst = permissions.iter().map(severity).max()?;
    let first = permissions.iter().max_by_key(|permission| severity(permission))?;
    deed(worst, format!("opened {} of {group} {to} {}{}", ports(first), ranges(first), others(permissions)))
}

fn closed(group: &str, to: &str, permissions: &[IpPermission]) -> Option<Deed> {
    match permissions.first() {
        Some(first) => {
            notice(format!("closed {} of {group} {to} {}{}", ports(first), ranges(first), others(permissions)))
        }
        None => notice(format!("took rules from {group}")),
    }
}

fn ranges(permission: &IpPermission) -> String {
    match permission.sources().as_slice() {
        [] => "nobody named".to_owned(),
        sources => list(sources.iter().copied()),
    }
}

fn others(permissions: &[IpPermission]) -> String {
    if permissions.len() > 1 { format!(", and {} more", permissions.len() - 1) } else { String::new() }
}

fn ports(permission: &IpPermission) -> String {
    let protocol = permission.ip_protocol.as_deref().unwrap_or("-1");
    if protocol == "-1" {
        return "everything".to_owned();
    }
    let of = if protocol == "tcp" { String::new() } else { format!("{} ", shown(protocol)) };
    match (permission.from_port, permission.to_port) {
        (None | Some(-1), _) => format!("all {of}ports"),
        (Some(from), Some(to)) if from != to => format!("{of}ports {from} to {to}"),
        (Some(port), _) => format!("{of}port {port}"),
    }
}

/// To everyone: a door to the machine is worse than a web page.
fn severity(permission: &IpPermission) -> Severity {
    if !permission.sources().iter().any(|range| is_anyone(range)) {
        return Severity::Notice;
    }
    let every = permission.ip_protocol.as_deref().is_none_or(|protocol| protocol == "-1");
    let (from, to) = (permission.from_port.unwrap_or(-1), permission.to_port.unwrap_or(-1));
    let has_door = every || from < 0 || DOORS.iter().any(|door| (from..=to).contains(door));
    match (has_door, from, to) {
        (true, _, _) => Severity::Critical,
        (false, 80, 80) | (false, 443, 443) => Severity::Notice,
        _ => Severity::Warning,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worst(json: &str) -> (Severity, String) {
        let permissions: Vec<IpPermission> = serde_json::from_str(json).unwrap();
        let deed = opened("security group sg-1", "to", &permissions).unwrap();
        (deed.severity, deed.did)
    }

    #[test]
    fn a_door_to_everyone_is_worse_than_a_web_page() {
        let to = |protocol: &str, ports: &str, range: &str| {
            worst(&format!(
                r#"[{{"ipProtocol": "{protocol}", {ports} "ipRanges": {{"items": [{{"cidrIp": "{range}"}}]}}}}]"#
            ))
        };
        let (ssh, web) = (r#""fromPort": 22, "toPort": 22,"#, r#""fromPort": 443, "toPort": 443,"#);
        for (severity, ports, range) in [
            (Severity::Critical, ssh, "0.0.0.0/0"),
            (Severity::Critical, ssh, "128.0.0.0/1"),
            (Severity::Critical, r#""fromPort": 0, "toPort": 65535,"#, "0.0.0.0/0"),
            (Severity::Critical, "", "0.0.0.0/0"),
            (Severity::Warning, r#""fromPort": 5432, "toPort": 5432,"#, "0.0.0.0/0"),
            (Severity::Notice, web, "0.0.0.0/0"),
            (Severity::Notice, ssh, "10.0.0.0/8"),
            (Severity::Notice, ssh, "pl-1"),
        ] {
            assert_eq!(to("tcp", ports, range).0, severity, "{ports} {range}");
        }
        assert!(to("-1", "", "0.0.0.0/0").1.starts_with("opened everything of security group sg-1 to 0.0.0.0/0"));
        assert!(to("udp", r#""fromPort": 1, "toPort": 9,"#, "x").1.starts_with("opened udp ports 1 to 9 of"));
    }

    /// The worst of several permissions is the one that is told.
    #[test]
    fn the_worst_of_several_is_told() {
        let several = r#"[{"ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "ipRanges": {"items": [{"cidrIp": "192.0.2.0/24"}]}},
            {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipv6Ranges": {"items": [{"cidrIpv6": "::/0"}]}}]"#;
        let told = "opened port 22 of security group sg-1 to \"::/0\", and 1 more";
        assert_eq!(worst(several), (Severity::Critical, told.replace('"', "")));
    }
}
