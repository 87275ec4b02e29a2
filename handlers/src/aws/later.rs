//! Clients that are made when they are first used.
//!
//! Making one reads the partitions of AWS and compiles their patterns: as much work as all of a bare function's start, for
//! each client. Most events need one client or none, and so does the first.

use aws_config::SdkConfig;
use std::sync::LazyLock;

/// A client that is made when it is first used, and then stays.
pub type Later<C> = LazyLock<C, Box<dyn FnOnce() -> C + Send>>;

/// A client of this configuration, for later: `later(aws, Client::new)`.
pub(crate) fn later<C>(aws: &SdkConfig, make: impl FnOnce(&SdkConfig) -> C + Send + 'static) -> Later<C> {
    let aws = aws.clone();
    LazyLock::new(Box::new(move || make(&aws)))
}
