//! Buckets, and who may use them.

use super::{critical, info, list, notice, shown, tell, warning, with_policy};
use crate::calls::s3::{
    AccessControlPolicy, CreateBucket, DeleteBucketPolicy, DeleteBucketPublicAccessBlock, PutBucketAcl,
    PutBucketPolicy, PutBucketPublicAccessBlock,
};

tell! {
    CreateBucket => |done| match public(done.request?.canned_acl.iter().map(String::as_str)) {
        Some(acl) => critical(format!("created {} with the list {}", done.thing, shown(acl))),
        None => info(format!("created {}", done.thing)),
    };
    PutBucketPolicy => |done| {
        let policy = done.request?.bucket_policy.as_deref().unwrap_or_default();
        with_policy(&format!("replaced the policy of {}", done.thing), policy, done.account)
    };
    DeleteBucketPolicy => |done| notice(format!("deleted the policy of {}", done.thing));
    PutBucketAcl => |done| {
        let request = done.request?;
        let canned = || request.canned_acl.iter().map(String::as_str).filter(|acl| !acl.is_empty());
        let did = format!("replaced the access control list of {}", done.thing);
        match (public(canned()), request.policy.as_ref().is_some_and(lets_everyone_in)) {
            (Some(acl), _) => critical(format!("{did} by {}", shown(acl))),
            (None, true) => critical(did).map(|deed| deed.noting("everyone is let in")),
            (None, false) if canned().next().is_some() => notice(format!("{did} by {}", list(canned()))),
            (None, false) => notice(did),
        }
    };
    PutBucketPublicAccessBlock => |done| {
        if done.request?.block.is_whole() {
            info(format!("blocked all public access to {}", done.thing))
        } else {
            warning(format!("left a part of the public access to {} unblocked", done.thing))
        }
    };
    DeleteBucketPublicAccessBlock => |done| warning(format!("took the block of public access from {}", done.thing));
}

/// A canned list that lets everyone in, or everyone with an account at AWS.
fn public<'a>(mut canned: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    canned.find(|acl| acl.starts_with("public-") || *acl == "authenticated-read")
}

fn lets_everyone_in(policy: &AccessControlPolicy) -> bool {
    let groups = policy.access_control_list.grant.iter().filter_map(|grant| grant.grantee.as_ref()?.uri.as_deref());
    groups.into_iter().any(|uri| uri.ends_with("/AllUsers") || uri.ends_with("/AuthenticatedUsers"))
}
