//! What the roles and queues of the template let happen: what the responses do, and no more.

use crate::template::{stack, texts};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use trailhook::{Arn, RolePath};
use trailhook_cli::template::Stack;
use trailhook_tests::functions::ROLE_PATH;
use trailhook_tests::responses;

fn statements(role: &Value, policy: &str) -> Vec<Value> {
    let policies = role["Policies"].as_array().unwrap().iter();
    let policies = policies.filter(|candidate| candidate["PolicyName"] == policy);
    policies.flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().unwrap().clone()).collect()
}

/// The actions that a function's role allows its response.
fn allowed(stack: &Stack, function: &str) -> BTreeSet<String> {
    let role = stack.properties(&format!("{function}Role")).unwrap();
    let statements = statements(&role, "response");
    statements.iter().filter(|statement| statement["Effect"] == "Allow").flat_map(|s| texts(&s["Action"])).collect()
}

#[test]
fn each_role_may_do_what_its_response_does_and_no_more() {
    let needs = |actions: &[&str]| actions.iter().map(|action| (*action).to_owned()).collect::<BTreeSet<_>>();
    let dry = stack(&[("SnapshotMode", "dry-run")]);
    let moves = ("RevertMayStopMoves", "true");
    let enforced = stack(&[("RevertMode", "enforce"), moves]);
    let without = allowed(&stack(&[("RevertMode", "enforce")]), "RevertFunction");
    for action in ["sqs:CancelMessageMoveTask", "sqs:DeleteMessage", "sqs:ReceiveMessage"] {
        assert!(!without.contains(action) && !allowed(&stack(&[moves]), "RevertFunction").contains(action), "{action}");
    }
    for function in enforced.functions().unwrap() {
        let row = responses::of(&function.binary)
            .unwrap_or_else(|| panic!("{} has no row in tests/src/responses.rs", function.binary));
        let function = function.logical_id.as_str();
        let all = needs(row.iam_actions);
        assert_eq!(
            allowed(&enforced, function),
            all,
            "what {function}'s role may do, and what its handler says it does"
        );
        let held_back = needs(row.only_enforced);
        let looks: BTreeSet<String> = all.difference(&held_back).cloned().collect();
        assert_eq!(allowed(&dry, function), looks, "{function}: a dry run can't do it, whatever the code does");
        let role = enforced.properties(&format!("{function}Role")).unwrap();
        for statement in statements_of(&role) {
            assert!(texts(&statement["Action"]).iter().all(|action| !action.contains('*')), "{function}: {statement}");
            // CloudTrail knows no resource for this one.
            let any = texts(&statement["Action"]) == ["cloudtrail:LookupEvents"];
            assert!(any || !texts(&statement["Resource"]).contains(&"*".to_owned()), "{function}: {statement}");
        }
        assert!(role.get("ManagedPolicyArns").is_none(), "{function}");
        // Its log, and nobody else's.
        let log = enforced.properties(function).unwrap()["LoggingConfig"]["LogGroup"].as_str().unwrap().to_owned();
        let logs = statements(&role, "logs");
        let resources: Vec<String> = logs.iter().flat_map(|statement| texts(&statement["Resource"])).collect();
        assert!(!resources.is_empty(), "{function} may not write its log");
        assert!(
            resources.iter().all(|resource| resource.contains(&log)),
            "{function} writes {log}, and may write {resources:?}"
        );
    }
    // Each function has its own role, and each changing statement its own kind of resource.
    for function in enforced.functions().unwrap() {
        let id = &function.logical_id;
        let role = enforced.properties(id).unwrap()["Role"].as_str().unwrap().to_owned();
        assert!(role.contains(&format!("role{ROLE_PATH}")) && role.contains(&format!("{id}Role")), "{id}: {role}");
        let own = statements(&enforced.properties(&format!("{id}Role")).unwrap(), "response");
        for resource in own.iter().filter(|s| s["Effect"] == "Allow").flat_map(|s| texts(&s["Resource"])) {
            if resource == "*" {
                continue;
            }
            let arn: Arn = resource.parse().unwrap();
            assert_eq!((arn.account(), arn.region()), ("111122223333", "eu-west-1"), "{id}: {resource}");
            // notify reads what snapshot kept, and touches no queue.
            let of_queues = arn.service() == "sqs" || (arn.service() == "dynamodb" && id != "NotifyFunction");
            let of_notify = matches!(arn.service(), "dynamodb" | "logs" | "sns") && id == "NotifyFunction";
            assert!(of_queues || of_notify, "{id}: {resource}");
            assert!(id != "NotifyFunction" || arn.resource().len() > 3, "{id}: {resource}");
        }
    }
    let denied: Vec<Value> = statements(&enforced.properties("RevertFunctionRole").unwrap(), "response")
        .into_iter()
        .filter(|statement| statement["Effect"] == "Deny")
        .collect();
    // A queue with the tag of an exemption is not for the role to change, though the code tried: whatever it may do
    // to a queue that is there.
    let changing = |denied: &Value, but: &[&str]| {
        let may = allowed(&enforced, "RevertFunction").into_iter().filter(|action| {
            responses::of("revert").unwrap().only_enforced.contains(&action.as_str()) && !but.contains(&action.as_str())
        });
        assert_eq!(texts(&denied["Action"]), may.collect::<Vec<_>>());
    };
    changing(&denied[0], &["sqs:CreateQueue", "sqs:DeleteMessage", "sqs:ReceiveMessage"]);
    changing(&denied[1], &[]);
    assert_eq!(texts(&denied[0]["Resource"]), ["arn:aws:sqs:eu-west-1:111122223333:*"]);
    let tagged = json!({ "Null": { "aws:ResourceTag/trailhook:exempt-until": "false" } });
    assert_eq!(denied[0]["Condition"], tagged);
    assert!(denied[1].get("Condition").is_none(), "{denied:?}");
    let queues: BTreeSet<String> = enforced
        .resources("AWS::SQS::Queue")
        .unwrap()
        .iter()
        .map(|id| format!("arn:aws:sqs:eu-west-1:111122223333:trailhook-{id}-1A2B3C"))
        .collect();
    assert_eq!(texts(&denied[1]["Resource"]).into_iter().collect::<BTreeSet<_>>(), queues, "the stack's own queues");
}

/// In the table each function may write its own items and read none, and in a dry run not even that.
#[test]
fn each_role_may_write_its_own_items_of_the_table_where_it_acts() {
    let modes = ["TagMode", "NotifyMode", "RevertMode", "SnapshotMode"];
    let [dry, enforced] = ["dry-run", "enforce"].map(|mode| stack(&modes.map(|name| (name, mode))));
    let table = &enforced.tables().unwrap()[0].name;
    for function in enforced.functions().unwrap() {
        let role = |stack: &Stack| stack.properties(&format!("{}Role", function.logical_id)).unwrap();
        let allowed = statements(&role(&enforced), "ledger");
        let [allowed] = allowed.as_slice() else { panic!("{allowed:?}") };
        assert_eq!(texts(&allowed["Action"]), ["dynamodb:UpdateItem"]);
        assert_eq!(texts(&allowed["Resource"]), [format!("arn:aws:dynamodb:eu-west-1:111122223333:table/{table}")]);
        let keys = texts(&allowed["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]);
        let own = |kind: &str| format!("{kind}#{}#*", function.binary);
        let kinds: &[&str] = match function.binary.as_str() {
            "revert" => &["event", "resource", "breaker"],
            "notify" => &["event", "digest"],
            _ => &["event"],
        };
        assert_eq!(keys, kinds.iter().map(|kind| own(kind)).collect::<Vec<_>>());
        assert_eq!(&function.variables["TRAILHOOK_TABLE"], table);
        assert!(!role(&dry).to_string().contains("dynamodb:UpdateItem"), "{}", function.binary);
        // What snapshot keeps is for it, revert and notify to read, and for it alone to write.
        let snapshots: Vec<Value> = statements(&role(&enforced), "response")
            .into_iter()
            .filter(|statement| statement["Condition"].to_string().contains("LeadingKeys"))
            .collect();
        let actions: Vec<String> = snapshots.iter().flat_map(|statement| texts(&statement["Action"])).collect();
        let expected: &[&str] = match function.binary.as_str() {
            "revert" | "notify" => &["dynamodb:GetItem"],
            "snapshot" => &["dynamodb:GetItem", "dynamodb:UpdateItem"],
            _ => &[],
        };
        assert_eq!(actions, expected, "{}", function.binary);
        for statement in &snapshots {
            assert_eq!(texts(&statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]), ["queue#*"]);
        }
        let told = statements(&role(&enforced), "breaker-notice");
        assert_eq!(told.is_empty(), function.binary != "revert", "{}", function.binary);
        assert!(statements(&role(&dry), "breaker-notice").is_empty());
    }
}

#[test]
fn every_role_lives_under_the_path_that_the_own_call_guard_knows() {
    for path in [None, Some("/security/trailhook/")] {
        let parameters: Vec<(&str, &str)> = path.map(|path| ("RolePath", path)).into_iter().collect();
        let stack = stack(&parameters);
        for function in stack.functions().unwrap() {
            let variable = &function.variables["TRAILHOOK_ROLE_PATH"];
            assert_eq!(variable, path.unwrap_or(ROLE_PATH));
            let role = stack.properties(&format!("{}Role", function.logical_id)).unwrap();
            assert_eq!(&role["Path"], variable.as_str());
            let guard: RolePath = variable.parse().unwrap();
            let arn = format!("arn:aws:iam::111122223333:role{variable}any-name-{}", function.name);
            assert!(guard.covers(&arn, "111122223333"));
        }
    }
}

/// EventBridge may write to the queue for what it could not hand over, and Lambda's failures go to
/// another one.
#[test]
fn the_two_roads_of_failure_end_in_their_own_queues() {
    let stack = stack(&[]);
    let rules = stack.rules().unwrap();
    let targets = rules
        .iter()
        .flat_map(|rule| stack.properties(&rule.logical_id).unwrap()["Targets"].as_array().unwrap().clone());
    let undelivered: BTreeSet<String> =
        targets.map(|target| target["DeadLetterConfig"]["Arn"].as_str().unwrap().to_owned()).collect();
    assert_eq!(undelivered.len(), 1);
    let undelivered = undelivered.into_iter().next().unwrap();
    assert!(undelivered.contains("UndeliveredEventsQueue"), "{undelivered}");
    let policy = stack.properties("UndeliveredEventsQueuePolicy").unwrap();
    let statements = policy["PolicyDocument"]["Statement"].as_array().unwrap();
    let lets_in =
        statements.iter().find(|s| s["Effect"] == "Allow" && s["Principal"]["Service"] == "events.amazonaws.com");
    let lets_in = lets_in.unwrap();
    assert_eq!(texts(&lets_in["Action"]), ["sqs:SendMessage"]);
    assert_eq!(lets_in["Resource"], undelivered);
    for rule in &rules {
        assert!(lets_in["Condition"].to_string().contains(&format!("rule/{}\"", rule.name)), "{lets_in}");
    }
    for function in stack.functions().unwrap() {
        let configuration = stack.properties(&function.logical_id).unwrap()["EventInvokeConfig"].clone();
        let failed = configuration["DestinationConfig"]["OnFailure"]["Destination"].as_str().unwrap().to_owned();
        assert!(failed.contains("FailedEventsQueue"), "{failed}");
        let role = stack.properties(&format!("{}Role", function.logical_id)).unwrap();
        let may_send = statements_of(&role).into_iter().any(|statement| {
            texts(&statement["Action"]).contains(&"sqs:SendMessage".to_owned()) && statement["Resource"] == failed
        });
        assert!(may_send, "{} may not write to {failed}", function.logical_id);
    }
}

fn statements_of(role: &Value) -> Vec<Value> {
    let policies = role["Policies"].as_array().unwrap().iter();
    policies.flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().unwrap().clone()).collect()
}
