//! The clients that people have, unmodified, with nothing but the environment they would set: the AWS CLI
//! and boto3, each on a stage of its own.

use serde_json::{Value, json};
use std::process::{Command, Output};
use std::time::{Duration, Instant};
use trailhook_tests::stage::Stage;
use trailhook_tests::{python, root};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(120);
const QUEUES: &str = "https://sqs.eu-west-1.amazonaws.com/111122223333";
pub(crate) const NOTIFY: &str = "trailhook-NotifyFunction-1A2B3C";
const TAGS: [&str; 4] =
    ["trailhook:created-at", "trailhook:created-by", "trailhook:created-from", "trailhook:created-with"];

/// A program of the clients' environment, for `alice` and this stage.
fn program(name: &str, stage: &Stage) -> Command {
    let mut command = Command::new(python::programs("clients").unwrap().join(name));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("AWS_")) {
        command.env_remove(name);
    }
    command.envs([
        ("AWS_ENDPOINT_URL", stage.endpoint.as_str()),
        ("AWS_ACCESS_KEY_ID", "alice"),
        ("AWS_SECRET_ACCESS_KEY", "testing"),
        ("AWS_DEFAULT_REGION", "eu-west-1"),
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        // What goes astray does not get to the real AWS: nobody listens there.
        ("HTTPS_PROXY", "http://127.0.0.1:9"),
    ]);
    command
}

/// The AWS CLI on a stage.
pub(crate) struct Cli<'a>(pub(crate) &'a Stage);

impl Cli<'_> {
    fn run(&self, arguments: &[&str]) -> Output {
        let mut aws = program("aws", self.0);
        // Version 1 takes SQS's endpoint from nowhere else.
        aws.args(["--endpoint-url", &self.0.endpoint, "--output", "json"]).args(arguments).output().unwrap()
    }

    /// What a call answers; null where it answers nothing.
    pub(crate) fn call(&self, arguments: &[&str]) -> Value {
        let ran = self.run(arguments);
        assert!(ran.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
        if ran.stdout.is_empty() { Value::Null } else { serde_json::from_slice(&ran.stdout).unwrap() }
    }

    /// What a call that fails tells people.
    pub(crate) fn refused(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert!(!ran.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stdout));
        String::from_utf8(ran.stderr).unwrap().trim().to_owned()
    }

    /// Asks until the answer is as it should be.
    pub(crate) fn until(&self, arguments: &[&str], wanted: impl Fn(&Value) -> bool) -> Value {
        let started = Instant::now();
        loop {
            let told = self.call(arguments);
            if wanted(&told) {
                return told;
            }
            assert!(started.elapsed() < PATIENCE, "{arguments:?}: {told:#}");
        }
    }
}

/// What people look at first when nothing happens, console by console.
#[test]
fn the_aws_cli_describes_what_is_deployed() {
    let stage = Stage::start(&["--parameter", "EventNames=CreateQueue,DeleteQueue"]).unwrap();
    let aws = Cli(&stage);
    let stack = &aws.call(&["cloudformation", "describe-stacks", "--stack-name", "trailhook"])["Stacks"][0];
    assert_eq!(stack["StackStatus"], "CREATE_COMPLETE");
    let names = json!({"ParameterKey": "EventNames", "ParameterValue": "CreateQueue,DeleteQueue"});
    assert!(stack["Parameters"].as_array().unwrap().contains(&names), "{stack:#}");
    let resources = aws.call(&["cloudformation", "list-stack-resources", "--stack-name", "trailhook"]);
    let physical = |logical: &str| {
        let resources = resources["StackResourceSummaries"].as_array().unwrap();
        let found = resources.iter().find(|resource| resource["LogicalResourceId"] == logical);
        found.map(|found| found["PhysicalResourceId"].as_str().unwrap().to_owned())
    };
    assert_eq!(physical("NotifyFunction").as_deref(), Some(NOTIFY));
    assert_eq!(physical("NoEventsAlarm"), None, "its condition does not hold");
    let none = aws.refused(&["cloudformation", "list-stack-resources", "--stack-name", "other"]);
    assert!(none.contains("Stack with id other does not exist"), "{none}");

    let trail = physical("Trail").unwrap();
    let whose = aws.call(&["cloudformation", "describe-stack-resources", "--physical-resource-id", &trail]);
    assert_eq!(whose["StackResources"].as_array().unwrap().len(), 1, "{whose:#}");
    assert_eq!(whose["StackResources"][0]["LogicalResourceId"], "Trail");

    let rule = physical("ApiCallRule").unwrap();
    let told = aws.call(&["events", "describe-rule", "--name", &rule]);
    let pattern: Value = serde_json::from_str(told["EventPattern"].as_str().unwrap()).unwrap();
    assert_eq!(pattern["detail"]["eventName"], json!(["CreateQueue", "DeleteQueue"]));
    assert_eq!(told["State"], "ENABLED");
    let targets = aws.call(&["events", "list-targets-by-rule", "--rule", &rule]);
    let targets = targets["Targets"].as_array().unwrap();
    assert_eq!(targets.len(), 4);
    let queue = format!(
        "arn:aws:sqs:eu-west-1:111122223333:{}",
        physical("UndeliveredEventsQueue").unwrap().rsplit('/').next().unwrap()
    );
    assert!(targets.iter().all(|target| target["DeadLetterConfig"]["Arn"] == queue.as_str()), "{targets:?}");
    let notify = targets.iter().find(|target| target["Arn"].as_str().unwrap().ends_with(NOTIFY)).unwrap();
    let by_target = aws.call(&["events", "list-rule-names-by-target", "--target-arn", notify["Arn"].as_str().unwrap()]);
    assert_eq!(by_target["RuleNames"], json!([rule]));
    let none = aws.refused(&["events", "describe-rule", "--name", "other"]);
    assert!(none.contains("ResourceNotFoundException"), "{none}");

    let function = aws.call(&["lambda", "get-function-configuration", "--function-name", NOTIFY]);
    assert_eq!((&function["Runtime"], &function["MemorySize"]), (&json!("provided.al2"), &json!(256)), "{function:#}");
    assert_eq!(function["Environment"]["Variables"]["TRAILHOOK_MODE"], "enforce");
    let policy = aws.call(&["lambda", "get-policy", "--function-name", NOTIFY]);
    let policy: Value = serde_json::from_str(policy["Policy"].as_str().unwrap()).unwrap();
    assert_eq!(policy["Statement"][0]["Condition"]["ArnLike"]["AWS:SourceArn"], told["Arn"], "{policy:#}");
    let config = aws.call(&["lambda", "get-function-event-invoke-config", "--function-name", NOTIFY]);
    assert!(config["DestinationConfig"]["OnFailure"]["Destination"].as_str().unwrap().contains(":sqs:"), "{config}");
    let none = aws.refused(&["lambda", "get-policy", "--function-name", "other"]);
    assert!(none.contains("ResourceNotFoundException") && none.contains("Function not found: other"), "{none}");

    let trail = &aws.call(&["cloudtrail", "describe-trails"])["trailList"][0];
    let name = trail["Name"].as_str().unwrap();
    assert_eq!(aws.call(&["cloudtrail", "get-trail-status", "--name", name])["IsLogging"], true);
    let selectors = aws.call(&["cloudtrail", "get-event-selectors", "--trail-name", name]);
    assert_eq!(selectors["EventSelectors"][0]["IncludeManagementEvents"], true);
    let policies = aws.call(&["logs", "describe-resource-policies"]);
    let policy = policies["resourcePolicies"][0]["policyDocument"].as_str().unwrap();
    assert!(policy.contains("delivery.logs.amazonaws.com"), "{policy}");
    // It describes, and changes nothing.
    let refused = aws.refused(&["events", "disable-rule", "--name", &rule]);
    assert!(refused.contains("it only describes what is deployed"), "{refused}");
}

#[test]
fn the_aws_cli_sees_what_follows_a_queue() {
    let stage = Stage::start(&[]).unwrap();
    let aws = Cli(&stage);
    assert_eq!(aws.call(&["sts", "get-caller-identity"])["Arn"], "arn:aws:iam::111122223333:user/alice");

    // A queue that is told of the other one.
    aws.call(&["sqs", "create-queue", "--queue-name", "listener"]);
    let topics = aws.call(&["sns", "list-topics"]);
    let topic = topics["Topics"][0]["TopicArn"].as_str().unwrap();
    let listener = "arn:aws:sqs:eu-west-1:111122223333:listener";
    aws.call(&["sns", "subscribe", "--topic-arn", topic, "--protocol", "sqs", "--notification-endpoint", listener]);

    let url = format!("{QUEUES}/orders");
    let asked = ["--queue-name", "orders", "--attributes", "VisibilityTimeout=45", "--tags", "team=payments"];
    assert_eq!(aws.call(&[&["sqs", "create-queue"][..], &asked].concat()), json!({ "QueueUrl": url }));
    let tags = aws.until(&["sqs", "list-queue-tags", "--queue-url", &url], |told| {
        TAGS.iter().all(|tag| told["Tags"][tag].is_string())
    });
    assert_eq!((&tags["Tags"]["trailhook:created-by"], &tags["Tags"]["team"]), (&json!("alice"), &json!("payments")));

    assert_eq!(aws.call(&["sqs", "get-queue-url", "--queue-name", "orders"]), json!({ "QueueUrl": url }));
    let attributes = aws.call(&["sqs", "get-queue-attributes", "--queue-url", &url, "--attribute-names", "All"]);
    assert_eq!(attributes["Attributes"]["VisibilityTimeout"], "45", "{attributes}");
    let queues = aws.call(&["sqs", "list-queues", "--queue-name-prefix", "orders"]);
    assert_eq!(queues["QueueUrls"], json!([url]));

    let group = ["logs", "filter-log-events", "--log-group-name", "/aws/events/trailhook"];
    let message = |told: &Value| {
        let messages = told["events"].as_array().unwrap().iter().map(|event| event["message"].as_str().unwrap());
        let mut events = messages.map(|message| serde_json::from_str::<Value>(message).unwrap());
        events.find(|event| event["detail"]["requestParameters"]["queueName"] == "orders")
    };
    let event = message(&aws.until(&group, |told| message(told).is_some())).unwrap();
    assert_eq!(event["detail"]["userIdentity"]["userName"], "alice");
    assert!(event["detail"]["userAgent"].as_str().unwrap().starts_with("aws-cli/1."), "{event:#}");

    let receive = ["sqs", "receive-message", "--queue-url", &format!("{QUEUES}/listener")];
    aws.until(&receive, |told| told.to_string().contains("created queue orders in eu-west-1"));
}

#[test]
fn the_aws_cli_reads_metrics_writes_once_and_is_told_what_is_wrong() {
    let stage = Stage::start(&[]).unwrap();
    let aws = Cli(&stage);
    aws.call(&["sqs", "create-queue", "--queue-name", "orders"]);
    let now = chrono::Utc::now();
    let [start, end] = [-2, 2].map(|hours| (now + chrono::Duration::hours(hours)).to_rfc3339());
    let between = ["--start-time", &start, "--end-time", &end];
    let metric = ["--namespace", "AWS/Lambda", "--metric-name", "Invocations", "--period", "3600"];
    let of = format!("Name=FunctionName,Value={NOTIFY}");
    let statistics =
        [&["cloudwatch", "get-metric-statistics", "--statistics", "Sum", "--dimensions", &of], &metric[..], &between]
            .concat();
    aws.until(&statistics, |told| told["Datapoints"][0]["Sum"] == 1.0);
    let metric = json!({"Namespace": "AWS/Lambda", "MetricName": "Invocations",
        "Dimensions": [{"Name": "FunctionName", "Value": NOTIFY}]});
    let query = json!([{"Id": "m", "MetricStat": {"Metric": metric, "Period": 3600, "Stat": "Sum"}}]).to_string();
    let data = [&["cloudwatch", "get-metric-data", "--metric-data-queries", &query], &between[..]].concat();
    assert_eq!(aws.call(&data)["MetricDataResults"][0]["Values"], json!([1.0]));
    let listed = aws.call(&["cloudwatch", "list-metrics", "--namespace", "AWS/Lambda"]);
    assert!(listed["Metrics"].as_array().unwrap().contains(&metric), "{listed}");
    aws.call(&["cloudwatch", "put-metric-data", "--namespace", "Shop", "--metric-name", "Orders", "--value", "1.5"]);
    let listed = aws.call(&["cloudwatch", "list-metrics", "--namespace", "Shop"]);
    assert_eq!(listed["Metrics"][0]["MetricName"], "Orders", "{listed}");

    let table = ["--attribute-definitions", "AttributeName=id,AttributeType=S", "--billing-mode", "PAY_PER_REQUEST"];
    let key = ["--key-schema", "AttributeName=id,KeyType=HASH"];
    aws.call(&[&["dynamodb", "create-table", "--table-name", "once"], &table[..], &key].concat());
    let put = ["dynamodb", "put-item", "--table-name", "once", "--item", r#"{"id": {"S": "a"}}"#];
    let once = [&put[..], &["--condition-expression", "attribute_not_exists(id)"]].concat();
    aws.call(&once);
    assert!(aws.refused(&once).contains("(ConditionalCheckFailedException)"), "{}", aws.refused(&once));
    let got = aws.call(&["dynamodb", "get-item", "--table-name", "once", "--key", r#"{"id": {"S": "a"}}"#]);
    assert_eq!(got["Item"], json!({"id": {"S": "a"}}));

    let missing = aws.refused(&["sqs", "delete-queue", "--queue-url", &format!("{QUEUES}/missing")]);
    assert!(missing.contains("(AWS.SimpleQueueService.NonExistentQueue) when calling the DeleteQueue"), "{missing}");
    for (call, service) in [
        (&["s3", "ls"][..], "s3"),
        (&["ec2", "describe-instances"], "ec2"),
        (&["xray", "get-groups"], "xray"),
        (&["iam", "get-user"], "iam"),
        (&["route53", "list-hosted-zones"], "route53"),
    ] {
        let told = aws.refused(call);
        let reason = format!("the local stage has no service {service} in it");
        assert!(told.contains("(NotImplemented)") && told.contains(&reason), "{told}");
    }
    let told = aws.refused(&["sts", "get-session-token"]);
    assert!(told.contains("knows nothing of STS but GetCallerIdentity"), "{told}");
}

/// It is why the documentation says `--endpoint-url`: with the variable alone SQS's calls go to the real AWS.
#[test]
fn version_1_of_the_aws_cli_does_not_look_at_the_variable_for_sqs() {
    let stage = Stage::start(&[]).unwrap();
    let listed = program("aws", &stage).args(["sns", "list-topics"]).output().unwrap();
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let astray =
        program("aws", &stage).args(["--debug", "sqs", "list-queues"]).env("AWS_MAX_ATTEMPTS", "1").output().unwrap();
    let told = String::from_utf8_lossy(&astray.stderr);
    assert!(!astray.status.success() && told.contains("https://eu-west-1.queue.amazonaws.com"), "{told}");
    let docs = std::fs::read_to_string(root().join("docs/local-stage.md")).unwrap();
    assert!(docs.contains("--endpoint-url") && docs.contains("version 1"), "nobody is warned");
}

#[test]
fn boto3_sees_what_follows_and_makes_many_at_once() {
    let stage = Stage::start(&[]).unwrap();
    let topic = "arn:aws:sns:eu-west-1:111122223333:trailhook-NotificationTopic-1A2B3C";
    let script = root().join("tests/python/clients.py");
    let ran = program("python", &stage).arg(script).args([topic, NOTIFY]).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let told: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(told["who"], "arn:aws:iam::111122223333:user/alice");
    assert_eq!(told["signed beforehand"], true);
    assert!(TAGS.iter().all(|tag| told["tags"][tag].is_string()), "{told:#}");
    assert_eq!(told["tags"]["team"], "payments");
    let fifo = json!(["true", "true", "arn:aws:sqs:eu-west-1:111122223333:orders.fifo"]);
    assert_eq!(told["fifo"], fifo);
    for [one, other] in ["ids", "sns ids"].map(|ids| [&told[ids][0], &told[ids][1]]) {
        assert!(one == other && one.as_str().is_some_and(|id| !id.is_empty()), "{told:#}");
    }
    assert!(told["agent"].as_str().is_some_and(|agent| agent.starts_with("Boto3/")), "{told:#}");
    assert_eq!(
        told["notified"],
        "alice (IAM user) created queue orders.fifo in eu-west-1 from 127.0.0.1 with a client that calls itself an AWS SDK"
    );
    assert!(told["invocations"].as_f64() >= Some(1.0), "{told:#}");
    assert_eq!(told["alarms"], json!([["many", 1.5]]));
    assert_eq!(told["many"], json!(vec!["alice"; 40]));
    let names: Vec<String> = (0..40).map(|number| format!("many-{number:02}")).collect();
    assert_eq!(told["pages"], json!(names.chunks(15).collect::<Vec<_>>()));
    assert_eq!(told["twice"][0], "ConditionalCheckFailedException");
    assert_eq!(
        (&told["missing"][0], &told["missing"][1]),
        (&json!("QueueDoesNotExist"), &json!("AWS.SimpleQueueService.NonExistentQueue"))
    );
    assert_eq!(told["other service"][1], "NotImplemented");
    assert!(told["pattern"][2].as_str().unwrap().contains("and not ?a ?b"), "{told:#}");
}
