//! `CreateVolume`, `CreateSnapshot`, `CreateImage`, `ModifySnapshotAttribute`, `ModifyImageAttribute`.

use crate::calls::text;
use crate::calls::{List, Nothing, TagSpecification, declare};
use serde::Deserialize;

declare! { "ec2.amazonaws.com"
    /// A volume was made.
    CreateVolume(CreateVolumeRequest) -> CreateVolumeResponse,
        "volume" |_, response| Some(response?.volume_id.clone());
    /// A snapshot of a volume was begun.
    CreateSnapshot(CreateSnapshotRequest) -> CreateSnapshotResponse,
        "snapshot" |_, response| Some(response?.snapshot_id.clone());
    /// An image of an instance was begun.
    CreateImage(CreateImageRequest) -> CreateImageResponse,
        "image" |_, response| Some(response?.image_id.clone());
    /// It was changed who may make volumes of a snapshot.
    ModifySnapshotAttribute(ModifySnapshotAttributeRequest) -> Nothing,
        "snapshot" |request, _| Some(request?.snapshot_id.clone());
    /// It was changed who may launch an image.
    ModifyImageAttribute(ModifyImageAttributeRequest) -> Nothing,
        "image" |request, _| Some(request?.image_id.clone());
}

/// What `CreateVolume` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateVolumeRequest {
    /// Gibibytes, which CloudTrail writes as text; absent where the snapshot says it.
    #[serde(default, deserialize_with = "text::number")]
    pub size: Option<i64>,
    /// The snapshot it is made from.
    pub snapshot_id: Option<String>,
    /// The availability zone.
    #[serde(alias = "availabilityZone")]
    pub zone: Option<String>,
    /// The tags given.
    #[serde(default, rename = "tagSpecificationSet")]
    pub tags: List<TagSpecification>,
}

/// What `CreateVolume` answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateVolumeResponse {
    /// The volume's id.
    pub volume_id: String,
    /// Whether it is encrypted.
    pub encrypted: Option<bool>,
}

/// What `CreateSnapshot` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateSnapshotRequest {
    /// The volume.
    pub volume_id: String,
    /// What its maker wrote about it.
    pub description: Option<String>,
    /// The tags given.
    #[serde(default, rename = "tagSpecificationSet")]
    pub tags: List<TagSpecification>,
}

/// What `CreateSnapshot` answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateSnapshotResponse {
    /// The snapshot's id.
    pub snapshot_id: String,
}

/// What `CreateImage` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateImageRequest {
    /// The instance.
    pub instance_id: String,
    /// The image's name.
    pub name: Option<String>,
}

/// What `CreateImage` answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateImageResponse {
    /// The image's id.
    pub image_id: String,
}

/// What `ModifySnapshotAttribute` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModifySnapshotAttributeRequest {
    /// The snapshot.
    pub snapshot_id: String,
    /// Who may make volumes of it from now on, and who may not any more.
    #[serde(default, rename = "createVolumePermission")]
    pub permission: PermissionChange,
}

/// What `ModifyImageAttribute` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModifyImageAttributeRequest {
    /// The image.
    pub image_id: String,
    /// Who may launch it from now on, and who may not any more.
    #[serde(default, rename = "launchPermission")]
    pub permission: PermissionChange,
}

/// Who is let in, and who is shut out.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct PermissionChange {
    /// Let in.
    #[serde(default)]
    pub add: List<Grantee>,
    /// Shut out.
    #[serde(default)]
    pub remove: List<Grantee>,
}

/// An account, an organisation, or everyone.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Grantee {
    /// An account's id.
    pub user_id: Option<String>,
    /// `all` for everyone.
    pub group: Option<String>,
    /// An organisation's ARN.
    #[serde(alias = "organizationalUnitArn")]
    pub organization_arn: Option<String>,
}

impl Grantee {
    /// Who that is: an account's id, an ARN, or `all`.
    pub fn name(&self) -> Option<&str> {
        self.group.as_deref().or(self.user_id.as_deref()).or(self.organization_arn.as_deref())
    }
}
