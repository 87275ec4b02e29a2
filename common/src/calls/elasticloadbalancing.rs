//! Calls of Elastic Load Balancing.
//!
//! The classic load balancer and its successors share the event source and the name `CreateLoadBalancer`; the
//! member that holds the name tells them apart. Learned from a real record of each, of 2024.

use super::text::TextMap;
use super::{List, declare, tags};
use serde::Deserialize;

declare! { "elasticloadbalancing.amazonaws.com"
    /// A load balancer was made, a classic one or one of its successors.
    CreateLoadBalancer(CreateLoadBalancerRequest) -> CreateLoadBalancerResponse,
        "load balancer" |request, _| request?.name().map(str::to_owned);
}

/// What `CreateLoadBalancer` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateLoadBalancerRequest {
    /// The name of a classic one.
    pub load_balancer_name: Option<String>,
    /// The name of any other.
    pub name: Option<String>,
    /// `application`, `network` or `gateway`; absent for a classic one.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// `internet-facing`, unless it says `internal`.
    pub scheme: Option<String>,
    /// The tags given.
    #[serde(default, deserialize_with = "tags::any")]
    pub tags: TextMap,
}

/// What `CreateLoadBalancer` answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateLoadBalancerResponse {
    /// The load balancers, of which there is one; none for a classic one.
    #[serde(default)]
    pub load_balancers: List<LoadBalancer>,
}

/// A load balancer.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LoadBalancer {
    /// Its ARN.
    pub load_balancer_arn: Option<String>,
}

impl CreateLoadBalancerRequest {
    /// The name, of whichever kind it is.
    pub fn name(&self) -> Option<&str> {
        self.load_balancer_name.as_deref().or(self.name.as_deref())
    }

    /// Whether it is a classic one.
    pub fn is_classic(&self) -> bool {
        self.load_balancer_name.is_some()
    }
}
