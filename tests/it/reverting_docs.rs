//! `docs/reverting.md` and the files of rules beside it, held against the code.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use trailhook::responses::revert::{CallName, Revert, RevertAction, RevertRules};
use trailhook::{Decision, FromRecord, Guards, Response, Watched, decide, decode};
use trailhook_tests::root;

fn page() -> String {
    std::fs::read_to_string(root().join("docs/reverting.md")).unwrap()
}

/// What a cell has between its backticks.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The table of calls: a call to its row's other cells.
fn rows() -> BTreeMap<String, Vec<String>> {
    let page = page();
    let table = page.split("## The calls").nth(1).unwrap().split("## ").next().unwrap();
    let mut rows = BTreeMap::new();
    for line in table.lines().filter(|line| line.starts_with("| `")) {
        let mut cells = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned());
        for call in quoted(&cells.next().unwrap()) {
            rows.insert(call, cells.clone().collect());
        }
    }
    rows
}

pub(crate) fn decided(response: &Revert, event: &Value) -> Decision<RevertAction> {
    let guards =
        Guards::of::<<Revert as Response>::Trigger>("111122223333", "eu-west-1", "/trailhook/".parse().unwrap());
    let now = "2026-11-02T09:30:30Z".parse().unwrap();
    decide(response, decode(event.to_string().as_bytes()).unwrap(), &guards, now).unwrap()
}

fn sample(file: &str) -> Value {
    serde_json::from_slice(&std::fs::read(root().join("events/sqs").join(file)).unwrap()).unwrap()
}

#[test]
fn the_table_of_calls_is_the_code_s() {
    let rows = rows();
    let Watched::Calls(watched) = <Revert as Response>::Trigger::watched() else { panic!("any call") };
    let names: BTreeSet<&str> = watched.iter().flat_map(|call| call.event_names).copied().collect();
    let told: BTreeSet<&str> = rows.keys().map(String::as_str).collect();
    let batches: BTreeSet<&str> = names.iter().copied().filter(|name| name.ends_with("Batch")).collect();
    assert_eq!(told, names.difference(&batches).copied().collect(), "the rows, and what revert answers");
    let mut tests = String::new();
    for folder in ["tests/it", "common/src/responses/revert"] {
        for file in std::fs::read_dir(root().join(folder)).unwrap() {
            let path = file.unwrap().path();
            if path.is_file() {
                tests.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    for (call, cells) in &rows {
        let [inverse, _, proofs] = cells.as_slice() else { panic!("{call}: {cells:?}") };
        for proof in quoted(proofs) {
            let name = proof.rsplit("::").next().unwrap().to_owned();
            assert!(tests.contains(&format!("fn {name}(")), "{proof}, which proves {call}, is not there");
        }
        let reversible = CallName::ALL.iter().any(|name| name.as_str() == call);
        let mut event = sample(&format!("{}.success.json", if reversible { call } else { "PurgeQueue" }));
        event["detail"]["eventName"] = Value::from(call.as_str());
        match decided(&Revert::default(), &event) {
            Decision::Act(actions) => {
                let calls = actions.iter().map(|action| serde_json::to_value(action).unwrap()["call"].clone());
                let calls: Vec<String> = calls.map(|call| call.as_str().unwrap().to_owned()).collect();
                assert_eq!(quoted(inverse), calls, "{call}");
            }
            Decision::Nothing(reason) => {
                assert_eq!((reason.code, inverse.as_str(), reversible), ("not-reversible", "nothing", false), "{call}");
            }
            Decision::Skip(skip) => panic!("{call}: {skip}"),
        }
    }
}

#[test]
fn every_reason_that_the_page_names_is_one_of_the_code() {
    let page = page();
    let table = page.split("## What stops a revert").nth(1).unwrap().split("Some things").next().unwrap();
    let reasons: BTreeSet<String> = table
        .lines()
        .filter(|line| line.starts_with("| `"))
        .flat_map(|line| quoted(line.split('|').nth(1).unwrap()))
        .collect();
    assert!(reasons.len() > 12, "{reasons:?}");
    let mut code = String::new();
    for folder in [
        "common/src/responses",
        "common/src/responses/revert",
        "common/src/responses/revert/rules",
        "handlers/src",
        "handlers/src/responses",
        "handlers/src/responses/revert",
        "handlers/src/ledger",
    ] {
        for file in std::fs::read_dir(root().join(folder)).unwrap() {
            let path = file.unwrap().path();
            if path.is_file() {
                code.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    for reason in reasons {
        assert!(code.contains(&format!("\"{reason}\"")), "no code gives the reason {reason}");
    }
}

fn rules(file: &str) -> Revert {
    let json = std::fs::read_to_string(root().join("docs/rules").join(file)).unwrap();
    // As it is handed over: on one line.
    let rules =
        RevertRules::from_json(&json.replace('\n', "")).unwrap_or_else(|problems| panic!("{file}: {problems:?}"));
    Revert { rules }
}

/// What becomes of the sample with this request.
fn outcome(revert: &Revert, call: &str, request: &[(&str, Value)]) -> String {
    let mut event = sample(&format!("{call}.success.json"));
    for (member, value) in request {
        event["detail"]["requestParameters"][*member] = value.clone();
    }
    match decided(revert, &event) {
        Decision::Act(actions) => match &actions[0] {
            RevertAction::SetQueueAttributes(action) => {
                action.set.keys().map(String::as_str).collect::<Vec<_>>().join("+")
            }
            _ => "undone".to_owned(),
        },
        Decision::Nothing(reason) => reason.code.to_owned(),
        Decision::Skip(skip) => skip.code().to_owned(),
    }
}

#[test]
fn each_file_of_rules_does_what_the_page_says_of_it() {
    let files: BTreeSet<String> = std::fs::read_dir(root().join("docs/rules"))
        .unwrap()
        .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    let told: BTreeSet<String> =
        page().split("](rules/").skip(1).map(|rest| rest.split(')').next().unwrap().to_owned()).collect();
    assert_eq!(files, told);
    let policy = |principal: &str, more: &str| {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{principal},"Action":"sqs:*"{more}}}}}"#
        );
        serde_json::json!({ "Policy": text, "VisibilityTimeout": "5" })
    };
    let public = rules("no-public-queues.json");
    let condition = r#","Condition":{"Bool":{"aws:SecureTransport":"true"}}"#;
    for (attributes, expected) in [
        (policy(r#""*""#, ""), "Policy"),
        (policy(r#"{"AWS":["111122223333","*"]}"#, ""), "Policy"),
        (policy(r#"{"AWS":"*"}"#, condition), "no-rule"),
        (policy(r#"{"AWS":"444455556666"}"#, ""), "no-rule"),
        (serde_json::json!({ "Policy": "{" }), "Policy"),
        (serde_json::json!({ "Policy": "" }), "no-rule"),
    ] {
        assert_eq!(
            outcome(&public, "SetQueueAttributes", &[("attributes", attributes.clone())]),
            expected,
            "{attributes}"
        );
    }
    assert_eq!(outcome(&public, "CreateQueue", &[("attributes", policy(r#""*""#, ""))]), "undone");
    assert_eq!(outcome(&public, "CreateQueue", &[]), "no-rule");
    assert_eq!(outcome(&public, "AddPermission", &[("aWSAccountIds", serde_json::json!(["*"]))]), "undone");
    assert_eq!(outcome(&public, "AddPermission", &[]), "no-rule");
    assert_eq!(outcome(&public, "DeleteQueue", &[]), "no-rule");

    let encrypted = rules("encryption-stays-on.json");
    let set = |attributes: Value| outcome(&encrypted, "SetQueueAttributes", &[("attributes", attributes)]);
    assert_eq!(set(serde_json::json!({ "KmsMasterKeyId": "", "DelaySeconds": "1" })), "KmsMasterKeyId");
    assert_eq!(set(serde_json::json!({ "KmsMasterKeyId": "", "SqsManagedSseEnabled": "true" })), "no-rule");
    assert_eq!(set(serde_json::json!({ "SqsManagedSseEnabled": "false" })), "SqsManagedSseEnabled");
    assert_eq!(
        set(serde_json::json!({ "SqsManagedSseEnabled": "false", "KmsMasterKeyId": "alias/orders" })),
        "no-rule"
    );

    let names = rules("names.json");
    assert_eq!(outcome(&names, "CreateQueue", &[]), "undone", "the sample's queue is called orders");
    let mut event = sample("CreateQueue.success.json");
    event["detail"]["requestParameters"]["queueName"] = Value::from("orders-eu");
    event["detail"]["responseElements"]["queueUrl"] =
        Value::from("https://sqs.eu-west-1.amazonaws.com/111122223333/orders-eu");
    assert!(matches!(decided(&names, &event), Decision::Nothing(reason) if reason.code == "no-rule"));

    let tags = rules("required-tags.json");
    let with = |tags: Value| [("tags", tags)];
    assert_eq!(outcome(&tags, "CreateQueue", &with(serde_json::json!({ "owner": "payments" }))), "undone");
    assert_eq!(
        outcome(&tags, "CreateQueue", &with(serde_json::json!({ "owner": "p", "cost-centre": "7" }))),
        "no-rule"
    );
    assert_eq!(outcome(&tags, "UntagQueue", &[("tagKeys", serde_json::json!(["owner"]))]), "undone");
    assert_eq!(outcome(&tags, "UntagQueue", &[("tagKeys", serde_json::json!(["stage"]))]), "no-rule");
}

#[test]
fn every_problem_of_the_rules_is_told_with_its_place() {
    let told = |json: &str| -> Vec<String> {
        RevertRules::from_json(json).unwrap_err().iter().map(ToString::to_string).collect()
    };
    let all = told(
        r#"{"rules": [
            {"name": "", "calls": []},
            {"name": "a", "calls": ["PurgeQueue", "TagQueue", "TagQueue"], "queues": ["or ders"], "attributes": ["Policy"]},
            {"name": "a", "calls": ["DeleteQueue", "SetQueueAttributes"], "when": "opens-to-everyone", "exceptQueues": []},
            {"name": "b", "calls": ["SetQueueAttributes"], "attributes": ["Polciy", "DelaySeconds"], "when": "removes-encryption"},
            {"name": "c", "calls": ["UntagQueue"], "when": {"lacks-tags": []}}
        ]}"#,
    );
    for (place, what) in [
        ("rules[0].name", "empty"),
        ("rules[0].calls", "never apply"),
        ("rules[1].calls[0]", "can't be undone"),
        ("rules[1].calls[2]", "twice"),
        ("rules[1].queues[0]", "covers no queue"),
        ("rules[1].attributes", "only SetQueueAttributes"),
        ("rules[2].name", "another rule"),
        ("rules[2].exceptQueues", "leave it out"),
        ("rules[2].when", "DeleteQueue can't do that"),
        ("rules[3].attributes[0]", "no attribute"),
        ("rules[3].attributes[1]", "nothing to do with"),
        ("rules[4].when", "the keys of tags"),
    ] {
        let found = all.iter().any(|problem| problem.starts_with(&format!("{place}: ")) && problem.contains(what));
        assert!(found, "{place}: {what}, among {all:#?}");
    }
    assert_eq!(all.len(), 12, "{all:#?}");
    for (json, what) in [
        ("", "the file"),
        ("{}", "rules"),
        (r#"{"rules": []}"#, "nothing would be undone"),
        (r#"{"rules": [{"name": "a", "calls": ["TagQueue"], "quues": []}]}"#, "quues"),
        (r#"{"rules": [{"name": "a", "calls": ["TagQueue"], "when": "sometimes"}]}"#, "sometimes"),
        (r#"{"rules": [{"name": "a", "name": "b", "calls": ["TagQueue"]}]}"#, "duplicate"),
        (r#"{"rules": [{"name": "a", "calls": ["TagQueue"]}]} x"#, "the file"),
    ] {
        let problems = told(json);
        assert!(problems.len() == 1 && problems[0].contains(what), "{json}: {problems:?}");
    }
}
