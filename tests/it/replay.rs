//! `trailhook replay`: what it says is what the functions decide, and what it can't read costs nothing else.

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::Output;
use trailhook_cli::input;
use trailhook_cli::stage::{Function, FunctionSettings, Invocation};
use trailhook_cli::template::{Deployment, Template};
use trailhook_tests::command::{folder, trailhook};
use trailhook_tests::functions::{binaries, environment};
use trailhook_tests::script::Scripted;
use trailhook_tests::{events, root, say, services, shared_records};

const ALL: &str = "EventNames=AddPermission,CancelMessageMoveTask,CreateQueue,DeleteQueue,PurgeQueue,RemovePermission,\
                   SetQueueAttributes,StartMessageMoveTask,TagQueue,UntagQueue";
const RESPONSES: [&str; 3] = ["tag-new-queue", "notify", "revert"];
const DRY: [&str; 2] = ["TagMode=dry-run", "NotifyMode=dry-run"];

fn replay(arguments: &[&str]) -> Output {
    trailhook([&["replay"], arguments].concat()).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// Every sample and every shared record, in its envelope; those that come twice have ids of their own.
fn everything() -> Vec<Value> {
    let mut all = Vec::new();
    for service in services().unwrap().iter().map(String::as_str).chain(["near-miss"]) {
        all.extend(events(service).unwrap().into_iter().map(|(_, bytes)| serde_json::from_slice(&bytes).unwrap()));
    }
    match shared_records().unwrap() {
        Some(records) => all.extend(records.into_iter().map(|(_, event)| event)),
        None => say("the shared records are not here: their decisions were not compared"),
    }
    let text = all.iter().map(Value::to_string);
    let read = text.flat_map(|text| input::events_of(text.as_bytes(), "it").unwrap());
    read.map(|event| event.envelope).collect()
}

/// What a report says before anybody looks at anything.
fn planned(report: &Value) -> Value {
    let actions = report["actions"].as_array().into_iter().flatten();
    let actions: Vec<Value> = actions.map(|action| json!([action["description"], action["action"]])).collect();
    if actions.is_empty() {
        return json!([report["outcome"], report["reason"], report["message"], report["event"]]);
    }
    json!([report["event"], actions])
}

/// The functions as they are deployed in an account and Region, with an AWS that lets them do nothing.
async fn functions(account: &str, region: &str, endpoint: &str) -> BTreeMap<&'static str, Function> {
    let template = Template::read(&root().join("template.yaml")).unwrap();
    let parameter = |text: &str| text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap();
    let parameters = DRY.iter().copied().chain([ALL]).map(parameter).collect();
    let (account, region) = (account.to_owned(), region.to_owned());
    let deployment = Deployment { account, region: region.clone(), parameters, ..Deployment::default() };
    let stack = template.deploy(deployment).unwrap();
    let mut functions = BTreeMap::new();
    for function in stack.functions().unwrap() {
        let Some(name) = RESPONSES.into_iter().find(|name| *name == function.binary) else { continue };
        let mut variables = environment(endpoint);
        variables.retain(|name, _| !name.starts_with("TRAILHOOK_"));
        variables.extend(function.variables);
        let more = [
            ("AWS_REGION", region.as_str()),
            ("TRAILHOOK_MAX_EVENT_AGE_SECONDS", "any"),
            ("TRAILHOOK_REPLAYED_EVENTS", "act"),
        ];
        variables.extend(more.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let settings = FunctionSettings::new(binaries().unwrap().join(name), variables);
        functions.insert(name, Function::start(settings).await.unwrap());
    }
    functions
}

#[tokio::test]
async fn each_decision_is_the_one_of_the_deployed_function() {
    let all = everything();
    let place = folder("replay-all").unwrap();
    let (file, decisions) = (place.join("events.jsonl"), place.join("decisions.jsonl"));
    let lines: String = all.iter().map(|event| format!("{event}\n")).collect();
    std::fs::write(&file, lines).unwrap();
    let (file, decisions) = (file.to_str().unwrap().to_owned(), decisions.to_str().unwrap().to_owned());
    let parameters: Vec<&str> = DRY.iter().copied().chain([ALL]).flat_map(|text| ["--parameter", text]).collect();
    let told = replay(&[&[file.as_str(), "--decisions", &decisions, "--json"], parameters.as_slice()].concat());
    let tally = json(&told);
    // Who only counts lays out no action, and comes to the same sums.
    for more in [&[][..], &["--parameter", "NotifyQuiet=sqs:CreateQueue", "--parameter", "ExemptQueues=ord*"]] {
        let arguments = [&[file.as_str(), "--json"], parameters.as_slice(), more].concat();
        let counted = json(&replay(&arguments));
        assert_eq!(counted, json(&replay(&[&arguments[..], &["--decisions", &format!("{decisions}.2")]].concat())));
        assert_eq!(counted == tally, more.is_empty(), "{counted}");
    }
    let refused = r#"{"__type": "com.amazonaws#AccessDeniedException", "message": "said the test"}"#;
    let aws = Scripted::start(move |_, _| (400, refused.to_owned())).await.unwrap();
    let mut deployed = BTreeMap::<(String, String), BTreeMap<&'static str, Function>>::new();
    let mut compared = BTreeMap::<String, usize>::new();
    let mut expected = BTreeMap::<((String, String), String), Vec<Value>>::new();
    let decided = std::fs::read_to_string(&decisions).unwrap();
    for line in decided.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let report = &line["report"];
        let number: usize = line["place"].as_str().unwrap().rsplit(' ').next().unwrap().parse().unwrap();
        let event = &all[number - 1];
        let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        let key = (text("account"), text("region"));
        if !deployed.contains_key(&key) {
            deployed.insert(key.clone(), functions(&key.0, &key.1, &aws.endpoint).await);
        }
        let name = report["response"].as_str().unwrap();
        let function = deployed.get_mut(&key).unwrap().get_mut(name).unwrap();
        match function.invoke(event.to_string()).await.unwrap() {
            Invocation::Response(_) | Invocation::Error(_) => {}
            other => panic!("{name}: {other:?}"),
        }
        expected.entry((key, name.to_owned())).or_default().push(report.clone());
        *compared.entry(format!("{name}: {}", report["outcome"].as_str().unwrap())).or_default() += 1;
    }
    for (key, functions) in deployed {
        for (name, function) in functions {
            let log = function.stop().await;
            let lines = log.iter().filter_map(|line| serde_json::from_str::<Value>(&line.text).ok());
            let decided: Vec<Value> = lines
                .filter(|line| line["target"] == "trailhook::decision")
                .map(|line| planned(&line["report"]))
                .collect();
            let expected = expected.remove(&(key.clone(), name.to_owned())).unwrap_or_default();
            assert_eq!(expected.len(), decided.len(), "{name}: one decision line each");
            for (expected, decided) in expected.iter().map(planned).zip(&decided) {
                assert_eq!(expected.to_string(), decided.to_string(), "{name}");
            }
        }
    }
    let matched = tally["matched"].as_u64().unwrap() as usize;
    assert_eq!(compared.values().sum::<usize>(), matched * RESPONSES.len(), "{tally}");
    assert!(matched > 60, "{tally}");
    say(format!("{} decisions of {} events are those of the functions: {compared:?}", matched * 3, all.len()));
}

#[test]
fn files_are_chosen_by_their_paths_and_calls_by_their_times() {
    let place = folder("replay-layout").unwrap();
    let sample: Value =
        serde_json::from_slice(&std::fs::read(root().join("events/sqs/CreateQueue.success.json")).unwrap()).unwrap();
    for (region, day, hour) in [("eu-west-1", "01", "09"), ("eu-west-1", "02", "23"), ("us-east-1", "02", "10")] {
        let mut record = sample["detail"].clone();
        record["eventTime"] = json!(format!("2026-11-{day}T{hour}:30:00Z"));
        record["awsRegion"] = json!(region);
        let folder = place.join(format!("AWSLogs/111122223333/CloudTrail/{region}/2026/11/{day}"));
        std::fs::create_dir_all(&folder).unwrap();
        write_gzip(&folder.join("log.json.gz"), json!({ "Records": [record] }).to_string().as_bytes());
    }
    let place = place.to_str().unwrap();
    for (arguments, files, passed_by, matched) in [
        (&[][..], 3, 0, 3),
        (&["--region", "eu-west-1"], 2, 1, 2),
        (&["--account", "444455556666"], 0, 3, 0),
        (&["--since", "2026-11-02"], 2, 1, 2),
        (&["--since", "2026-11-02T12:00:00Z"], 2, 1, 1),
        (&["--until", "2026-11-02T23:30:00Z"], 3, 0, 2),
    ] {
        let tally = json(&replay(&[&[place, "--json"], arguments].concat()));
        let counts = [&tally["files"], &tally["filesPassedBy"], &tally["matched"]].map(|count| count.as_u64().unwrap());
        assert_eq!(counts, [files, passed_by, matched], "{arguments:?}: {tally}");
    }
    let none = replay(&[place, "--since", "2026-11-02T23:59:00Z"]);
    let none = String::from_utf8_lossy(&none.stdout);
    assert!(none.contains("2 events of another time, account or Region than asked for"), "{none}");
    let output = replay(&[place]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}");
    for wanted in ["3 files with 3 records", "3 events", "would act", "alice (role Developer)", "2026-11-02"] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
}

#[test]
fn what_cannot_be_read_is_counted_and_the_rest_is_replayed() {
    let place = folder("replay-broken").unwrap();
    let record = std::fs::read_to_string(root().join("events/sqs/CreateQueue.success.json")).unwrap();
    let record: Value = serde_json::from_str(&record).unwrap();
    let good = json!({ "Records": [record["detail"]] }).to_string();
    write_gzip(&place.join("good.json.gz"), good.as_bytes());
    let whole = std::fs::read(place.join("good.json.gz")).unwrap();
    std::fs::write(place.join("cut.json.gz"), &whole[..whole.len() / 2]).unwrap();
    let odd =
        good.replacen('[', "[{\"eventSource\": \"sqs.amazonaws.com\", \"eventName\": \"CreateQueue\", oops}, ", 1);
    std::fs::write(place.join("odd.json"), odd).unwrap();
    let bad = good.replace("https://sqs.eu-west-1.amazonaws.com/111122223333/orders", "nowhere");
    std::fs::write(place.join("shape.json"), bad).unwrap();
    let path = place.to_str().unwrap();
    let output = replay(&[path, "none.json", "--json"]);
    let tally = json(&output);
    assert_eq!(output.status.code(), Some(1), "{tally}");
    assert_eq!(tally["responses"]["tag-new-queue"]["would act"], 2, "{tally}");
    let problems = tally["problems"].to_string();
    for wanted in [
        "none.json: No such file",
        "cut.json.gz: it can't be read on",
        "odd.json: record 1: not readable",
        "shape.json: record 1: revert: detail.responseElements.queueUrl",
    ] {
        assert!(problems.contains(wanted), "{wanted}: {problems}");
    }
    let first = json(&replay(&[path, "--json", "--strict", "--threads", "1"]));
    assert!(first["files"].as_u64().unwrap() < 4, "{first}");
    let output = replay(&["-", "--json", "--parameter", "Nope=1"]);
    assert_eq!(output.status.code(), Some(2));
}

fn write_gzip(file: &Path, bytes: &[u8]) {
    let mut encoder = GzEncoder::new(std::fs::File::create(file).unwrap(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap();
}
