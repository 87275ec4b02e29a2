//! The API calls that are declared, a file or a folder for each service.
//!
//! Each is written from real records, and says less than the API does: what the call made or changed, what
//! it was given, the tags. A member that nobody here needs is not read, and one that a real record may lack
//! is optional; one that says what the call was about is not. A call of your own is declared in your own
//! crate in the same way: see [`ApiCall`](crate::ApiCall).

mod declare;
mod list;
mod tags;
mod text;
mod wrapped;

pub mod cloudtrail;
pub mod dynamodb;
pub mod ec2;
pub mod ecr;
pub mod ecs;
pub mod eks;
pub mod elasticloadbalancing;
pub mod events;
pub mod iam;
pub mod kms;
pub mod lambda;
pub mod logs;
pub mod rds;
pub mod s3;
pub mod secretsmanager;
pub mod sns;
pub mod sqs;
pub mod ssm;

pub use declare::{About, Declared};
pub use list::{Content, List};
pub use tags::TagSpecification;
pub use text::TextMap;
pub use wrapped::Wrapped;

use declare::declare;
use serde::de::IgnoredAny;

/// The response of a call that answers nothing; what little is there is not looked at.
pub type Nothing = IgnoredAny;

/// The declared calls, service by service.
pub const DECLARED: [&[Declared]; 28] = [
    cloudtrail::CALLS,
    dynamodb::CALLS,
    ec2::access::CALLS,
    ec2::instances::CALLS,
    ec2::network::CALLS,
    ec2::security_groups::CALLS,
    ec2::storage::CALLS,
    ecr::CALLS,
    ecs::CALLS,
    eks::CALLS,
    elasticloadbalancing::CALLS,
    events::CALLS,
    iam::POLICIES,
    iam::ROLES,
    iam::USERS,
    kms::CALLS,
    lambda::CALLS,
    logs::CALLS,
    rds::CALLS,
    s3::CALLS,
    secretsmanager::CALLS,
    sns::CALLS,
    sqs::attributes::CALLS,
    sqs::move_task::CALLS,
    sqs::permission::CALLS,
    sqs::queue::CALLS,
    sqs::tags::CALLS,
    ssm::CALLS,
];

/// The declared call of this source and name.
///
/// ```
/// use trailhook::calls;
///
/// assert_eq!(calls::declared("ecs.amazonaws.com", "CreateCluster").unwrap().kind, "ECS cluster");
/// assert!(calls::declared("ecs.amazonaws.com", "CreateQueue").is_none());
/// ```
pub fn declared(event_source: &str, event_name: &str) -> Option<&'static Declared> {
    DECLARED.into_iter().flatten().find(|declared| declared.call.is(event_source, event_name))
}

/// What stands behind the last of these signs: the name in an ARN.
fn last_of(text: &str, sign: char) -> &str {
    text.rsplit(sign).next().unwrap_or(text)
}
