//! Calls of Amazon S3 that change what a bucket is or who may use it.
//!
//! Two names differ from the API's: `PutPublicAccessBlock` and `DeletePublicAccessBlock` of a bucket are
//! recorded as `PutBucketPublicAccessBlock` and `DeleteBucketPublicAccessBlock`. The bucket's policy is
//! an object, not text; the sub-resource asked for is there as an empty member (`"policy": ""`); `Host` is
//! text in one record and a list in the next, and is not read. `CreateBucket` is learned from real records of
//! 2016 to 2022, the others from records that others have described.

use super::text;
use super::{List, Nothing, declare};
use crate::Flag;
use serde::Deserialize;

declare! { "s3.amazonaws.com"
    /// A bucket was asked for. In us-east-1 a success for one's own bucket may mean that it was there.
    CreateBucket(CreateBucketRequest) -> Nothing,
        "bucket" |request, _| Some(request?.bucket_name.clone());
    /// A bucket's policy was replaced.
    PutBucketPolicy(PutBucketPolicyRequest) -> Nothing,
        "bucket" |request, _| Some(request?.bucket_name.clone());
    /// A bucket's policy was deleted.
    DeleteBucketPolicy(BucketRequest) -> Nothing,
        "bucket" |request, _| Some(request?.bucket_name.clone());
    /// A bucket's access control list was replaced.
    PutBucketAcl(PutBucketAclRequest) -> Nothing,
        "bucket" |request, _| Some(request?.bucket_name.clone());
    /// The block of public access to a bucket was set.
    PutBucketPublicAccessBlock(PutBucketPublicAccessBlockRequest) -> Nothing,
        "bucket" |request, _| Some(request?.bucket_name.clone());
    /// The block of public access to a bucket was taken away.
    DeleteBucketPublicAccessBlock(BucketRequest) -> Nothing,
        "bucket" |request, _| Some(request?.bucket_name.clone());
}

/// What `CreateBucket` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateBucketRequest {
    /// The bucket's name.
    pub bucket_name: String,
    /// Where it is; absent for us-east-1.
    #[serde(rename = "CreateBucketConfiguration")]
    pub configuration: Option<CreateBucketConfiguration>,
    /// The canned access control list, where one was given.
    #[serde(default, rename = "x-amz-acl")]
    pub canned_acl: List<String>,
}

/// Where a bucket is made.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateBucketConfiguration {
    /// A Region.
    pub location_constraint: Option<String>,
}

/// What a call that needs only the bucket's name was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BucketRequest {
    /// The bucket's name.
    pub bucket_name: String,
}

/// What `PutBucketPolicy` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutBucketPolicyRequest {
    /// The bucket's name.
    pub bucket_name: String,
    /// The new policy, as JSON.
    #[serde(default, deserialize_with = "text::json")]
    pub bucket_policy: Option<String>,
}

/// What `PutBucketAcl` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutBucketAclRequest {
    /// The bucket's name.
    pub bucket_name: String,
    /// The list in full, where it was given so.
    #[serde(rename = "AccessControlPolicy")]
    pub policy: Option<AccessControlPolicy>,
    /// The canned list, where one was given: `private`, `public-read`, …
    #[serde(default, rename = "x-amz-acl")]
    pub canned_acl: List<String>,
}

/// An access control list in full.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AccessControlPolicy {
    /// Its grants, inside a member of their own.
    #[serde(default)]
    pub access_control_list: AccessControlList,
}

/// The grants of an access control list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AccessControlList {
    /// An object where there is one, a list where there are several.
    #[serde(default)]
    pub grant: List<Grant>,
}

/// Who may do what.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Grant {
    /// Who.
    pub grantee: Option<Grantee>,
    /// As in `READ` or `FULL_CONTROL`.
    pub permission: Option<String>,
}

/// Who is let in by a grant.
#[derive(Clone, Debug, Deserialize)]
pub struct Grantee {
    /// A group's URI; the one that ends in `/AllUsers` is everyone.
    #[serde(rename = "URI")]
    pub uri: Option<String>,
    /// A canonical user's id.
    #[serde(rename = "ID")]
    pub id: Option<String>,
}

/// What `PutBucketPublicAccessBlock` was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutBucketPublicAccessBlockRequest {
    /// The bucket's name.
    pub bucket_name: String,
    /// What is blocked from now on.
    #[serde(default, rename = "PublicAccessBlockConfiguration")]
    pub block: PublicAccessBlock,
}

/// The four blocks; an absent one is off. Other writers put booleans into text.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PublicAccessBlock {
    /// New public access control lists are refused.
    pub block_public_acls: Option<Flag>,
    /// Public access control lists count for nothing.
    pub ignore_public_acls: Option<Flag>,
    /// New public policies are refused.
    pub block_public_policy: Option<Flag>,
    /// A public policy lets only AWS services and this account in.
    pub restrict_public_buckets: Option<Flag>,
}

impl PublicAccessBlock {
    /// Whether all four are on.
    pub fn is_whole(&self) -> bool {
        let blocks =
            [self.block_public_acls, self.ignore_public_acls, self.block_public_policy, self.restrict_public_buckets];
        blocks.into_iter().all(|block| block.is_some_and(Flag::is_set))
    }
}
