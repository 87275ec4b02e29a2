//! Calls of Amazon EC2.
//!
//! Three writers have been at work. The older calls are recorded with lists in `{"items": […]}`, empty ones
//! as `{}`, and with `_return` for the API's `return`; the newer ones (NAT gateways, flow logs, security
//! group rules) are dumps of their XML in `<Action>Request` and `<Action>Response`; and a time is a number of
//! milliseconds. Learned from real records of 2016 to 2025, but for `TerminateInstances`,
//! `CreateSnapshot`, `CreateImage`, `CreateVpc` and `CreateKeyPair`, which follow the members that AWS
//! documents and the writing of their neighbours.

pub(super) mod access;
pub(super) mod instances;
pub(super) mod network;
mod rules;
pub(super) mod security_groups;
pub(super) mod storage;

pub use access::{CreateKeyPair, CreateKeyPairRequest, CreateKeyPairResponse, EnableSerialConsoleAccess};
pub use instances::{
    Group, Instance, InstancesRequest, InstancesResponse, Launch, ModifyInstanceAttribute,
    ModifyInstanceAttributeRequest, RunInstances, RunInstancesRequest, StartInstances, StopInstances,
    TerminateInstances,
};
pub use network::{
    CreateFlowLogs, CreateFlowLogsRequest, CreateFlowLogsResponse, CreateNatGateway, CreateNatGatewayRequest,
    CreateNatGatewayResponse, CreateVpc, CreateVpcRequest, CreateVpcResponse, DeleteFlowLogs, DeleteFlowLogsRequest,
    NatGateway, Vpc,
};
pub use rules::{IpPermission, Range, Rule, RulesRequest, RulesResponse};
pub use security_groups::{
    AuthorizeSecurityGroupEgress, AuthorizeSecurityGroupIngress, CreateSecurityGroup, CreateSecurityGroupRequest,
    CreateSecurityGroupResponse, ModifySecurityGroupRules, ModifySecurityGroupRulesRequest, RevokeSecurityGroupEgress,
    RevokeSecurityGroupIngress, RuleChange, RuleText,
};
pub use storage::{
    CreateImage, CreateImageRequest, CreateImageResponse, CreateSnapshot, CreateSnapshotRequest,
    CreateSnapshotResponse, CreateVolume, CreateVolumeRequest, CreateVolumeResponse, Grantee, ModifyImageAttribute,
    ModifyImageAttributeRequest, ModifySnapshotAttribute, ModifySnapshotAttributeRequest, PermissionChange,
};
