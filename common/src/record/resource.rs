//! A resource that a call touched.

use crate::object::object;

object! {
    /// One element of `resources`. A third of those measured have no type, and a few old records
    /// spell `arn` in lower case: read the ARN with [`Resource::arn`].
    pub struct Resource {
        /// The resource's ARN.
        arn_upper: String = "ARN",
        /// The same in the old spelling.
        arn_lower: String = "arn",
        /// The resource's owner.
        account_id: String = "accountId",
        /// As in `AWS::SQS::Queue`.
        kind: String = "type",
    }
}

impl Resource {
    /// The resource's ARN, in whichever spelling it came.
    pub fn arn(&self) -> Option<&str> {
        self.arn_upper.text().or_else(|| self.arn_lower.text())
    }
}
