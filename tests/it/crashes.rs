//! Functions that die around their own AWS calls: each event is tried again or kept, what was done before a
//! death is in the record, and what was not is in none.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;
use trailhook_cli::stage::{
    Binaries, Crash, FrontDoorSettings, Kept, LambdaEvent, LambdaSettings, Live, LiveSettings, Moment, Told,
};
use trailhook_cli::template::{Deployment, Template};
use trailhook_tests::command::folder;
use trailhook_tests::functions::binaries;
use trailhook_tests::moto::Moto;
use trailhook_tests::stage::{Stage, configuration};
use trailhook_tests::{root, say, scripts};

/// What was told until nothing was under way.
#[derive(Default)]
struct Day {
    /// The names of the queues that calls are about, with the call and who made it, as often as it is recorded.
    calls: Vec<(String, String, String)>,
    events: Vec<Value>,
    /// By request id, every crash, with the function.
    crashes: BTreeMap<String, Vec<(String, Crash)>>,
    /// By request id, how its tries failed.
    failed: BTreeMap<String, Vec<String>>,
    answered: BTreeSet<String>,
    given_up: BTreeSet<String>,
}

impl Day {
    async fn until_idle(&mut self, stage: &mut Live) {
        loop {
            match tokio::time::timeout(Duration::from_millis(500), stage.next()).await {
                Ok(told) => self.note(told),
                Err(_) if stage.pending() == 0 => return,
                Err(_) => {}
            }
        }
    }

    fn note(&mut self, told: Told) {
        match told {
            Told::Call { event, .. } => {
                let text = |path: &str| event.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
                let parameters = "/detail/requestParameters";
                let url = text(&format!("{parameters}/queueUrl"));
                let queue = text(&format!("{parameters}/queueName")) + url.rsplit('/').next().unwrap_or_default();
                self.calls.push((queue, text("/detail/eventName"), text("/detail/userIdentity/arn")));
                self.events.push(event);
            }
            Told::Lambda(told) => {
                let id = told.request_id.unwrap_or_default();
                match told.what {
                    LambdaEvent::Crashed(crash) => {
                        self.crashes.entry(id).or_default().push((told.function, crash));
                    }
                    LambdaEvent::Failed { error, ended, .. } => {
                        assert_eq!(ended, None, "nothing is to be mended: {error:?}");
                        self.failed.entry(id).or_default().push(error.error_type);
                    }
                    LambdaEvent::Answered { .. } => assert!(self.answered.insert(id)),
                    LambdaEvent::GaveUp { kept: Kept::In { .. }, .. } => assert!(self.given_up.insert(id)),
                    LambdaEvent::GaveUp { kept, .. } => panic!("{kept:?}"),
                    _ => {}
                }
            }
            Told::Bus(_) => {}
            Told::LogFile(error) => panic!("{error}"),
        }
    }

    fn of(&self, moment: Moment) -> Vec<&Crash> {
        let all = self.crashes.values().flatten().map(|(_, crash)| crash);
        all.filter(|crash| crash.moment == moment).collect()
    }

    /// Each crash failed one try, and was told once.
    fn check(&self, stage: &Live) {
        assert!(stage.tally().adds_up(0), "{}", stage.tally());
        for (request, failed) in &self.failed {
            let crashes = self.crashes.get(request).map(Vec::as_slice).unwrap_or_default();
            // A try may also find in the hands of a dead one what it is to do.
            let (died, refused): (Vec<&String>, _) = failed.iter().partition(|kind| *kind == "Runtime.ExitError");
            assert_eq!(died.len(), crashes.len(), "{failed:?}, {crashes:?}");
            assert!(refused.iter().all(|kind| kind.starts_with("Trailhook.")), "{failed:?}");
            let (answered, given_up) = (self.answered.contains(request), self.given_up.contains(request));
            assert!(answered ^ given_up, "{failed:?}");
            assert_eq!(given_up, failed.len() == 3, "three tries: {failed:?}");
        }
        assert!(self.crashes.keys().all(|request| self.failed.contains_key(request)));
        let (before, after) = (self.of(Moment::Before), self.of(Moment::After));
        assert!(before.iter().all(|crash| crash.status.is_none()) && after.iter().all(|crash| crash.status.is_some()));
        let counted = &stage.tally().crashes;
        assert_eq!((counted.before, counted.after), (before.len() as u64, after.len() as u64));
        assert!(counted.before > 0 && counted.after > 0, "{}", stage.tally());
    }
}

async fn stage(functions: PathBuf, crash: f64) -> Live {
    let template = Template::read(&root().join("template.yaml")).unwrap();
    let stack = template.deploy(Deployment::default()).unwrap();
    let settings = LiveSettings {
        door: FrontDoorSettings { crash, seed: 5, ..FrontDoorSettings::default() },
        lambda: LambdaSettings { concurrency: 12, retry_delays: vec![Duration::from_millis(20)] },
        ..LiveSettings::default()
    };
    Live::set(&stack, &Binaries::Ready(functions), &settings).await.unwrap()
}

async fn create(stage: &Live, names: impl IntoIterator<Item = String>) {
    let sqs = aws_sdk_sqs::Client::new(&configuration(stage.endpoint_url(), "ci"));
    for name in names {
        sqs.create_queue().queue_name(name).send().await.unwrap();
    }
}

#[tokio::test]
async fn nothing_is_lost_when_functions_die() {
    const QUEUES: usize = 25;
    let mut stage = stage(binaries().unwrap(), 0.3).await;
    create(&stage, (0..QUEUES).map(|number| format!("q{number}"))).await;
    let mut day = Day::default();
    day.until_idle(&mut stage).await;
    day.check(&stage);
    // Three for each queue; and snapshot, for the calls that tag a queue as well.
    let tags = day.calls.iter().filter(|(_, call, _)| call == "TagQueue").count();
    assert_eq!(day.answered.len() + day.given_up.len(), 4 * QUEUES + tags);
    // A second try finds the tags that the first has set: a call that was done is there, and recorded once.
    let tagged: Vec<&str> =
        day.calls.iter().filter(|(_, call, _)| call == "TagQueue").map(|(queue, ..)| queue.as_str()).collect();
    assert_eq!(tagged.iter().collect::<BTreeSet<_>>().len(), tagged.len(), "{tagged:?}");
    let sqs = aws_sdk_sqs::Client::new(&configuration(stage.endpoint_url(), "ci"));
    for number in 0..QUEUES {
        let url = format!("https://sqs.eu-west-1.amazonaws.com/111122223333/q{number}");
        let tags = sqs.list_queue_tags().queue_url(url).send().await.unwrap();
        assert_eq!(tags.tags().is_some(), tagged.contains(&format!("q{number}").as_str()), "q{number}");
    }
    stage.close().await.unwrap();
    say(format!("functions that die:\n{}", stage.tally()));
}

/// Sets eight tags at once, which takes eight connections: when one of the calls is the end of it, the others
/// are on their way.
const AT_ONCE: &str = r#"
    from concurrent.futures import ThreadPoolExecutor
    name = json.loads(payload)["detail"]["requestParameters"]["queueName"]
    def tag(number):
        scope = os.environ["AWS_ACCESS_KEY_ID"] + "/20261101/eu-west-1/sqs/aws4_request"
        headers = {
            "authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none",
            "content-type": "application/x-amz-json-1.0",
            "x-amz-target": "AmazonSQS.TagQueue",
            "x-amz-security-token": os.environ["AWS_SESSION_TOKEN"],
        }
        tags = {f"{os.getpid()}-{number}": "x"}
        url = f"https://sqs.eu-west-1.amazonaws.com/111122223333/{name}"
        body = json.dumps({"QueueUrl": url, "Tags": tags}).encode()
        urllib.request.urlopen(urllib.request.Request(os.environ["AWS_ENDPOINT_URL"], body, headers)).read()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(tag, range(8)))
    answer(b"{}")"#;

#[tokio::test]
async fn what_was_done_is_recorded_and_what_was_not_is_not() {
    let functions = folder("crashes").unwrap();
    let idle = "    answer(b'{}')";
    for (name, body) in [("notify", AT_ONCE), ("revert", idle), ("snapshot", idle), ("tag-new-queue", idle)] {
        let script = scripts::function("crashes-scripts", name, body).unwrap();
        std::os::unix::fs::symlink(script.canonicalize().unwrap(), functions.join(name)).unwrap();
    }
    let mut stage = stage(functions, 0.15).await;
    create(&stage, (0..20).map(|number| format!("q{number}"))).await;
    let mut day = Day::default();
    day.until_idle(&mut stage).await;
    day.check(&stage);
    let sqs = aws_sdk_sqs::Client::new(&configuration(stage.endpoint_url(), "ci"));
    let (mut recorded, mut there) = (BTreeSet::new(), BTreeSet::new());
    for event in day.events.iter().filter(|event| event["detail"]["eventName"] == "TagQueue") {
        let tags = event["detail"]["requestParameters"]["tags"].as_object().unwrap();
        let queue = event["detail"]["requestParameters"]["queueUrl"].as_str().unwrap();
        recorded.extend(tags.keys().map(|tag| (queue.to_owned(), tag.clone())));
    }
    for queue in sqs.list_queues().queue_name_prefix("q").send().await.unwrap().queue_urls() {
        let tags = sqs.list_queue_tags().queue_url(queue).send().await.unwrap().tags.unwrap_or_default();
        there.extend(tags.into_keys().map(|tag| (queue.clone(), tag)));
    }
    assert_eq!(recorded, there, "the record has what is there");
    assert!(there.len() > 50, "{}", there.len());
    stage.close().await.unwrap();
}

#[tokio::test]
async fn an_event_is_put_as_often_as_a_test_wants() {
    const OFTEN: usize = 50;
    let mut stage = stage(binaries().unwrap(), 0.0).await;
    create(&stage, ["orders".to_owned()]).await;
    let mut day = Day::default();
    day.until_idle(&mut stage).await;
    let event = day.events.first().unwrap().clone();
    for _ in 1..OFTEN {
        assert_eq!(stage.put_event(event.clone()), ["ApiCallRule", "SnapshotRule"]);
    }
    day.until_idle(&mut stage).await;
    let tally = stage.tally();
    let put = day.calls.iter().filter(|(queue, call, _)| queue == "orders" && call == "CreateQueue").count();
    assert_eq!((put, tally.calls.matched, tally.deliveries.done), (OFTEN, 51, 251), "{tally}");
    // Four for each, and snapshot for the queue's being tagged.
    assert_eq!(tally.invocations.done + tally.invocations.kept, 201, "{tally}");
    assert!(tally.adds_up(0) && day.crashes.is_empty(), "{tally}");
    stage.close().await.unwrap();
}

#[tokio::test]
async fn the_screen_says_who_died_where() {
    let moto = Moto::start().unwrap();
    for behind in [&[][..], &["--aws-endpoint", &moto.endpoint]] {
        who_died_where(behind).await;
    }
}

async fn who_died_where(behind: &[&str]) {
    let crash = ["--crash", "0.5", "--seed", "5", "--retry-delay", "0.05"];
    let stage = Stage::start(&[&crash, behind].concat()).unwrap();
    let sqs = stage.sqs("alice");
    for number in 0..10 {
        sqs.create_queue().queue_name(format!("q{number}")).send().await.unwrap();
    }
    let lines = stage.until_all(&[" was done", " had its effect"]).unwrap();
    let crashes: Vec<&String> = lines.iter().filter(|line| line.starts_with("crash    ")).collect();
    assert!(crashes.iter().any(|line| line.contains("Function: killed before ")), "{lines:?}");
    assert!(crashes.iter().any(|line| line.contains("Function: killed after ")), "{lines:?}");
    let failed = "try 1: Runtime.ExitError: Runtime exited with error: signal: killed";
    let lines = [lines, stage.end().unwrap().0].concat();
    assert!(lines.iter().any(|line| line.ends_with(failed)), "{lines:?}");
    assert!(lines.last().unwrap().starts_with("crashes      "), "{lines:?}");
    assert_eq!(lines.iter().filter(|line| line.contains(", 0 lost, ")).count(), 2, "{lines:?}");
}
