//! The mistakes that make people say "nothing happens", and the row of `trailhook validate` that each belongs to.

use crate::validation::without;

/// A mistake.
pub struct Fault {
    /// What it is called.
    pub name: &'static str,
    /// How it is made.
    pub made: Made,
    /// Whether it shows without a call.
    pub is_seen: bool,
    /// Where it is named: verdict, check, subject; and a word of the cause and of the fix.
    pub row: [&'static str; 5],
}

/// How it is made.
pub enum Made {
    /// Another template is deployed.
    Template(fn(String) -> String),
    /// The stage is told so.
    Said(&'static [&'static str]),
    /// Something is taken away afterwards.
    Gone(&'static str),
    /// A function's process ends at once.
    Crashes(&'static str),
    /// AWS answers this call so.
    Answered(&'static str, u16, &'static str),
    /// Validated with these arguments instead.
    Asked(&'static [&'static str]),
}

use Made::{Answered, Asked, Crashes, Gone, Said, Template};

const RULE: &str = "trailhook-ApiCallRule-1A2B3C";
/// The stage deploys no such target, as it would get nothing.
const TARGET: &str = r#"{"Targets": [{
    "Id": "EventLog", "Arn": "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/events/trailhook:*",
    "DeadLetterConfig": {"Arn": "arn:aws:sqs:eu-west-1:111122223333:trailhook-UndeliveredEventsQueue-1A2B3C"}}]}"#;
const ON_ANOTHER_BUS: &str = r#"{
    "Name": "trailhook-ApiCallRule-1A2B3C", "Arn": "arn:aws:events:eu-west-1:111122223333:rule/orders/trailhook-ApiCallRule-1A2B3C",
    "State": "ENABLED", "EventBusName": "orders", "EventPattern": "{\"source\": [\"aws.sqs\"]}"}"#;
const WITHOUT_SQS: &str = r#"{"AdvancedEventSelectors": [{"FieldSelectors": [
    {"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "eventSource", "NotEquals": ["sqs.amazonaws.com"]}]}]}"#;
const DENIED: &str = r#"{"__type": "AccessDeniedException", "message": "you may not"}"#;
/// The mistakes.
pub const FAULTS: &[Fault] = &[
    Fault {
        name: "no trail",
        made: Said(&["--parameter", "CreateTrail=false"]),
        is_seen: true,
        row: ["bad", "trail", "eu-west-1", "no trail records", "CreateTrail=true"],
    },
    Fault {
        name: "no trail logging",
        made: Template(|text| text.replace("IsLogging: true", "IsLogging: false")),
        is_seen: true,
        row: ["bad", "trail-logging", "trailhook-trail", "logging is off", "start-logging --name trailhook-trail"],
    },
    Fault {
        name: "read-only events recorded",
        made: Template(|text| text.replace("ReadWriteType: All", "ReadWriteType: ReadOnly")),
        is_seen: true,
        row: ["bad", "trail-selectors", "trailhook-trail", "read-only", "put-event-selectors"],
    },
    Fault {
        name: "rule disabled",
        made: Template(|text| text.replacen("State: ENABLED", "State: DISABLED", 1)),
        is_seen: true,
        row: ["bad", "rule-state", RULE, "disabled", "enable-rule --name trailhook-ApiCallRule"],
    },
    Fault {
        name: "pattern misspelt",
        made: Template(|text| text.replacen("- sqs.amazonaws.com", "- sqs.amazonws.com", 1)),
        is_seen: true,
        row: ["bad", "rule-pattern", RULE, "sqs.amazonws.com", "deploy the template again"],
    },
    Fault {
        name: "permission missing",
        made: Template(|text| without(&text, "NotifyPermission")),
        is_seen: true,
        row: ["bad", "target-permission", "Notify", "invoke", "aws lambda add-permission"],
    },
    Fault {
        name: "permission for another account's calls",
        made: Template(|text| {
            let permission = "FunctionName: !GetAtt RevertFunction.Arn\n      Principal: events.amazonaws.com\n";
            text.replace(permission, &format!("{permission}      SourceAccount: !Ref AWS::AccountId\n"))
        }),
        is_seen: true,
        row: ["bad", "target-permission", "Revert", "SourceAccount", "AWS::Lambda::Permission"],
    },
    Fault {
        name: "log-group policy missing",
        made: Template(|text| without(&text, "EventLogPolicy")),
        is_seen: true,
        row: ["bad", "target-permission", "EventLog", "no resource policy", "AWS::Logs::ResourcePolicy"],
    },
    Fault {
        name: "log-group policy for one service",
        made: Template(|text| {
            text.replace(r#"["events.amazonaws.com", "delivery.logs.amazonaws.com"]"#, r#"["events.amazonaws.com"]"#)
        }),
        is_seen: true,
        row: ["bad", "target-permission", "EventLog", "delivery.logs.amazonaws.com", "AWS::Logs::ResourcePolicy"],
    },
    Fault {
        name: ":* on the ARN",
        made: Answered("ListTargetsByRule", 200, TARGET),
        is_seen: true,
        row: ["bad", "target-arn", "EventLog", ":*", "!Sub arn:"],
    },
    Fault {
        name: "rule on another bus",
        made: Answered("DescribeRule", 200, ON_ANOTHER_BUS),
        is_seen: true,
        row: ["bad", "rule-bus", "trailhook-ApiCallRule-1A2B3C", "on the bus orders", "EventBusName"],
    },
    Fault {
        name: "trail leaves the service out",
        made: Answered("GetEventSelectors", 200, WITHOUT_SQS),
        is_seen: true,
        row: ["bad", "trail-selectors", "trailhook-trail", "the calls of sqs.amazonaws.com out", "put-event-selectors"],
    },
    Fault {
        name: "alarms may not publish",
        made: Template(|text| {
            let alarms = "Service: cloudwatch.amazonaws.com\n            Action: sns:Publish";
            text.replace(alarms, &alarms.replace("cloudwatch", "s3"))
        }),
        is_seen: true,
        row: [
            "bad",
            "topic-permission",
            "trailhook-NotificationTopic-1A2B3C",
            "does not let cloudwatch.amazonaws.com publish",
            "AWS::SNS::TopicPolicy",
        ],
    },
    Fault {
        name: "no permission to look",
        made: Answered("GetKeyPolicy", 400, DENIED),
        is_seen: true,
        row: ["untold", "key", "trailhook-UndeliveredEventsQueue-1A2B3C", "AccessDenied", "may kms:GetKeyPolicy"],
    },
    Fault {
        name: "target in the wrong Region",
        made: Template(|text| {
            text.replacen(
                "logs:${AWS::Region}:${AWS::AccountId}:log-group:${EventLogGroup}\n",
                "logs:us-east-1:${AWS::AccountId}:log-group:${EventLogGroup}\n",
                1,
            )
        }),
        is_seen: true,
        row: ["bad", "target-region", "EventLog", "us-east-1", "eu-west-1"],
    },
    Fault {
        name: "wrong Region asked",
        made: Asked(&["--region", "eu-central-1"]),
        is_seen: true,
        row: ["bad", "stack", "trailhook", "no stack trailhook in eu-central-1", "--region"],
    },
    Fault {
        name: "function crashing",
        made: Crashes("notify"),
        is_seen: false,
        row: ["bad", "decision", "NotifyFunction", "does not start, or crashes", "/aws/lambda/trailhook-notify"],
    },
    Fault {
        name: "decisions kept out of the log",
        made: Template(|text| text.replace("ApplicationLogLevel: !Ref LogLevel", "ApplicationLogLevel: WARN")),
        is_seen: false,
        row: ["untold", "decision", "NotifyFunction", "keeps decisions out of its log", "LogLevel=INFO"],
    },
    Fault {
        name: "function stopped",
        made: Template(|text| {
            let description = "Description: Tells people and programs of a call, and writes the journal\n";
            text.replace(description, &format!("{description}      ReservedConcurrentExecutions: 0\n"))
        }),
        is_seen: true,
        row: ["bad", "function-concurrency", "NotifyFunction", "is 0", "delete-function-concurrency"],
    },
    Fault {
        name: "DLQ policy missing",
        made: Template(|text| without(&text, "UndeliveredEventsQueuePolicy")),
        is_seen: true,
        row: ["bad", "dead-letter-queue", "TagNewQueue", "does not let events.amazonaws.com send", "sqs:SendMessage"],
    },
    Fault {
        name: "DLQ policy that hangs on what nobody knows",
        made: Template(|text| {
            let condition = "ArnEquals:\n                aws:SourceArn:\n                  - !GetAtt ApiCallRule.Arn\n";
            text.replace(
                condition,
                &format!("StringEquals:\n                aws:SourceOrgID: o-example\n              {condition}"),
            )
        }),
        is_seen: true,
        row: ["untold", "dead-letter-queue", "TagNewQueue", "aws:sourceorgid", "FailedInvocations"],
    },
    Fault {
        name: "DLQ gone",
        made: Gone("UndeliveredEventsQueue"),
        is_seen: true,
        row: ["bad", "dead-letter-queue", "TagNewQueue", "is not there", "deploy the stack again"],
    },
    Fault {
        name: "on-failure queue gone",
        made: Gone("FailedEventsQueue"),
        is_seen: true,
        row: ["bad", "on-failure", "TagNewQueueFunction", "is not there", "deploy the stack again"],
    },
    Fault {
        name: "a function's own dead-letter queue gone",
        made: Template(|text| {
            let description = "Description: Tells people and programs of a call, and writes the journal\n";
            let queue = "      DeadLetterQueue:\n        Type: SQS\n        TargetArn: \
                         !Sub arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:gone\n";
            text.replace(description, &format!("{description}{queue}"))
        }),
        is_seen: true,
        row: ["bad", "dead-letter-queue", "NotifyFunction", "own dead-letter queue gone is not", "deploy the stack"],
    },
    Fault {
        name: "KMS denied",
        made: Template(|text| {
            text.replace(
                "              Service: events.amazonaws.com\n            Action:\n              - kms:Decrypt\n",
                "              Service: sns.amazonaws.com\n            Action:\n              - kms:Decrypt\n",
            )
        }),
        is_seen: true,
        row: [
            "bad",
            "key",
            "trailhook-UndeliveredEventsQueue-1A2B3C",
            "does not let events.amazonaws.com",
            "kms:GenerateDataKey",
        ],
    },
    Fault {
        name: "role lacks TagQueue",
        made: Said(&["--refuse", "sqs:TagQueue", "--retry-delay", "0.1"]),
        is_seen: false,
        row: ["bad", "decision", "TagNewQueueFunction", "Trailhook.Denied", "sqs:TagQueue"],
    },
    Fault {
        name: "topic gone",
        made: Gone("NotificationTopic"),
        is_seen: true,
        row: ["bad", "topic", "trailhook-NotificationTopic-1A2B3C", "is not there", "deploy the stack again"],
    },
    Fault {
        name: "table gone",
        made: Gone("LedgerTable"),
        is_seen: true,
        row: ["bad", "table", "trailhook-LedgerTable-1A2B3C", "is not there", "deploy the stack again"],
    },
    Fault {
        name: "journal gone",
        made: Gone("JournalLogGroup"),
        is_seen: true,
        row: ["bad", "journal", "trailhook-JournalLogGroup-1A2B3C", "is not there", "deploy the stack again"],
    },
    Fault {
        name: "exempt principal",
        made: Said(&["--parameter", "ExemptPrincipals=arn:aws:iam::111122223333:user/alice"]),
        is_seen: false,
        row: ["bad", "decision", "TagNewQueueFunction", "skipped, exempt", "--profile"],
    },
    Fault {
        name: "everybody exempt",
        made: Said(&["--parameter", "ExemptQueues=*"]),
        is_seen: true,
        row: ["bad", "exemptions", "TagNewQueueFunction", "everybody is exempt", "ExemptQueues"],
    },
    Fault {
        name: "own account exempt",
        made: Said(&["--parameter", "ExemptAccounts=111122223333"]),
        is_seen: true,
        row: ["bad", "exemptions", "NotifyFunction", "everybody is exempt", "narrow"],
    },
    Fault {
        name: "dry run",
        made: Said(&["--parameter", "TagMode=dry-run"]),
        is_seen: true,
        row: ["note", "mode", "TagNewQueueFunction", "changes nothing", "TagMode=enforce"],
    },
    Fault {
        name: "role outside the path",
        made: Template(|text| text.replace("TRAILHOOK_ROLE_PATH: !Ref RolePath", "TRAILHOOK_ROLE_PATH: /other/")),
        is_seen: true,
        row: ["bad", "role", "RevertFunction", "is not under /other/", "a role under"],
    },
];
