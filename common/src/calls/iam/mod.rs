//! Calls of AWS IAM, which are recorded in us-east-1 alone.
//!
//! A policy in a request is JSON in text; in a response it is URL-encoded, and is not read there. Learned from
//! real records of 2022 to 2024, but for `PutUserPolicy` and `PutRolePolicy`, which have the members that
//! AWS documents.

mod policies;
mod roles;
mod users;

pub use policies::{
    CreatePolicy, CreatePolicyRequest, CreatePolicyResponse, CreatePolicyVersion, CreatePolicyVersionRequest, Policy,
};
pub use roles::{
    AttachRolePolicy, AttachRolePolicyRequest, CreateRole, CreateRoleRequest, CreateRoleResponse, PutRolePolicy,
    PutRolePolicyRequest, Role, UpdateAssumeRolePolicy, UpdateAssumeRolePolicyRequest,
};
pub use users::{
    AccessKey, AttachUserPolicy, AttachUserPolicyRequest, CreateAccessKey, CreateAccessKeyResponse, CreateLoginProfile,
    CreateUser, CreateUserRequest, LoginProfileRequest, MaybeUserRequest, PutUserPolicy, PutUserPolicyRequest,
    UpdateLoginProfile,
};

pub(super) use {policies::CALLS as POLICIES, roles::CALLS as ROLES, users::CALLS as USERS};
