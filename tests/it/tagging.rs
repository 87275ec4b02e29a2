//! Queues that were there before: what `trailhook tag` reads out of CloudTrail's log files, and what it does
//! about it on a local stage.

use serde_json::Value;
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::process::Output;
use trailhook_tests::command::{folder, trailhook};
use trailhook_tests::functions::binaries;
use trailhook_tests::root;
use trailhook_tests::stage::Stage;

/// The command with credentials of the stage's, and no way to anything else.
fn tag(arguments: &[&str]) -> Output {
    let mut command = std::process::Command::new(binaries().unwrap().join("trailhook"));
    command.arg("tag").args(arguments).current_dir(root());
    command.env_clear().envs([
        ("AWS_ACCESS_KEY_ID", "ci"),
        ("AWS_SECRET_ACCESS_KEY", "testing"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("HOME", "/nowhere"),
    ]);
    command.output().unwrap()
}

fn json(output: &Output) -> Value {
    let told = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {told}"))
}

/// By the queue's name: the outcome, and the reason if there is one.
fn outcomes(told: &Value) -> HashMap<String, (String, Value)> {
    let queues = told["queues"].as_array().unwrap();
    let of = |queue: &Value| {
        let name = queue["queueArn"].as_str().unwrap().rsplit(':').next().unwrap().to_owned();
        (name, (queue["outcome"].as_str().unwrap().to_owned(), queue["reason"].clone()))
    };
    queues.iter().map(of).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queues_that_were_there_before_are_tagged_out_of_the_log_files() {
    let logs = folder("tagging-logs").unwrap();
    let from = logs.to_str().unwrap().to_owned();
    // tag-new-queue did nothing while these were made.
    let stage = Stage::start(&["--parameter", "TagMode=dry-run", "--log-files", &from]).unwrap();
    let (alice, ci) = (stage.sqs("alice"), stage.sqs("ci"));
    let mut urls = HashMap::new();
    for name in ["orders", "gone", "again", "owned"] {
        let made = alice.create_queue().queue_name(name).send().await.unwrap();
        urls.insert(name, made.queue_url.unwrap());
    }
    // Asked for once more, by somebody else: that call made nothing.
    tokio::time::sleep(std::time::Duration::from_millis(3_100)).await;
    ci.create_queue().queue_name("orders").send().await.unwrap();
    alice.delete_queue().queue_url(&urls["gone"]).send().await.unwrap();
    ci.tag_queue().queue_url(&urls["owned"]).tags("trailhook:created-by", "somebody else").send().await.unwrap();
    ci.delete_queue().queue_url(&urls["again"]).send().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
    let endpoint = stage.endpoint.clone();
    until_logged(&logs, "DeleteQueue", 2).await;

    // From the files alone: nothing is asked, and nothing done.
    let output = tag(&["--from", &from, "--json"]);
    let told = json(&output);
    assert_eq!(output.status.code(), Some(0), "{told}");
    let proposed = outcomes(&told);
    assert_eq!(proposed["orders"].0, "would-tag");
    assert_eq!((proposed["gone"].0.as_str(), &proposed["gone"].1), ("left-alone", &"deleted".into()));
    let orders = told["queues"].as_array().unwrap().iter().find(|queue| queue["actor"] == "alice (IAM user)").unwrap();
    assert_eq!(orders["action"]["tags"]["trailhook:created-by"], "alice", "{orders}");
    assert!(ci.list_queue_tags().queue_url(&urls["orders"]).send().await.unwrap().tags.is_none());

    // With a look: nothing is done yet.
    let live = ["--from", &from, "--json", "--endpoint-url", &endpoint];
    let told = json(&tag(&[&live[..], &["--look"]].concat()));
    let looked = outcomes(&told);
    assert_eq!(looked["orders"].0, "would-tag", "{told}");
    assert_eq!((looked["again"].0.as_str(), &looked["again"].1), ("left-alone", &"deleted".into()), "{told}");
    assert!(ci.list_queue_tags().queue_url(&urls["orders"]).send().await.unwrap().tags.is_none());

    let output = tag(&[&live[..], &["--apply"]].concat());
    let told = json(&output);
    assert_eq!((output.status.code(), outcomes(&told)["orders"].0.as_str()), (Some(0), "tagged"), "{told}");
    let tags = ci.list_queue_tags().queue_url(&urls["orders"]).send().await.unwrap().tags.unwrap();
    assert_eq!((tags["trailhook:created-by"].as_str(), tags.len()), ("alice", 4));
    let tags = ci.list_queue_tags().queue_url(&urls["owned"]).send().await.unwrap().tags.unwrap();
    assert_eq!((tags["trailhook:created-by"].as_str(), tags.len()), ("somebody else", 4));

    let told = json(&tag(&[&live[..], &["--apply"]].concat()));
    assert_eq!(outcomes(&told)["orders"], ("left-alone".to_owned(), "already-tagged".into()), "{told}");
    stage.end().unwrap();
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_proposed() {
    let logs = folder("tagging-broken").unwrap();
    let record: Value =
        serde_json::from_slice(&std::fs::read(root().join("events/sqs/CreateQueue.success.json")).unwrap()).unwrap();
    let log_file = serde_json::json!({ "Records": [record["detail"]] }).to_string();
    let gzip = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let whole = gzip(log_file.as_bytes());
    std::fs::write(logs.join("good.json.gz"), &whole).unwrap();
    std::fs::write(logs.join("cut.json.gz"), &whole[..whole.len() / 2]).unwrap();
    std::fs::write(logs.join("bad.json"), "{\"Records\": [{\"eventName\": \"CreateQueue\"").unwrap();
    let odd = format!("{{\"Records\": [{{\"eventName\": CreateQueue}}, {}]}}", record["detail"]);
    std::fs::write(logs.join("odd.json"), odd).unwrap();
    std::fs::write(logs.join("notes.txt"), "CreateQueue").unwrap();
    let digests = logs.join("CloudTrail-Digest");
    std::fs::create_dir(&digests).unwrap();
    std::fs::write(digests.join("digest.json"), "CreateQueue").unwrap();
    let output = tag(&["--from", logs.to_str().unwrap(), "none.json.gz"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}");
    for wanted in [
        "cut.json.gz",
        "bad.json: it ends in the middle of the record that begins at byte 13",
        "odd.json: record 1: not readable as JSON",
        "none.json.gz: No such file",
        "would tag",
        "1 would be tagged",
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    assert!(!text.contains("notes.txt") && !text.contains("digest.json"), "{text}");
    assert!(text.contains("nothing was changed") && !text.contains("several calls"), "{text}");
}

#[test]
fn settings_of_the_template_count_and_wrong_ones_are_told() {
    let event = "events/sqs/CreateQueue.success.json";
    let told = json(&tag(&[
        "--from",
        event,
        "--json",
        "--parameter",
        r#"QueueTags={"cost": "{{ record.userIdentity.type }}"}"#,
    ]));
    assert_eq!(told["queues"][0]["action"]["tags"], serde_json::json!({"cost": "AssumedRole"}), "{told}");
    let told = json(&tag(&["--from", event, "--json", "--parameter", "ExemptQueues=ord*"]));
    assert_eq!((&told["queues"], &told["passedBy"]["exempt"]), (&serde_json::json!([]), &1.into()), "{told}");
    let told = json(&tag(&["--from", event, "--json", "--region", "us-east-1"]));
    assert_eq!((&told["queues"], &told["passedBy"]["not-asked-for"]), (&serde_json::json!([]), &1.into()), "{told}");
    let output = trailhook(["tag", "--from", event, "--parameter", r#"QueueTags={"cost": "{{ recrod.x }}"}"#]).unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("TRAILHOOK_TAGS") && told.contains("there is no recrod"), "{told}");
}

/// Waits until the log files hold a word so often: they are written a moment after the calls.
async fn until_logged(folder: &Path, word: &str, times: usize) {
    for _ in 0..300 {
        let found: usize = walk(folder).iter().map(|text| text.matches(word).count()).sum();
        if found >= times {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{word} is in no log file");
}

fn walk(folder: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            texts.extend(walk(&entry.path()));
        } else {
            let mut text = String::new();
            let file = std::fs::File::open(entry.path()).unwrap();
            if std::io::Read::read_to_string(&mut flate2::read::MultiGzDecoder::new(file), &mut text).is_ok() {
                texts.push(text);
            }
        }
    }
    texts
}
