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

/// A range of all addresses, in either version of the protocol.
fn is_anyone(range: &str) -> bool {
    range.ends_with("/0")
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
