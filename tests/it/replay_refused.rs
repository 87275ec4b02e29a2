//! `trailhook replay` where something is wrong: it is told, nothing is written over, and the rest goes on.

use serde_json::{Value, json};
use trailhook::pattern::Pattern;
use trailhook_cli::input;
use trailhook_tests::command::{folder, told, trailhook};
use trailhook_tests::{root, say, shared_records};

fn record() -> Value {
    let sample = std::fs::read(root().join("events/sqs/CreateQueue.success.json")).unwrap();
    serde_json::from_slice::<Value>(&sample).unwrap()["detail"].take()
}

fn tally(arguments: &[&str]) -> (Option<i32>, Value) {
    let output = trailhook([&["replay", "--json"], arguments].concat()).unwrap();
    let tally = serde_json::from_slice(&output.stdout);
    (output.status.code(), tally.unwrap_or_else(|_| panic!("{}", told(&output).1)))
}

#[test]
fn what_would_be_misunderstood_is_refused_before_anything_is_read() {
    let place = folder("replay-refused").unwrap();
    let file = place.join("trail.jsonl");
    std::fs::write(&file, record().to_string()).unwrap();
    let name = file.to_str().unwrap();
    for (arguments, expected) in [
        (&["--response", "revrt"][..], "no such function; it has notify, revert, snapshot, tag-new-queue"),
        (&["--parameter", "ExemptPrincipals=arn:aws:iam::1111:user/x"], "TRAILHOOK_EXEMPT_PRINCIPALS"),
        (&["--decisions", name], "it is one of the files that are to be read"),
        (&["--decisions", "-", "--json"], "both write to the standard output"),
        (&["--threads", "0"], "0 is not in 1..=256"),
        (&["--since", "2026-11-05", "--until", "2026-11-05"], "--until is not after --since"),
    ] {
        let (status, message) = told(&trailhook([&["replay", name], arguments].concat()).unwrap());
        assert!(status == Some(2) && message.contains(expected), "{arguments:?}: {message}");
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), record().to_string());
    // What an earlier replay wrote beside the events is none of them.
    let decisions = place.join("decisions.jsonl");
    for _ in 0..2 {
        let (status, sums) = tally(&[place.to_str().unwrap(), "--decisions", decisions.to_str().unwrap()]);
        assert_eq!((status, &sums["matched"]), (Some(0), &json!(1)), "{sums}");
    }
    assert_eq!(std::fs::read_to_string(&decisions).unwrap().lines().count(), 3);
    assert_eq!(std::fs::read_dir(&place).unwrap().count(), 2);
}

#[test]
fn what_is_written_first_takes_no_input_s_place() {
    let place = folder("replay-beside").unwrap();
    let (input, html) = (place.join("report.html.unfinished"), place.join("report.html"));
    std::fs::write(&input, record().to_string()).unwrap();
    for option in ["--html", "--decisions"] {
        let asked = ["replay", input.to_str().unwrap(), option, html.to_str().unwrap()];
        let (status, message) = told(&trailhook(asked).unwrap());
        assert!(status == Some(2) && message.contains("one of the files that are to be read"), "{option}: {message}");
    }
    assert_eq!(std::fs::read_to_string(&input).unwrap(), record().to_string());
    assert!(!html.exists());
}

#[test]
fn a_bad_line_costs_itself_and_strict_ends_at_the_first_whatever_the_threads() {
    let place = folder("replay-lines").unwrap();
    let good = record().to_string();
    let half = &good[..good.find("CreateQueue").unwrap()];
    let text = format!("{good}\nnot JSON\n{good}\n{half}\n{good}\n{{\"eventName\": 1}}\n");
    std::fs::write(place.join("lines.jsonl"), text).unwrap();
    std::fs::write(place.join("never-came.json.gz"), "").unwrap();
    let list = format!("{{\"Records\":[{good},{good},");
    std::fs::write(place.join("list.json"), list).unwrap();
    let path = place.to_str().unwrap();
    let (status, sums) = tally(&[path]);
    assert_eq!((status, &sums["matched"]), (Some(1), &json!(5)), "{sums}");
    let problems = sums["problems"].as_array().unwrap();
    let expected = [
        "lines.jsonl: record 2: not readable as JSON",
        "lines.jsonl: record 4: not readable as JSON",
        "list.json: it ends within the list that its records are in",
        "never-came.json.gz: it is empty, and no gzip",
    ];
    assert_eq!(problems.len(), expected.len(), "{sums}");
    for (problem, expected) in problems.iter().zip(expected) {
        assert!(problem.as_str().unwrap().contains(expected), "{problem}");
    }
    // Large enough for pieces, with the mistake in the last of them.
    let logs = place.join("logs");
    trailhook(["generate", logs.to_str().unwrap(), "--size", "20MB", "--file-size", "20MB", "--plain"]).unwrap();
    let file = std::fs::read_dir(logs.join("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/10/01")).unwrap();
    let file = file.last().unwrap().unwrap().path();
    let text = std::fs::read_to_string(&file)
        .unwrap()
        .replacen("{\"Records\":[", "", 1)
        .replace("},{\"eventVersion", "}\n{\"eventVersion");
    std::fs::write(&file, text.trim_end_matches("]}").to_owned() + "\nnot JSON\n" + &good).unwrap();
    for threads in ["1", "4"] {
        let (status, sums) = tally(&[file.to_str().unwrap(), "--strict", "--threads", threads]);
        assert_eq!((status, &sums["problemCount"]), (Some(1), &json!(1)), "{threads} threads: {sums}");
        assert!(sums["problems"][0].as_str().unwrap().contains("not readable as JSON"), "{sums}");
    }
}

#[test]
fn a_record_that_is_too_large_costs_itself() {
    let place = folder("replay-too-large").unwrap();
    let good = record().to_string();
    let large = good.replacen("\"userAgent\":\"", &format!("\"userAgent\":\"{}", "\\\"{}".repeat(4_500_000)), 1);
    assert!(large.len() > 17_000_000);
    for (name, large) in [("late.json", large.as_str()), ("last.json", &large[..large.len() - 1])] {
        let file = place.join(name);
        let end = if name == "late.json" { format!(",{good},{good}]}}") } else { String::new() };
        std::fs::write(&file, format!("{{\"Records\":[{good},{large}{end}")).unwrap();
        for threads in ["1", "2"] {
            let (status, sums) = tally(&[file.to_str().unwrap(), "--threads", threads]);
            let (matched, problem) = match name {
                "late.json" => (3, "late.json: record 2: it is larger than 16777216 bytes"),
                _ => (1, "last.json: it ends in the middle of the record"),
            };
            assert_eq!((status, &sums["matched"]), (Some(1), &json!(matched)), "{sums}");
            assert_eq!(sums["problemCount"], 1, "{sums}");
            assert!(sums["problems"][0].as_str().unwrap().contains(problem), "{sums}");
        }
    }
}

#[test]
fn decisions_that_are_not_all_there_take_nobodys_place() {
    let place = folder("replay-unfinished").unwrap();
    let (file, decisions) = (place.join("events.jsonl"), place.join("decisions.jsonl"));
    let good = record().to_string();
    std::fs::write(&file, format!("{good}\nnot JSON\n{good}\n")).unwrap();
    std::fs::write(&decisions, "those of yesterday").unwrap();
    let arguments = ["replay", file.to_str().unwrap(), "--decisions", decisions.to_str().unwrap()];
    let (status, message) = told(&trailhook([&arguments[..], &["--strict"]].concat()).unwrap());
    assert!(status == Some(1) && message.contains("decisions.jsonl.unfinished"), "{message}");
    assert_eq!(std::fs::read_to_string(&decisions).unwrap(), "those of yesterday");
    assert_eq!(std::fs::read_to_string(place.join("decisions.jsonl.unfinished")).unwrap().lines().count(), 3);
    let (status, _) = told(&trailhook(arguments).unwrap());
    assert_eq!((status, std::fs::read_to_string(&decisions).unwrap().lines().count()), (Some(1), 6));
}

#[test]
fn rules_that_differ_between_regions_get_the_events_of_each() {
    let place = folder("replay-regions").unwrap();
    let template = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    let rule = "          eventName: !Ref EventNames\n";
    let elsewhere = "          eventName: !If [IsHome, [DeleteQueue], !Ref EventNames]\n";
    let condition = "Conditions:\n  IsHome: !Equals [!Ref AWS::Region, ap-southeast-4]\n";
    let template = template.replacen(rule, elsewhere, 1).replacen("Conditions:\n", condition, 1);
    assert!(template.contains(elsewhere) && template.contains(condition));
    let file = place.join("template.yaml");
    std::fs::write(&file, template).unwrap();
    let lines: String = ["CreateQueue", "DeleteQueue"]
        .iter()
        .flat_map(|name| ["ap-southeast-4", "eu-west-1"].map(|region| (name, region)))
        .map(|(name, region)| {
            let record =
                record().to_string().replace("\"CreateQueue\"", &format!("\"{name}\"")).replace("eu-west-1", region);
            format!("{record}\n")
        })
        .collect();
    std::fs::write(place.join("events.jsonl"), lines).unwrap();
    let (events, decisions) = (place.join("events.jsonl"), place.join("decisions.jsonl"));
    let arguments = [events.to_str().unwrap(), "--template", file.to_str().unwrap(), "--response", "notify"];
    let (_, sums) = tally(&[&arguments[..], &["--decisions", decisions.to_str().unwrap()]].concat());
    let decided = std::fs::read_to_string(&decisions).unwrap();
    let events: Vec<(Value, Value)> = decided
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["report"]["event"].take())
        .map(|event| (event["eventName"].clone(), event["awsRegion"].clone()))
        .collect();
    let expected = [("CreateQueue", "eu-west-1"), ("DeleteQueue", "ap-southeast-4")];
    assert_eq!(events, expected.map(|(name, region)| (json!(name), json!(region))), "{sums}");
}

#[test]
fn what_is_skipped_without_being_parsed_is_what_the_pattern_does_not_match() {
    let Some(records) = shared_records().unwrap() else {
        return say("the shared records are not here: no pattern was tried on them");
    };
    let place = folder("replay-skipped").unwrap();
    let lines: Vec<String> = records.into_iter().map(|(_, event)| event.to_string()).collect();
    let (events, pattern) = (place.join("events.jsonl"), place.join("pattern.json"));
    std::fs::write(&events, lines.join("\n")).unwrap();
    let mut matched = 0;
    for text in [
        r#"{"detail": {"eventSource": ["s3.amazonaws.com", "ec2.amazonaws.com"]}}"#,
        r#"{"detail": {"userIdentity": {"type": ["Root", "IAMUser"]}, "awsRegion": ["us-east-1"]}}"#,
        r#"{"detail": {"eventName": [{"prefix": "Create"}, "RunInstances"]}}"#,
        r#"{"detail": {"errorCode": ["AccessDenied", {"exists": false}], "eventName": ["AssumeRole", "CreateUser"]}}"#,
        r#"{"source": ["aws.iam"], "detail": {"$or": [{"eventName": ["CreateUser"]}, {"errorCode": [{"exists": true}]}]}}"#,
        r#"{"detail": {"requestParameters": {"instanceType": [{"exists": true}]}}}"#,
        r#"{"detail": {"userIdentity": {"sessionContext": {"sessionIssuer": {"type": ["Role"]}}}}}"#,
    ] {
        std::fs::write(&pattern, text).unwrap();
        let parsed = Pattern::parse(text).unwrap();
        let envelopes = lines.iter().flat_map(|line| input::events_of(line.as_bytes(), "it").unwrap());
        let expected = envelopes.filter(|event| parsed.matches(&event.envelope)).count() as u64;
        let (_, sums) =
            tally(&[events.to_str().unwrap(), "--response", "notify", "--pattern", pattern.to_str().unwrap()]);
        let undelivered = sums["undelivered"].as_object().unwrap().values().filter_map(Value::as_u64).sum::<u64>();
        assert_eq!(sums["matched"].as_u64().unwrap() + undelivered, expected, "{text}: {sums}");
        matched += expected;
    }
    assert!(matched > 100, "{matched}");
}
