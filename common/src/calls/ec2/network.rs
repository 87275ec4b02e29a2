//! `CreateVpc`, `CreateNatGateway`, `CreateFlowLogs`, `DeleteFlowLogs`.

use crate::calls::text;
use crate::calls::{Content, List, Nothing, TagSpecification, Wrapped, declare};
use serde::Deserialize;

declare! { "ec2.amazonaws.com"
    /// A VPC was made.
    CreateVpc(CreateVpcRequest) -> CreateVpcResponse,
        "VPC" |_, response| Some(response?.vpc.vpc_id.clone());
    /// A NAT gateway was made. The record is an XML dump.
    CreateNatGateway(Wrapped<CreateNatGatewayRequest>) -> Wrapped<CreateNatGatewayResponse>,
        "NAT gateway" |_, response| Some(response?.0.nat_gateway.nat_gateway_id.clone());
    /// Flow logs of VPCs, subnets or interfaces were made. The record is an XML dump.
    CreateFlowLogs(Wrapped<CreateFlowLogsRequest>) -> Wrapped<CreateFlowLogsResponse>,
        "flow log" |_, response| Some(response?.0.flow_log_ids.first()?.0.clone());
    /// Flow logs were deleted. The record is an XML dump.
    DeleteFlowLogs(Wrapped<DeleteFlowLogsRequest>) -> Nothing,
        "flow log" |request, _| Some(request?.0.flow_log_ids.first()?.0.clone());
}

/// What `CreateVpc` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateVpcRequest {
    /// The range of addresses.
    pub cidr_block: Option<String>,
    /// The tags given.
    #[serde(default, rename = "tagSpecificationSet")]
    pub tags: List<TagSpecification>,
}

/// What `CreateVpc` answered.
#[derive(Clone, Debug, Deserialize)]
pub struct CreateVpcResponse {
    /// The VPC.
    pub vpc: Vpc,
}

/// A VPC.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Vpc {
    /// As in `vpc-0a1b2c3d`.
    pub vpc_id: String,
}

/// What `CreateNatGateway` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateNatGatewayRequest {
    /// The subnet.
    #[serde(default, alias = "subnetId", deserialize_with = "text::optional")]
    pub subnet_id: Option<String>,
    /// `public`, unless it says `private`.
    #[serde(default, alias = "connectivityType", deserialize_with = "text::optional")]
    pub connectivity_type: Option<String>,
    /// The tags given.
    #[serde(default, rename = "TagSpecification", alias = "tagSpecificationSet")]
    pub tags: List<TagSpecification>,
}

/// What `CreateNatGateway` answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateNatGatewayResponse {
    /// The gateway.
    pub nat_gateway: NatGateway,
}

/// A NAT gateway.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NatGateway {
    /// As in `nat-0a1b2c3d`.
    pub nat_gateway_id: String,
}

/// What `CreateFlowLogs` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateFlowLogsRequest {
    /// Of which VPCs, subnets or interfaces.
    #[serde(default, rename = "ResourceId")]
    pub resource_ids: List<Content>,
}

/// What `CreateFlowLogs` answered.
#[derive(Clone, Debug, Deserialize)]
pub struct CreateFlowLogsResponse {
    /// The flow logs made: text where there is one, a list where there are several.
    #[serde(default, rename = "flowLogIdSet")]
    pub flow_log_ids: List<Content>,
}

/// What `DeleteFlowLogs` was asked for.
#[derive(Clone, Debug, Deserialize)]
pub struct DeleteFlowLogsRequest {
    /// Which.
    #[serde(default, rename = "FlowLogId")]
    pub flow_log_ids: List<Content>,
}
