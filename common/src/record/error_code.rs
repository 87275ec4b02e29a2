//! The error code of a failed call.
//!
//! Services spell the same failure in several ways: `AccessDenied`, `AccessDeniedException`,
//! `Client.UnauthorizedOperation`; SQS's Query protocol puts `AWS.SimpleQueueService.` before its
//! own. Comparing whole codes would miss most of them.

use std::fmt;

/// `errorCode`, as it came.
///
/// ```
/// use trailhook::ErrorCode;
///
/// assert!(ErrorCode("Client.UnauthorizedOperation").is_denied());
/// assert!(!ErrorCode("AWS.SimpleQueueService.NonExistentQueue").is_denied());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorCode<'a>(pub &'a str);

impl<'a> ErrorCode<'a> {
    /// The code without the words before its last dot: `NonExistentQueue`.
    pub fn last_segment(self) -> &'a str {
        self.0.rsplit('.').next().unwrap_or(self.0)
    }

    /// Whether there was no such queue, in the Query protocol's word or in the JSON protocol's.
    pub fn is_missing_queue(self) -> bool {
        matches!(self.last_segment(), "NonExistentQueue" | "QueueDoesNotExist")
    }

    /// Whether the caller was refused, in any of the spellings seen in real records. An EC2 dry
    /// run that would have worked is recorded as an error too, and is not a refusal.
    pub fn is_denied(self) -> bool {
        const DENIED: [&str; 8] = [
            "AccessDenied",
            "AccessDeniedException",
            "UnauthorizedOperation",
            "VpceAccessDenied",
            "AuthorizationError",
            "AuthorizationErrorException",
            "NotAuthorized",
            "NotAuthorizedException",
        ];
        DENIED.contains(&self.last_segment())
    }
}

impl fmt::Display for ErrorCode<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
