//! What the template and the code must agree on.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use trailhook::calls::sqs::{CreateQueue, EVENT_SOURCE, MANAGEMENT_CALLS};
use trailhook::history::QueueCall;
use trailhook::pattern::Pattern;
use trailhook::{Call, EventPattern, FromRecord, Guards, Watched, WatchedCall};
use trailhook_cli::template::{Deployment, Destination, Stack, Template};
use trailhook_handlers::Environment;
use trailhook_tests::responses::{self, RESPONSES};
use trailhook_tests::{events, root};

pub(crate) fn stack(parameters: &[(&str, &str)]) -> Stack {
    let template = Template::read(&root().join("template.yaml")).unwrap();
    let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    template.deploy(Deployment { parameters, ..Deployment::default() }).unwrap()
}

/// The binaries of the handlers package.
fn binaries() -> BTreeSet<String> {
    let files = std::fs::read_dir(root().join("handlers/src/bin")).unwrap();
    files.map(|file| file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

/// Text or a list of texts.
pub(crate) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().map(|item| item.as_str().unwrap().to_owned()).collect(),
        other => vec![other.as_str().unwrap().to_owned()],
    }
}

#[test]
fn the_rule_lets_through_what_the_responses_watch() {
    let stack_rules = stack(&[]).rules().unwrap();
    assert_eq!(stack_rules.len(), 2, "one rule for what is answered, one for what is looked at");
    let implied = Call::<CreateQueue>::event_pattern();
    assert_eq!(&stack_rules[0].pattern, implied.json(), "the template's pattern is the one that the trigger implies");
    assert_eq!(&stack_rules[1].pattern, QueueCall::event_pattern().json(), "and the other what snapshot watches");

    // Every call that the parameter allows, all at once: still exactly what the calls imply.
    let writes: Vec<WatchedCall> =
        MANAGEMENT_CALLS.into_iter().filter(|call| call.event_names != ["ListMessageMoveTasks"]).collect();
    let names: Vec<&str> = writes.iter().flat_map(|call| call.event_names).copied().collect();
    let all = stack(&[("EventNames", &names.join(","))]).rules().unwrap();
    assert_eq!(&all[0].pattern, EventPattern::of(&Watched::Calls(writes)).json());
    assert!(all[0].pattern.to_string().len() < Pattern::DEFAULT_QUOTA);
}

/// What a response watches can reach it: each of its calls is one that the rule may be told to let
/// through.
#[test]
fn no_response_waits_for_what_never_comes() {
    for row in RESPONSES {
        let Watched::Calls(calls) = (row.watched)() else { continue };
        // Calls about messages are data events: they come by a rule of one's own, from a trail that has them.
        let managed = |name: &&str| MANAGEMENT_CALLS.iter().any(|call| call.event_names.contains(name));
        let names = calls.iter().flat_map(|call| call.event_names).copied().filter(managed);
        for name in names {
            let call = *MANAGEMENT_CALLS.iter().find(|call| call.event_names == [name]).unwrap();
            let names = call.event_names.join(",");
            let rule = stack(&[("EventNames", &names)]).rules().unwrap().remove(0);
            assert_eq!(
                &rule.pattern,
                EventPattern::of(&Watched::Calls(vec![call])).json(),
                "{} waits for {names}",
                row.binary
            );
        }
    }
}

#[test]
fn the_rule_matches_the_samples_and_no_near_miss() {
    let rule = stack(&[]).rules().unwrap().remove(0);
    let pattern = Pattern::from_value(&rule.pattern).unwrap();
    let matches = |bytes: &[u8]| pattern.matches(&serde_json::from_slice(bytes).unwrap());
    for (file, bytes) in events("sqs").unwrap() {
        assert_eq!(matches(&bytes), file.starts_with("CreateQueue."), "{file}");
    }
    for (file, bytes) in events("near-miss").unwrap() {
        assert!(!matches(&bytes), "{file}");
    }
    // The pattern of a response that is triggered by any call takes all of AWS's own, and no others.
    let any = Pattern::from_value(trailhook::Record::event_pattern().json()).unwrap();
    for (file, bytes) in events("near-miss").unwrap() {
        let event: Value = serde_json::from_slice(&bytes).unwrap();
        let call = event["detail-type"] == "AWS API Call via CloudTrail" && file != "forged.CreateQueue.json";
        assert_eq!(any.matches(&event), call, "{file}");
    }
    let sources = EventPattern::of(&Watched::Calls(vec![
        WatchedCall { event_source: "sns.amazonaws.com", event_names: &["CreateTopic"] },
        WatchedCall::of::<CreateQueue>(),
    ]));
    let both = Pattern::from_value(sources.json()).unwrap();
    for (file, bytes) in events("near-miss").unwrap() {
        assert_eq!(both.matches(&serde_json::from_slice(&bytes).unwrap()), file == "sns.CreateTopic.json", "{file}");
    }
}

#[test]
fn every_binary_is_a_function_and_a_target() {
    let stack = stack(&[]);
    let rules = stack.rules().unwrap();
    assert!(rules.iter().all(|rule| rule.targets.len() <= 5), "EventBridge takes five targets");
    assert_eq!(rules[0].targets.len(), 4, "one is left for a response of your own");
    let mut targets = BTreeMap::new();
    let mut log_groups = 0;
    for target in rules.iter().flat_map(|rule| &rule.targets) {
        match &target.destination {
            Destination::Function(function) => {
                drop(targets.insert(function.binary.clone(), function.logical_id.clone()))
            }
            Destination::LogGroup(name) => {
                assert!(name.starts_with("/aws/events/"), "{name}");
                assert!(!target.arn.ends_with(":*"), "with it no event ever arrives: {}", target.arn);
                log_groups += 1;
            }
        }
    }
    assert_eq!(log_groups, 1);
    let told: BTreeSet<String> = targets.keys().cloned().collect();
    assert_eq!(told, binaries(), "the binaries that the rule tells, and the binaries there are");
    let rows: BTreeSet<String> = RESPONSES.iter().map(|row| row.binary.to_owned()).collect();
    assert_eq!(rows, binaries(), "the rows of tests/src/responses.rs, and the binaries there are");
    // Each has a permission for this very rule, and no condition that makes EventBridge's call fail.
    let rule_arn = "arn:aws:events:eu-west-1:111122223333:rule/";
    let mut permitted = BTreeSet::new();
    for id in stack.resources("AWS::Lambda::Permission").unwrap() {
        let permission = stack.properties(id).unwrap();
        assert_eq!(permission["Principal"], "events.amazonaws.com");
        assert!(permission["SourceArn"].as_str().unwrap().starts_with(rule_arn), "{permission}");
        assert!(permission.get("SourceAccount").is_none(), "{id}");
        permitted.insert(permission["FunctionName"].as_str().unwrap().to_owned());
    }
    assert_eq!(permitted.len(), targets.len(), "each function needs a permission for the rule: {permitted:?}");
    for rule in &rules {
        let properties = stack.properties(&rule.logical_id).unwrap();
        for target in properties["Targets"].as_array().unwrap() {
            assert!(target["DeadLetterConfig"]["Arn"].as_str().unwrap().contains(":sqs:"), "{target}");
            assert!(target["RetryPolicy"]["MaximumEventAgeInSeconds"].is_number(), "{target}");
            assert!(target.get("RoleArn").is_none(), "{target}");
        }
    }
    for function in targets.values() {
        let destination = &stack.properties(function).unwrap()["EventInvokeConfig"]["DestinationConfig"]["OnFailure"];
        assert_eq!(destination["Type"], "SQS", "{function} has an on-failure destination");
    }
}

/// Each mode parameter is the mode of its own function, and of no other.
#[test]
fn each_mode_is_that_of_its_function() {
    for (parameter, function) in
        [("TagMode", "tag-new-queue"), ("NotifyMode", "notify"), ("RevertMode", "revert"), ("SnapshotMode", "snapshot")]
    {
        for mode in ["dry-run", "enforce"] {
            let defaults = stack(&[]).functions().unwrap();
            for (now, before) in stack(&[(parameter, mode)]).functions().unwrap().iter().zip(&defaults) {
                let expected = if now.binary == function { mode } else { &before.variables["TRAILHOOK_MODE"] };
                assert_eq!(now.variables["TRAILHOOK_MODE"], expected, "{parameter} and {}", now.binary);
            }
        }
    }
    let modes: Vec<String> =
        stack(&[]).functions().unwrap().iter().map(|f| f.variables["TRAILHOOK_MODE"].clone()).collect();
    assert_eq!(modes.iter().filter(|mode| *mode == "dry-run").count(), 1, "revert alone begins as a dry run");
}

/// The variables of the template start each function: none is misspelt, none is missing.
#[test]
fn every_function_starts_with_the_variables_that_the_template_gives_it() {
    for parameters in [
        vec![],
        vec![
            ("RevertMode", "enforce"),
            ("ExemptPrincipals", "arn:aws:iam::111122223333:role/ci/*"),
            ("ExemptAccounts", "444455556666"),
            ("QueueTags", r#"{"owner": "{{ actor }}"}"#),
            ("Chat", "on"),
            ("NotifyFailedCalls", "all"),
            ("RevertRules", r#"{"rules": [{"name": "names", "calls": ["CreateQueue"], "exceptQueues": ["team-*"]}]}"#),
            ("NotifyQuiet", "TagQueue,sqs:Untag*"),
        ],
    ] {
        for function in stack(&parameters).functions().unwrap() {
            let mut variables = function.variables.clone();
            for (name, value) in [
                ("AWS_REGION", "eu-west-1"),
                ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9"),
                ("AWS_LAMBDA_FUNCTION_NAME", "f"),
                ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
                ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ] {
                variables.insert(name.to_owned(), value.to_owned());
            }
            let exempt = function.variables.keys().any(|name| name.contains("EXEMPT"));
            assert_eq!(exempt, function.binary != "snapshot" && !parameters.is_empty(), "{}", function.binary);
            let mut environment = Environment::of(variables);
            let aws = trailhook_handlers::aws::configuration(&mut environment);
            let mut start = trailhook_handlers::Start { environment: &mut environment, aws: &aws };
            let row = responses::of(&function.binary)
                .unwrap_or_else(|| panic!("{} has no row in tests/src/responses.rs", function.binary));
            let built = (row.starts)(&mut start);
            let configuration = (row.configuration)(&mut environment);
            let problems = environment.into_problems();
            assert!(built && configuration.is_some() && problems.is_empty(), "{}: {problems:?}", function.logical_id);
            let guards: Guards = configuration.unwrap().guards;
            let age = function.variables.get("TRAILHOOK_MAX_EVENT_AGE_SECONDS");
            let age = age.unwrap_or_else(|| panic!("{} has no age limit of its own", function.logical_id));
            let default = row.default_max_age.num_seconds().to_string();
            assert_eq!(
                (age, guards.max_age.is_some()),
                (&default, true),
                "{}: the code's default",
                function.logical_id
            );
        }
    }
}

/// In AWS the functions find the services themselves: an empty address would be one at which nobody answers.
#[test]
fn the_functions_get_an_endpoint_only_where_one_is_given() {
    for function in stack(&[]).functions().unwrap() {
        assert!(!function.variables.contains_key("AWS_ENDPOINT_URL"), "{}", function.logical_id);
    }
    let url = "https://127.0.0.1:4566";
    for function in stack(&[("EndpointUrl", url)]).functions().unwrap() {
        assert_eq!(function.variables["AWS_ENDPOINT_URL"], url, "{}", function.logical_id);
    }
}

#[test]
fn the_log_group_lets_eventbridge_write() {
    let stack = stack(&[]);
    let policies = stack.resources("AWS::Logs::ResourcePolicy").unwrap();
    let document = stack.properties(policies[0]).unwrap()["PolicyDocument"].clone();
    let document: Value = document.as_str().map_or(document.clone(), |text| serde_json::from_str(text).unwrap());
    let statement = &document["Statement"][0];
    let services: BTreeSet<String> = texts(&statement["Principal"]["Service"]).into_iter().collect();
    assert_eq!(services, ["delivery.logs.amazonaws.com", "events.amazonaws.com"].map(str::to_owned).into());
    assert_eq!(texts(&statement["Action"]), ["logs:CreateLogStream", "logs:PutLogEvents"]);
    assert_eq!(EVENT_SOURCE, "sqs.amazonaws.com");
}
