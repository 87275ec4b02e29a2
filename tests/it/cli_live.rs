//! The stage that stays up, with an unmodified SDK in front of it: calls become events, the real
//! functions answer them, and their own calls come back and are left alone.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sqs::config::{Credentials, SharedCredentialsProvider};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use trailhook_tests::functions::binaries;
use trailhook_tests::root;

/// Longer than anything here takes; what has not come by then does not come.
const PATIENCE: Duration = Duration::from_secs(60);

struct Stage {
    process: Child,
    lines: Receiver<String>,
    endpoint: String,
}

impl Stage {
    fn start(parameters: &[&str]) -> Stage {
        let folder = binaries().unwrap();
        let mut command = Command::new(folder.join("trailhook"));
        command.args(["local", "--port", "0", "--functions"]).arg(&folder).current_dir(root());
        for parameter in parameters {
            command.args(["--parameter", parameter]);
        }
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let (told, lines) = channel();
        let out = BufReader::new(process.stdout.take().unwrap());
        std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| told.send(line)));
        let mut stage = Stage { process, lines, endpoint: String::new() };
        let ready = stage.until(|line| line.starts_with("ready"));
        let ready = ready.last().unwrap().split_once("AWS_ENDPOINT_URL=").unwrap().1;
        stage.endpoint = ready.split(' ').next().unwrap().to_owned();
        stage
    }

    /// The lines up to the one that is waited for.
    fn until(&self, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let started = Instant::now();
        let mut lines = Vec::new();
        while started.elapsed() < PATIENCE {
            if let Ok(line) = self.lines.recv_timeout(PATIENCE) {
                lines.push(line);
                if wanted(lines.last().unwrap()) {
                    return lines;
                }
            }
        }
        panic!("it did not come:\n{}", lines.join("\n"));
    }

    /// The lines up to the one that makes all of these have come, in whatever order.
    fn until_all(&self, wanted: &[&str]) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        while !wanted.iter().all(|wanted| lines.iter().any(|line| line.contains(wanted))) {
            lines.extend(self.until(|line| wanted.iter().any(|wanted| line.contains(wanted))));
        }
        lines
    }

    fn client(&self, access_key_id: &str) -> aws_sdk_sqs::Client {
        let credentials = Credentials::new(access_key_id, "testing", None, None, "the tests");
        let configuration = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .region(Region::new("eu-west-1"))
            .endpoint_url(&self.endpoint);
        aws_sdk_sqs::Client::new(&configuration.build())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing more to do about it here.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

#[tokio::test]
async fn a_created_queue_is_answered_by_every_function() {
    let stage = Stage::start(&[]);
    let sqs = stage.client("alice-sso");
    let url = sqs.create_queue().queue_name("orders").send().await.unwrap().queue_url.unwrap();
    let lines = stage.until_all(&["decided  TagNewQueue", "decided  Notify", "decided  Revert"]);
    let all = lines.join("\n");
    assert!(all.contains("call     CreateQueue by alice@example.com (SSO, PowerUser): ApiCallRule matches"), "{all}");
    assert!(all.contains("RevertFunction: would delete queue arn:aws:sqs:eu-west-1:111122223333:orders"), "{all}");
    let tags = sqs.list_queue_tags().queue_url(&url).send().await.unwrap().tags.unwrap();
    assert_eq!(tags["trailhook:created-by"], "alice@example.com");
    // A call that fails is an event too, and a read is none that a rule gets.
    let missing = url.replace("orders", "missing");
    sqs.delete_queue().queue_url(missing).send().await.unwrap_err();
    let lines = stage.until(|line| line.contains("DeleteQueue"));
    assert!(lines.last().unwrap().contains("failed with AWS.SimpleQueueService.NonExistentQueue"), "{lines:?}");
}

/// The rule lets the functions' own calls through: they come back, and every one is left alone.
#[tokio::test]
async fn our_own_calls_come_back_and_make_no_loop() {
    const QUEUES: usize = 10;
    let stage = Stage::start(&["EventNames=CreateQueue,TagQueue"]);
    let sqs = stage.client("bob");
    for number in 0..QUEUES {
        sqs.create_queue().queue_name(format!("q{number}")).send().await.unwrap();
    }
    // notify watches every call: it is the one that sees our own TagQueue calls for what they are.
    let mut lines = Vec::new();
    let count = |lines: &[String], words: &str| lines.iter().filter(|line| line.contains(words)).count();
    let all = [
        ("NotifyFunction: our own role", QUEUES),
        ("NotifyFunction: done", QUEUES),
        ("TagNewQueueFunction: done: tag queue", QUEUES),
        ("decided  TagNewQueue", 2 * QUEUES),
        ("decided  Revert", 2 * QUEUES),
    ];
    while all.iter().any(|(words, wanted)| count(&lines, words) < *wanted) {
        lines.extend(stage.until(|line| line.starts_with("decided")));
    }
    assert_eq!(count(&lines, "call     CreateQueue by bob"), QUEUES);
    assert_eq!(count(&lines, "call     TagQueue by trailhook-TagNewQueue"), QUEUES, "one tag call for each queue");
    assert_eq!(count(&lines, "TagNewQueueFunction: done: tag queue"), QUEUES);
    assert_eq!(count(&lines, "would delete queue"), QUEUES);
}
