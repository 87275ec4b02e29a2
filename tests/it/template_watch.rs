//! What the template lets people see: alarms that reach them, a dashboard and queries that name what is there.

use crate::template::stack;
use serde_json::Value;
use std::collections::BTreeSet;
use trailhook::{ActionOutcome, ActionReport, EventHeader, Mode, Outcome, Report};
use trailhook_cli::template::{Deployment, Stack, Template};
use trailhook_tests::responses::RESPONSES;
use trailhook_tests::root;

/// The functions' own metrics, and the dimensions that each may be asked for with.
pub(crate) const OWN: [(&str, &[&[&str]]); 4] = [
    ("Decisions", &[&["Response"], &["Outcome", "Response"]]),
    ("Latency", &[&["Response"]]),
    ("ColdStart", &[&["Response"]]),
    ("ActionsStopped", &[&["Response"]]),
];

const OUTCOMES: [Outcome; 8] = [
    Outcome::Acted,
    Outcome::DryRun,
    Outcome::Nothing,
    Outcome::Skipped,
    Outcome::Duplicate,
    Outcome::Stopped,
    Outcome::Postponed,
    Outcome::Failed,
];

fn stack_in(region: &str, parameters: &[(&str, &str)]) -> Stack {
    let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let deployment = Deployment { region: region.to_owned(), parameters, ..Deployment::default() };
    Template::read(&root().join("template.yaml")).unwrap().deploy(deployment).unwrap()
}

fn is_outcome(text: &str) -> bool {
    OUTCOMES.iter().any(|outcome| outcome.as_str() == text)
}

/// What a metric's dimension names is there: a rule, a function, a queue, a response, an outcome.
fn is_there(stack: &Stack, namespace: &str, metric: &str, dimensions: &[(String, String)]) {
    let known = |kind: &str, name: &str| {
        stack.resources(kind).unwrap().iter().any(|id| name == format!("trailhook-{id}-1A2B3C"))
    };
    let own = stack.functions().unwrap()[0].variables["POWERTOOLS_METRICS_NAMESPACE"].clone();
    let said = format!("{namespace} {metric} {dimensions:?}");
    for (name, value) in dimensions {
        let holds = match (namespace, name.as_str()) {
            ("AWS/Events", "RuleName") => known("AWS::Events::Rule", value),
            ("AWS/Lambda", "FunctionName") => known("AWS::Serverless::Function", value),
            ("AWS/SQS", "QueueName") => known("AWS::SQS::Queue", value),
            (_, "Response") => namespace == own && RESPONSES.iter().any(|row| row.binary == value),
            (_, "Outcome") => namespace == own && is_outcome(value),
            _ => false,
        };
        assert!(holds, "{said}: there is no {name} {value}");
    }
    if namespace == own {
        let names: Vec<&str> =
            dimensions.iter().map(|(name, _)| name.as_str()).collect::<BTreeSet<_>>().into_iter().collect();
        let declared = OWN.iter().find(|(name, _)| *name == metric).unwrap_or_else(|| panic!("no function has {said}"));
        assert!(declared.1.contains(&names.as_slice()), "{said}");
    } else {
        assert_eq!(dimensions.len(), 1, "on the default bus AWS's metrics have one dimension: {said}");
    }
}

fn dimensions(metric: &Value) -> Vec<(String, String)> {
    let all = metric["Dimensions"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    all.map(|one| (text(&one["Name"]), text(&one["Value"]))).collect()
}

#[test]
fn every_alarm_is_about_what_is_there_and_tells_the_topic() {
    let stack = stack(&[("ExpectEventsDaily", "true")]);
    let topic = stack.topics().unwrap().remove(0);
    let alarms = stack.resources("AWS::CloudWatch::Alarm").unwrap();
    assert!(alarms.len() >= 10, "{alarms:?}");
    for id in alarms {
        let alarm = stack.properties(id).unwrap();
        assert_eq!(alarm["AlarmActions"], serde_json::json!([topic]), "{id}");
        // Nearly all of these metrics come only while there is something to count.
        let silence = if id == "NoEventsAlarm" { "breaching" } else { "notBreaching" };
        assert_eq!(alarm["TreatMissingData"], silence, "{id}");
        match alarm["Metrics"].as_array() {
            None => is_there(
                &stack,
                alarm["Namespace"].as_str().unwrap(),
                alarm["MetricName"].as_str().unwrap(),
                &dimensions(&alarm),
            ),
            Some(all) => {
                let expression = all.iter().find_map(|one| one["Expression"].as_str()).unwrap();
                for one in all.iter().filter(|one| one["MetricStat"].is_object()) {
                    let metric = &one["MetricStat"]["Metric"];
                    let name = metric["MetricName"].as_str().unwrap();
                    is_there(&stack, metric["Namespace"].as_str().unwrap(), name, &dimensions(metric));
                    let filled = format!("FILL({}, 0)", one["Id"].as_str().unwrap());
                    assert!(expression.contains(&filled), "{id}: {filled} is not in {expression}");
                }
            }
        }
    }
    let quiet = crate::template::stack(&[]);
    assert!(!quiet.resources("AWS::CloudWatch::Alarm").unwrap().contains(&"NoEventsAlarm"), "off by default");
    // Without all three an alarm changes its state, and nobody hears of it.
    let policy = stack.properties("NotificationTopicPolicy").unwrap().to_string();
    assert!(policy.contains("cloudwatch.amazonaws.com") && policy.contains("alarm:*"), "{policy}");
    let key = stack.properties("MessagesKey").unwrap().to_string();
    assert!(key.contains("cloudwatch.amazonaws.com") && key.contains("kms:GenerateDataKey*"), "{key}");
    let topic = stack.properties("NotificationTopic").unwrap();
    assert!(topic["KmsMasterKeyId"].as_str().unwrap().contains("MessagesKey"), "{topic}");
}

#[test]
fn the_dashboard_is_json_everywhere_and_shows_what_is_there() {
    for region in ["eu-west-1", "us-east-1", "cn-north-1", "us-gov-west-1"] {
        for expected in ["false", "true"] {
            let stack = stack_in(region, &[("ExpectEventsDaily", expected), ("MetricsNamespace", "Its.own-1")]);
            let body = stack.properties("Dashboard").unwrap()["DashboardBody"].as_str().unwrap().to_owned();
            let body: Value = serde_json::from_str(&body).unwrap_or_else(|error| panic!("{region}: {error}\n{body}"));
            let mut alarms = BTreeSet::new();
            let mut metrics = BTreeSet::new();
            let mut taken = BTreeSet::new();
            for widget in body["widgets"].as_array().unwrap() {
                let properties = &widget["properties"];
                let side = |name: &str| widget[name].as_u64().unwrap();
                for x in side("x")..side("x") + side("width") {
                    for y in side("y")..side("y") + side("height") {
                        assert!(x < 24 && taken.insert((x, y)), "{} lies over another", properties["title"]);
                    }
                }
                if widget["type"] == "alarm" {
                    let all = properties["alarms"].as_array().unwrap();
                    alarms.extend(all.iter().map(|arn| arn.as_str().unwrap().to_owned()));
                    continue;
                }
                assert_eq!(properties["region"], region);
                if let Some(query) = properties["query"].as_str() {
                    fields_are_there(query);
                    let groups = stack.log_groups().unwrap();
                    let sources: Vec<&str> =
                        query.split("SOURCE '").skip(1).map(|s| s.split('\'').next().unwrap()).collect();
                    assert!(!sources.is_empty() && sources.iter().all(|name| groups.iter().any(|group| group == name)));
                }
                for metric in properties["metrics"].as_array().into_iter().flatten() {
                    let parts = metric.as_array().unwrap();
                    if let Some(search) = parts[0]["expression"].as_str() {
                        let schema = r#"SEARCH('{"Its.own-1",Response,Outcome} MetricName="Decisions"', 'Sum', 300)"#;
                        assert_eq!(search, schema);
                        continue;
                    }
                    let texts: Vec<&str> = parts.iter().filter_map(Value::as_str).collect();
                    let [namespace, name, rest @ ..] = texts.as_slice() else { panic!("{metric}") };
                    let of: Vec<_> = rest.chunks(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned())).collect();
                    is_there(&stack, namespace, name, &of);
                    metrics.extend(of.iter().map(|(_, value)| format!("{name} {value}")));
                }
            }
            let there: BTreeSet<String> = stack
                .resources("AWS::CloudWatch::Alarm")
                .unwrap()
                .into_iter()
                .map(|id| {
                    let partition = trailhook::partition_of(region);
                    format!("arn:{partition}:cloudwatch:{region}:111122223333:alarm:trailhook-{id}-1A2B3C")
                })
                .collect();
            assert_eq!(alarms, there, "every alarm is on the dashboard");
            // The article's three, for both rules, beside ours for each function.
            for rule in stack.rules().unwrap() {
                for name in ["TriggeredRules", "Invocations", "FailedInvocations"] {
                    assert!(metrics.contains(&format!("{name} {}", rule.name)), "{name} of {}", rule.name);
                }
            }
            for row in RESPONSES {
                assert!(metrics.contains(&format!("Decisions {}", row.binary)), "{}", row.binary);
            }
        }
    }
    let none = stack(&[("CreateDashboard", "false")]);
    assert_eq!(none.resources("AWS::CloudWatch::Dashboard").unwrap(), [""; 0]);
}

/// A decision line with everything in it that one can have.
fn line(sample: &str) -> Value {
    let sample = std::fs::read(root().join("events/sqs").join(sample)).unwrap();
    let event: Value = serde_json::from_slice(&sample).unwrap();
    let envelope = trailhook::decode(&sample).unwrap();
    let action = ActionReport {
        outcome: ActionOutcome::Nothing,
        description: "do".to_owned(),
        reason: Some("exempt"),
        message: Some("why".to_owned()),
        notes: vec!["a note".to_owned()],
        action: Value::Null,
        after: Some(Value::Null),
    };
    let mut report =
        Report::of_actions("revert", Mode::DryRun, EventHeader::of(&envelope), vec![action]).because("exempt");
    report.notes.push("a note".to_owned());
    // As it comes in Logs Insights: the line, and beside it the line of an event's log group.
    serde_json::json!({ "report": report, "detail": event["detail"], "target": "", "message": "", "requestId": "" })
}

/// Every field that a query names is in a decision line or in an event, and every outcome is one.
fn fields_are_there(query: &str) {
    // A session of a role, and a user: their actors have other members.
    let lines = ["CreateQueue.failed.json", "CreateQueue.console.json"].map(line);
    let words = query.split(|letter: char| !(letter.is_ascii_alphanumeric() || "._@".contains(letter)));
    for field in words.filter(|word| word.starts_with("report.") || word.starts_with("detail.")) {
        let pointer = format!("/{}", field.replace('.', "/"));
        assert!(lines.iter().any(|line| line.pointer(&pointer).is_some()), "no line has {field}, which is in: {query}");
    }
    for after in query.split("report.outcome ").skip(1) {
        let condition = after.split(['|', '\n']).next().unwrap();
        let condition = condition.split(" and ").next().unwrap();
        for outcome in condition.split('"').skip(1).step_by(2) {
            assert!(is_outcome(outcome), "{outcome} is no outcome: {query}");
        }
    }
}

#[test]
fn every_query_names_fields_that_there_are_and_groups_that_have_them() {
    let stack = stack(&[]);
    let queries = stack.resources("AWS::Logs::QueryDefinition").unwrap();
    assert!(queries.len() >= 5, "{queries:?}");
    let events = stack.properties("EventLogGroup").unwrap()["LogGroupName"].as_str().unwrap().to_owned();
    for id in queries {
        let query = stack.properties(id).unwrap();
        let text = query["QueryString"].as_str().unwrap();
        fields_are_there(text);
        assert!(text.len() < 10_000 && query["Name"].as_str().unwrap().starts_with("trailhook/"), "{query}");
        let groups: Vec<&str> =
            query["LogGroupNames"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert!(!groups.is_empty());
        for group in groups {
            assert!(stack.log_groups().unwrap().contains(&group.to_owned()), "{group}");
            let decisions = text.contains(r#"target = "trailhook::decision""#);
            assert_eq!(decisions, group.starts_with("/aws/lambda/"), "{id}: {group}");
            assert_eq!(text.contains("detail."), group == events, "{id}: {group}");
        }
    }
}

/// A key of the account's own is used everywhere or nowhere, and whoever needs it may use it.
#[test]
fn one_key_encrypts_all_that_the_stack_keeps() {
    let key = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9";
    let modes = ["TagMode", "NotifyMode", "RevertMode", "SnapshotMode"].map(|mode| (mode, "enforce"));
    let of = |key: &str| stack(&[modes.as_slice(), &[("KmsKeyArn", key)]].concat());
    for (stack, given) in [(of(""), false), (of(key), true)] {
        for (kind, property) in [
            ("AWS::Logs::LogGroup", "/KmsKeyId"),
            ("AWS::SNS::Topic", "/KmsMasterKeyId"),
            ("AWS::SQS::Queue", "/KmsMasterKeyId"),
            ("AWS::DynamoDB::Table", "/SSESpecification/KMSMasterKeyId"),
        ] {
            for id in stack.resources(kind).unwrap() {
                let used = stack.properties(id).unwrap().pointer(property).cloned();
                assert_eq!(used == Some(key.into()), given, "{id}: {used:?}");
            }
        }
        for function in stack.functions().unwrap() {
            let role = stack.properties(&format!("{}Role", function.logical_id)).unwrap();
            let statements: Vec<&Value> = role["Policies"]
                .as_array()
                .unwrap()
                .iter()
                .flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().unwrap())
                .filter(|statement| statement["Action"].to_string().contains("kms:"))
                .collect();
            let via = |service: &str| {
                let through = format!("{service}.eu-west-1.amazonaws.com");
                statements.iter().any(|one| one["Condition"]["StringEquals"]["kms:ViaService"] == through.as_str())
            };
            assert!(statements.iter().all(|one| (one["Resource"] == key) == given), "{statements:?}");
            assert!(via("sqs"), "{} may not write to the queue of failed events", function.binary);
            assert_eq!(via("sns"), ["notify", "revert"].contains(&function.binary.as_str()), "{}", function.binary);
            assert_eq!(via("dynamodb"), given, "{} and the table", function.binary);
        }
    }
}
