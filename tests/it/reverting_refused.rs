//! What is not undone, and why: for each call that can be, the real binary before an AWS that answers what
//! the case says.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};
use std::sync::LazyLock;
use trailhook_cli::stage::Invocation;
use trailhook_tests::functions::{binaries, invoke};
use trailhook_tests::root;
use trailhook_tests::script::Scripted;

pub(crate) const QUEUE: &str = "https://sqs.eu-west-1.amazonaws.com/111122223333/orders";
const ARN: &str = "arn:aws:sqs:eu-west-1:111122223333:orders";
/// A minute and a half before: a deleted queue's name is free.
const AGO: TimeDelta = TimeDelta::seconds(90);

/// A call, and what it is undone by.
pub(crate) struct Case {
    pub(crate) call: &'static str,
    pub(crate) request: Value,
    /// The queue before the call: attributes and tags.
    before: (Value, Value),
    /// The queue that the call left; `None` where there is none.
    pub(crate) left: Option<(Value, Value)>,
    /// Somebody else's change since, and the reason that is given.
    changed: (Option<(Value, Value)>, &'static str),
    undone_by: &'static str,
}

/// What AWS answers.
#[derive(Clone, Default)]
pub(crate) struct Aws {
    pub(crate) live: Option<(Value, Value)>,
    /// The item with the queue's history.
    pub(crate) history: Option<Value>,
    /// The records of CloudTrail's event history, newest first.
    pub(crate) events: Vec<Value>,
}

fn policy(condition: Value) -> Value {
    let mut statement = json!({
        "Sid": "Share", "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::444455556666:root" },
        "Action": "SQS:SendMessage", "Resource": ARN,
    });
    if !condition.is_null() {
        statement["Condition"] = condition;
    }
    json!(json!({ "Version": "2008-10-17", "Statement": [statement] }).to_string())
}

pub(crate) fn cases() -> Vec<Case> {
    let none = || json!({});
    let shared = || json!({ "Policy": policy(Value::Null) });
    let conditional = || json!({ "Policy": policy(json!({ "Bool": { "aws:SecureTransport": "true" } })) });
    let owner = |owner: &str| json!({ "owner": owner });
    let timeout = |seconds: &str| json!({ "VisibilityTimeout": seconds });
    vec![
        Case {
            call: "SetQueueAttributes",
            request: json!({ "queueUrl": QUEUE, "attributes": { "VisibilityTimeout": "5", "DelaySeconds": "0" } }),
            before: (json!({ "VisibilityTimeout": "45", "DelaySeconds": "0" }), none()),
            left: Some((json!({ "VisibilityTimeout": "5", "DelaySeconds": "0" }), none())),
            changed: (Some((timeout("10"), none())), "changed-since"),
            undone_by: "SetQueueAttributes",
        },
        Case {
            call: "AddPermission",
            request: json!({ "queueUrl": QUEUE, "label": "Share", "aWSAccountIds": ["444455556666"], "actions": ["SendMessage"] }),
            before: (none(), none()),
            left: Some((shared(), none())),
            changed: (Some((conditional(), none())), "changed-since"),
            undone_by: "RemovePermission",
        },
        Case {
            call: "RemovePermission",
            request: json!({ "queueUrl": QUEUE, "label": "Share" }),
            before: (conditional(), none()),
            left: Some((none(), none())),
            changed: (Some((shared(), none())), "already-reverted"),
            undone_by: "SetQueueAttributes",
        },
        Case {
            call: "TagQueue",
            request: json!({ "queueUrl": QUEUE, "tags": { "owner": "mallory" } }),
            before: (none(), owner("payments")),
            left: Some((none(), owner("mallory"))),
            changed: (Some((none(), owner("audit"))), "changed-since"),
            undone_by: "TagQueue",
        },
        Case {
            call: "UntagQueue",
            request: json!({ "queueUrl": QUEUE, "tagKeys": ["owner"] }),
            before: (none(), owner("payments")),
            left: Some((none(), none())),
            changed: (Some((none(), owner("audit"))), "changed-since"),
            undone_by: "TagQueue",
        },
        Case {
            call: "DeleteQueue",
            request: json!({ "queueUrl": QUEUE }),
            before: (timeout("45"), owner("payments")),
            left: None,
            changed: (Some((json!({ "VisibilityTimeout": "9", "CreatedTimestamp": "now" }), none())), "created-again"),
            undone_by: "CreateQueue",
        },
    ]
}

/// When the queue was made: the same for all who are asked, however long the test takes.
static MADE: LazyLock<i64> = LazyLock::new(|| time(TimeDelta::days(2)).timestamp());

pub(crate) fn time(ago: TimeDelta) -> DateTime<Utc> {
    Utc::now() - ago
}

/// The event of a case, so long ago.
pub(crate) fn event(case: &Case, ago: TimeDelta) -> Value {
    let file = root().join(format!("events/sqs/{}.success.json", case.call));
    let mut event: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let at = json!(time(ago).to_rfc3339_opts(SecondsFormat::Secs, true));
    event["time"] = at.clone();
    event["detail"]["eventTime"] = at;
    event["detail"]["requestParameters"] = case.request.clone();
    event
}

/// The history in which the queue was seen as it was before the call.
fn seen(case: &Case, before: &(Value, Value)) -> Value {
    let created = *MADE;
    let queue = json!({ "created": created, "attributes": before.0, "tags": before.1 });
    item(case, vec![json!({ "fact": "seen", "at": time(TimeDelta::days(1)), "queue": queue })])
}

/// The item with these facts, and with the call itself: snapshot has been told of it too.
pub(crate) fn item(case: &Case, mut facts: Vec<Value>) -> Value {
    let id = event(case, AGO)["detail"]["eventID"].clone();
    facts.push(json!({ "fact": "called", "at": time(AGO), "eventId": id, "effect": { "call": "DeleteQueue" } }));
    let history = json!({ "facts": facts });
    json!({ "id": { "S": format!("queue#{ARN}") }, "version": { "N": "1" }, "history": { "S": history.to_string() } })
}

/// The same, where snapshot has stopped before the call.
fn without_the_call(known: &Aws) -> Aws {
    let mut known = known.clone();
    if let Some(item) = &mut known.history {
        let mut history: Value = serde_json::from_str(item["history"]["S"].as_str().unwrap()).unwrap();
        history["facts"].as_array_mut().unwrap().retain(|fact| fact["fact"] != "called");
        item["history"]["S"] = json!(history.to_string());
    }
    known
}

impl Aws {
    async fn start(self) -> Scripted {
        let created = MADE.to_string();
        let script = move |call: &str, _| {
            let missing = || (400, json!({ "__type": "com.amazonaws.sqs#QueueDoesNotExist" }).to_string());
            let answer = match (call, &self.live) {
                ("GetQueueAttributes" | "ListQueueTags", None) => return missing(),
                ("GetQueueAttributes", Some((attributes, _))) => {
                    let mut attributes = attributes.clone();
                    let made = match attributes.get("CreatedTimestamp").and_then(Value::as_str) {
                        Some("now") => Utc::now().timestamp().to_string(),
                        _ => created.clone(),
                    };
                    attributes["CreatedTimestamp"] = json!(made);
                    json!({ "Attributes": attributes })
                }
                ("ListQueueTags", Some((_, tags))) => json!({ "Tags": tags }),
                ("GetItem", _) => self.history.as_ref().map_or_else(|| json!({}), |item| json!({ "Item": item })),
                ("LookupEvents", _) => {
                    let events = self
                        .events
                        .iter()
                        .map(|record| json!({ "EventId": record["eventID"], "CloudTrailEvent": record.to_string() }));
                    json!({ "Events": events.collect::<Vec<_>>() })
                }
                ("CreateQueue", _) => json!({ "QueueUrl": QUEUE }),
                _ => json!({}),
            };
            (200, answer.to_string())
        };
        Scripted::start(script).await.unwrap()
    }
}

/// What the binary reports, and the calls by which it changed something.
pub(crate) async fn answered(aws: Aws, event: &Value, mode: &str) -> (Value, Vec<String>) {
    answered_with(aws, event, mode, &[]).await
}

/// The same with these variables besides.
pub(crate) async fn answered_with(aws: Aws, event: &Value, mode: &str, more: &[(&str, &str)]) -> (Value, Vec<String>) {
    let aws = aws.start().await;
    let mut variables = vec![("TRAILHOOK_MODE", mode), ("TRAILHOOK_SNAPSHOTS", "trailhook-table")];
    variables.extend(more);
    let payload = event.to_string().into_bytes();
    let done = invoke("revert", &aws.endpoint, &variables, &[payload]).await.unwrap();
    let report = match done.into_iter().next().unwrap() {
        Invocation::Response(report) => report,
        Invocation::Error(error) => {
            json!({ "outcome": "error", "reason": error.error_type, "message": error.error_message })
        }
        other => panic!("{other:?}"),
    };
    let looks =
        ["GetQueueAttributes", "ListQueueTags", "GetItem", "LookupEvents", "UpdateItem", "ListMessageMoveTasks"];
    let changes = aws.calls().into_iter().filter(|call| !looks.contains(&call.as_str())).collect();
    (report, changes)
}

pub(crate) fn reason(report: &Value) -> &str {
    let mut of_action =
        report["actions"].as_array().into_iter().flatten().filter_map(|action| action["reason"].as_str());
    let told = of_action.find(|reason| *reason != "nothing-changed");
    told.or_else(|| report["reason"].as_str()).unwrap_or_default()
}

#[tokio::test]
async fn what_was_changed_since_or_is_not_known_is_left_alone() {
    binaries().unwrap();
    for case in cases() {
        let known = Aws { live: case.left.clone(), history: Some(seen(&case, &case.before)), events: Vec::new() };
        let fresh = event(&case, AGO);
        let call = case.call;
        // The control: this one is undone, and a dry run says the same and does nothing.
        let (enforced, changes) = answered(known.clone(), &fresh, "enforce").await;
        assert_eq!(
            (&enforced["outcome"], changes),
            (&json!("acted"), vec![case.undone_by.to_owned()]),
            "{call}: {enforced}"
        );
        let (dry, changes) = answered(known.clone(), &fresh, "dry-run").await;
        assert_eq!((&dry["outcome"], changes), (&json!("dry-run"), Vec::new()), "{call}: {dry}");
        let actions = |report: &Value| -> Vec<Value> {
            report["actions"].as_array().unwrap().iter().map(|action| action["action"].clone()).collect()
        };
        assert_eq!(actions(&dry), actions(&enforced), "{call}");

        let until = time(-TimeDelta::days(1)).to_rfc3339_opts(SecondsFormat::Secs, true);
        let mut exempt = known.clone();
        match &mut exempt.live {
            Some((_, tags)) => tags["trailhook:exempt-until"] = json!(until),
            // A queue that is gone has the tags that it had.
            None => {
                let mut before = case.before.clone();
                before.1["trailhook:exempt-until"] = json!(until);
                exempt.history = Some(seen(&case, &before));
            }
        }
        let unknown = Aws { history: Some(item(&case, Vec::new())), ..known.clone() };
        let changed = Aws { live: case.changed.0.clone(), ..known.clone() };
        // What is made again is there again.
        let back = case.left.is_some().then(|| Aws { live: Some(case.before.clone()), ..known.clone() });
        let old = event(&case, TimeDelta::minutes(4));
        let mut refusals = vec![("exempt by its tag", exempt, &fresh, "exempt")];
        refusals.extend(back.map(|back| ("already undone", back, &fresh, "already-reverted")));
        let stale = event(&case, TimeDelta::minutes(16));
        refusals.push(("stale", known.clone(), &stale, "stale"));
        if call != "AddPermission" {
            refusals.push(("nobody knows", unknown.clone(), &old, "unknown-previous-state"));
            // What was seen a day ago may have been changed since by calls that nobody kept either.
            refusals.push(("nobody kept the call", without_the_call(&known), &old, "unknown-previous-state"));
        }
        if case.changed.1 == "changed-since" {
            // It may be undone in a moment, and this call then too; in the end it is for people.
            for (event, expected) in [(&fresh, "Trailhook.Postponed"), (&old, "Trailhook.Undecidable")] {
                let (report, changes) = answered(changed.clone(), event, "enforce").await;
                assert_eq!((report["reason"].as_str(), changes), (Some(expected), Vec::new()), "{call}: {report}");
                let (report, changes) = answered(changed.clone(), event, "dry-run").await;
                assert_eq!((reason(&report), changes), ("changed-since", Vec::new()), "{call}: {report}");
            }
        } else {
            refusals.push(("changed meanwhile", changed, &old, case.changed.1));
        }
        for (what, aws, event, expected) in refusals {
            for mode in ["enforce", "dry-run"] {
                let (report, changes) = answered(aws.clone(), event, mode).await;
                assert_eq!((reason(&report), changes), (expected, Vec::new()), "{call}, {what}, {mode}: {report}");
            }
        }
    }
}
