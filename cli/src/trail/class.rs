//! Which kind of event a call is, and whether it is a read.
//!
//! From the CloudTrail pages of SQS, SNS, CloudWatch, CloudWatch Logs, DynamoDB, S3 and Lambda: what
//! they list as data events is here, everything else is a management event. The pages give no
//! read-only value for single calls; the names do, and records of other services bear them out.

/// What kind of event a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventClass {
    /// What happens to resources: every trail has it, unless it is told not to.
    Management,
    /// What happens in resources: a trail has it only where its selectors say so.
    Data,
    /// CloudTrail never records it.
    Unrecorded,
}

const DATA: [(&str, &[&str]); 6] = [
    (
        "sqs",
        &[
            "ChangeMessageVisibility",
            "ChangeMessageVisibilityBatch",
            "DeleteMessage",
            "DeleteMessageBatch",
            "GetQueueAttributes",
            "GetQueueUrl",
            "ListDeadLetterSourceQueues",
            "ListQueueTags",
            "ListQueues",
            "ReceiveMessage",
            "SendMessage",
            "SendMessageBatch",
        ],
    ),
    ("sns", &["Publish", "PublishBatch"]),
    (
        "dynamodb",
        &[
            "BatchExecuteStatement",
            "BatchGetItem",
            "BatchWriteItem",
            "DeleteItem",
            "ExecuteStatement",
            "ExecuteTransaction",
            "GetItem",
            "PutItem",
            "Query",
            "Scan",
            "TransactGetItems",
            "TransactWriteItems",
            "UpdateItem",
        ],
    ),
    ("lambda", &["Invoke"]),
    ("monitoring", &["GetMetricData", "GetMetricStatistics", "GetMetricWidgetImage", "ListMetrics", "PutMetricData"]),
    (
        "s3",
        &[
            "CopyObject",
            "DeleteObject",
            "GetObject",
            "HeadBucket",
            "HeadObject",
            "ListObjectVersions",
            "ListObjects",
            "PutObject",
        ],
    ),
];

const UNRECORDED: [(&str, &[&str]); 3] =
    [("events", &["PutEvents"]), ("logs", &["PutLogEvents"]), ("xray", &["PutTraceSegments"])];

/// Reads whose names don't begin as reads do.
const OTHER_READS: [(&str, &[&str]); 6] = [
    ("cloudtrail", &["LookupEvents"]),
    ("dynamodb", &["BatchGetItem", "Query", "Scan", "TransactGetItems"]),
    ("events", &["TestEventPattern"]),
    ("logs", &["FilterLogEvents", "StartLiveTail", "StartQuery", "TestMetricFilter", "TestTransformer"]),
    ("s3", &["HeadBucket", "HeadObject"]),
    ("sts", &["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"]),
];

/// What KMS does with a key and not to it: read-only management events, whose responses are never
/// written; from the sample records of its guide.
const CRYPTOGRAPHIC: [(&str, &[&str]); 1] = [(
    "kms",
    &[
        "Decrypt",
        "DeriveSharedSecret",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateMac",
        "GenerateRandom",
        "ReEncrypt",
        "Sign",
        "Verify",
        "VerifyMac",
    ],
)];

/// What kind of event this call of a service is.
pub(super) fn class(service: &str, action: &str) -> EventClass {
    if among(&UNRECORDED, service, action) {
        EventClass::Unrecorded
    } else if among(&DATA, service, action) {
        EventClass::Data
    } else {
        EventClass::Management
    }
}

/// Whether the call changes nothing.
pub(super) fn read_only(service: &str, action: &str) -> bool {
    named_as_read(action) || among(&OTHER_READS, service, action) || cryptographic(service, action)
}

/// Whether it only uses a key.
pub(super) fn cryptographic(service: &str, action: &str) -> bool {
    among(&CRYPTOGRAPHIC, service, action)
}

/// Whether its name says so: that is what EventBridge goes by.
pub(super) fn named_as_read(action: &str) -> bool {
    ["Describe", "Get", "List"].iter().any(|read| action.starts_with(read))
}

fn among(table: &[(&str, &[&str])], service: &str, action: &str) -> bool {
    table.iter().any(|(name, actions)| *name == service && actions.contains(&action))
}

#[cfg(test)]
mod tests {
    use super::*;
    use trailhook::calls::sqs::MANAGEMENT_CALLS;

    #[test]
    fn the_calls_of_sqs() {
        for call in MANAGEMENT_CALLS.iter().flat_map(|call| call.event_names) {
            assert_eq!(class("sqs", call), EventClass::Management, "{call}");
            assert_eq!(read_only("sqs", call), *call == "ListMessageMoveTasks", "{call}");
        }
        for (call, read) in
            [("GetQueueAttributes", true), ("ListQueues", true), ("SendMessage", false), ("ReceiveMessage", false)]
        {
            assert_eq!((class("sqs", call), read_only("sqs", call)), (EventClass::Data, read), "{call}");
        }
        assert_eq!(class("sns", "ListQueues"), EventClass::Management, "a name counts within its service");
        assert_eq!(class("logs", "PutLogEvents"), EventClass::Unrecorded);
    }

    #[test]
    fn the_calls_of_dynamodb() {
        for call in ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"] {
            assert_eq!((class("dynamodb", call), read_only("dynamodb", call)), (EventClass::Data, false), "{call}");
        }
        for call in ["GetItem", "BatchGetItem", "TransactGetItems", "Query", "Scan"] {
            assert_eq!((class("dynamodb", call), read_only("dynamodb", call)), (EventClass::Data, true), "{call}");
        }
        for call in ["CreateTable", "DeleteTable", "UpdateTable", "UpdateTimeToLive"] {
            assert_eq!(
                (class("dynamodb", call), read_only("dynamodb", call)),
                (EventClass::Management, false),
                "{call}"
            );
        }
    }
}
