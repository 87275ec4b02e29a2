//! `RunInstances`, `StartInstances`, `StopInstances`, `TerminateInstances`, `ModifyInstanceAttribute`.

use crate::calls::text::{self, TextMap};
use crate::calls::{List, TagSpecification, declare};
use serde::Deserialize;

declare! { "ec2.amazonaws.com"
    /// Instances were launched. Their volumes and network interfaces are not named.
    RunInstances(RunInstancesRequest) -> InstancesResponse,
        "instance" |_, response| Some(response?.instances.first()?.instance_id.clone());
    /// Instances were started.
    StartInstances(InstancesRequest) -> InstancesResponse,
        "instance" |request, _| Some(request?.instances.first()?.instance_id.clone());
    /// Instances were stopped.
    StopInstances(InstancesRequest) -> InstancesResponse,
        "instance" |request, _| Some(request?.instances.first()?.instance_id.clone());
    /// Instances were terminated; what was on their own disks is lost.
    TerminateInstances(InstancesRequest) -> InstancesResponse,
        "instance" |request, _| Some(request?.instances.first()?.instance_id.clone());
    /// An attribute of an instance was changed. User data is hidden in the record.
    ModifyInstanceAttribute(ModifyInstanceAttributeRequest) -> crate::calls::Nothing,
        "instance" |request, _| Some(request?.instance_id.clone());
}

/// What `RunInstances` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunInstancesRequest {
    /// What to launch from, and how many.
    #[serde(default, rename = "instancesSet")]
    pub launches: List<Launch>,
    /// As in `t3.nano`; absent where a launch template says it.
    pub instance_type: Option<String>,
    /// The subnet, where the request names it outside of a network interface.
    pub subnet_id: Option<String>,
    /// The tags given, by type of resource.
    #[serde(default, rename = "tagSpecificationSet")]
    pub tags: List<TagSpecification>,
}

/// One image, and how many instances of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Launch {
    /// The image.
    pub image_id: Option<String>,
    /// The key pair.
    pub key_name: Option<String>,
    /// As many as can be had, up to this.
    #[serde(default, deserialize_with = "text::number")]
    pub max_count: Option<i64>,
}

/// What a call about instances that are there was asked for.
#[derive(Clone, Debug, Deserialize)]
pub struct InstancesRequest {
    /// Which.
    #[serde(rename = "instancesSet")]
    pub instances: List<Instance>,
}

/// What the calls about instances answered.
#[derive(Clone, Debug, Deserialize)]
pub struct InstancesResponse {
    /// The instances.
    #[serde(default, rename = "instancesSet")]
    pub instances: List<Instance>,
}

/// An instance.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Instance {
    /// As in `i-0a1b2c3d4e5f67890`.
    pub instance_id: String,
}

/// What `ModifyInstanceAttribute` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModifyInstanceAttributeRequest {
    /// Which instance.
    pub instance_id: String,
    /// The new user data, which CloudTrail hides.
    pub user_data: Option<serde::de::IgnoredAny>,
    /// Whether it may be terminated by the API.
    #[serde(default, deserialize_with = "text::value")]
    pub disable_api_termination: Option<String>,
    /// The new type.
    #[serde(default, deserialize_with = "text::value")]
    pub instance_type: Option<String>,
    /// The security groups it has from now on.
    #[serde(default)]
    pub group_set: List<Group>,
}

/// A security group in a list.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// As in `sg-0a1b2c3d`.
    pub group_id: Option<String>,
}

impl RunInstancesRequest {
    /// The tags that the instances were given.
    pub fn instance_tags(&self) -> TextMap {
        let of_instances = |tags: &&TagSpecification| tags.resource_type.as_deref() == Some("instance");
        self.tags.iter().find(of_instances).map(|tags| tags.tags.clone()).unwrap_or_default()
    }
}
