//! Each call that can be undone, on the local stage: a person makes it, revert undoes it, and the queue is
//! what it was before, attributes, tags and policy compared as JSON.

use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use trailhook_cli::stage::{Binaries, LambdaEvent, LambdaSettings, Live, LiveSettings, Told};
use trailhook_cli::template::{Deployment, Template};
use trailhook_tests::functions::binaries;
use trailhook_tests::stage::configuration;
use trailhook_tests::{root, say};

/// What was decided, by function: the reports.
type Decisions = Arc<Mutex<Vec<(String, Value)>>>;

/// A stage on which revert undoes what alice does, and lets be what the CI's role does.
pub(crate) struct Play {
    decisions: Decisions,
    pub(crate) end: oneshot::Sender<()>,
    pub(crate) stage: JoinHandle<Live>,
    pub(crate) alice: aws_sdk_sqs::Client,
    pub(crate) ci: aws_sdk_sqs::Client,
}

const EVENT_NAMES: &str = "AddPermission,CancelMessageMoveTask,CreateQueue,DeleteQueue,PurgeQueue,RemovePermission,\
                           SetQueueAttributes,StartMessageMoveTask,TagQueue,UntagQueue";

impl Play {
    pub(crate) async fn begin(more: &[(&str, &str)]) -> Play {
        let template = Template::read(&root().join("template.yaml")).unwrap();
        let mut parameters: BTreeMap<String, String> = [
            ("RevertMode", "enforce"),
            ("RevertMaxActions", "100"),
            ("RevertMayStopMoves", "true"),
            ("TagMode", "dry-run"),
            ("EventNames", EVENT_NAMES),
            ("ExemptPrincipals", "arn:aws:iam::111122223333:role/ci/*"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        parameters.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let stack = template.deploy(Deployment { parameters, ..Deployment::default() }).unwrap();
        let lambda = LambdaSettings {
            // Lambda's own minute, and a little: a deleted queue's name is free after one.
            retry_delays: [62, 2].map(Duration::from_secs).to_vec(),
            ..LambdaSettings::default()
        };
        let settings = LiveSettings { lambda, ..LiveSettings::default() };
        let mut live = Live::set(&stack, &Binaries::Ready(binaries().unwrap()), &settings).await.unwrap();
        let client = |key: &str| aws_sdk_sqs::Client::new(&configuration(live.endpoint_url(), key));
        let (alice, ci) = (client("alice"), client("ci"));
        let (end, mut ended) = oneshot::channel();
        let decisions = Decisions::default();
        let kept = decisions.clone();
        let stage = tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = &mut ended => return live,
                    told = live.next() => if let Told::Lambda(told) = told
                        && let LambdaEvent::Decided(decision) = told.what {
                        let function = told.function.trim_end_matches("Function").to_owned();
                        kept.lock().unwrap().push((function, decision.report));
                    },
                }
            }
        });
        Play { decisions, end, stage, alice, ci }
    }

    /// The reports of a function about calls of this name on this queue, once there is one that is wanted.
    pub(crate) async fn decided(&self, function: &str, call: &str, queue: &str, wanted: fn(&Value) -> bool) -> Value {
        for _ in 0..1_200 {
            {
                let decisions = self.decisions.lock().unwrap();
                let of_call = decisions.iter().filter(|(name, report)| {
                    name == function && report["event"]["eventName"] == call && is_about(report, queue)
                });
                if let Some((_, report)) = of_call.into_iter().find(|(_, report)| wanted(report)) {
                    return report.clone();
                }
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let decisions = self.decisions.lock().unwrap();
        let about: Vec<String> = decisions
            .iter()
            .filter(|(_, report)| is_about(report, queue))
            .map(|(f, report)| format!("{f}: {report}"))
            .collect();
        panic!("{function} did not decide about {call} of {queue}: {}", about.join("\n"));
    }

    /// A queue as the CI's role makes it; snapshot has seen it.
    pub(crate) async fn queue(&self, name: &str) -> Queue {
        let attributes = HashMap::from([
            (QueueAttributeName::VisibilityTimeout, "45".to_owned()),
            (QueueAttributeName::MessageRetentionPeriod, "86400".to_owned()),
            (QueueAttributeName::Policy, policy(name, "Partner", "444455556666", true)),
        ]);
        let tags =
            HashMap::from([("owner".to_owned(), "payments".to_owned()), ("stage".to_owned(), "test".to_owned())]);
        let made = self.ci.create_queue().queue_name(name).set_attributes(Some(attributes)).set_tags(Some(tags));
        let url = made.send().await.unwrap().queue_url.unwrap();
        self.decided("Snapshot", "CreateQueue", name, |report| report["outcome"] == "acted").await;
        // Event times are whole seconds, and what was seen in a call's own second says nothing of before.
        tokio::time::sleep(Duration::from_millis(2_100)).await;
        let before = state(&self.ci, &url).await.unwrap();
        Queue { name: name.to_owned(), url, before }
    }

    async fn undone(&self, call: &str, queue: &Queue) -> Value {
        let report = self.decided("Revert", call, &queue.name, |report| report["outcome"] == "acted").await;
        let after = state(&self.ci, &queue.url).await;
        assert_eq!(after.as_ref(), Some(&queue.before), "{call}: {report}");
        report
    }
}

pub(crate) struct Queue {
    name: String,
    pub(crate) url: String,
    pub(crate) before: Value,
}

fn is_about(report: &Value, queue: &str) -> bool {
    let arn = format!(":{queue}\"");
    report["actions"].to_string().contains(&arn)
}

/// What somebody set on a queue, and its tags; `None` where there is no such queue.
pub(crate) async fn state(sqs: &aws_sdk_sqs::Client, url: &str) -> Option<Value> {
    let look = sqs.get_queue_attributes().queue_url(url).attribute_names(QueueAttributeName::All);
    let mut attributes: BTreeMap<String, Value> = match look.send().await {
        Ok(found) => {
            let found = found.attributes.unwrap_or_default();
            found.into_iter().map(|(name, value)| (name.as_str().to_owned(), json!(value))).collect()
        }
        Err(error) => {
            assert!(error.as_service_error().unwrap().is_queue_does_not_exist(), "{error:?}");
            return None;
        }
    };
    attributes.retain(|name, value| {
        !name.starts_with("Approximate") && !name.ends_with("Timestamp") && value.as_str() != Some("")
    });
    if let Some(policy) = attributes.get_mut("Policy") {
        *policy = serde_json::from_str(policy.as_str().unwrap()).unwrap();
    }
    let tags = sqs.list_queue_tags().queue_url(url).send().await.unwrap().tags.unwrap_or_default();
    Some(json!({ "attributes": attributes, "tags": tags }))
}

pub(crate) fn policy(queue: &str, sid: &str, account: &str, conditional: bool) -> String {
    let mut statement = json!({
        "Sid": sid,
        "Effect": "Allow",
        "Principal": { "AWS": format!("arn:aws:iam::{account}:root") },
        "Action": "sqs:SendMessage",
        "Resource": format!("arn:aws:sqs:eu-west-1:111122223333:{queue}"),
    });
    if conditional {
        statement["Condition"] =
            json!({ "ArnEquals": { "aws:SourceArn": "arn:aws:sns:eu-west-1:444455556666:orders" } });
    }
    json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
}

#[tokio::test]
async fn every_call_that_can_be_undone_is_undone_to_the_letter() {
    let play = Play::begin(&[]).await;
    let alice = &play.alice;
    tokio::join!(
        async {
            alice.create_queue().queue_name("made").send().await.unwrap();
            let report = play.decided("Revert", "CreateQueue", "made", |report| report["outcome"] == "acted").await;
            assert_eq!(report["actions"][0]["action"]["call"], "DeleteQueue");
            let url = report["actions"][0]["action"]["queueUrl"].as_str().unwrap().to_owned();
            assert_eq!(state(&play.ci, &url).await, None);
        },
        async {
            let queue = play.queue("deleted").await;
            alice.delete_queue().queue_url(&queue.url).send().await.unwrap();
            let early = play.decided("Revert", "DeleteQueue", "deleted", |_| true).await;
            assert_eq!((&early["outcome"], &early["reason"]), (&json!("postponed"), &json!("Trailhook.Postponed")));
            assert_eq!(state(&play.ci, &queue.url).await, None);
            play.undone("DeleteQueue", &queue).await;
        },
        async {
            let queue = play.queue("set").await;
            // As the console does it: everything, though two values are new.
            let attributes = [
                (QueueAttributeName::VisibilityTimeout, "5".to_owned()),
                (QueueAttributeName::MessageRetentionPeriod, "86400".to_owned()),
                (QueueAttributeName::Policy, policy("set", "Everyone", "777788889999", false)),
                (QueueAttributeName::KmsMasterKeyId, String::new()),
            ];
            let call = alice.set_queue_attributes().queue_url(&queue.url).set_attributes(Some(attributes.into()));
            call.send().await.unwrap();
            let report = play.undone("SetQueueAttributes", &queue).await;
            let action = &report["actions"][0]["action"];
            let names: Vec<&String> = action["attributes"].as_object().unwrap().keys().collect();
            assert_eq!(names, ["Policy", "VisibilityTimeout"], "what the call changed and no more: {report}");
            let back = &action["attributes"]["VisibilityTimeout"];
            assert_eq!((&back["found"], &back["wanted"]), (&json!("5"), &json!("45")));
            assert_eq!(report["actions"][0]["after"]["VisibilityTimeout"], "45", "{report}");
        },
        async {
            let queue = play.queue("shared").await;
            let call = alice.add_permission().queue_url(&queue.url).label("Share").aws_account_ids("777788889999");
            call.actions("ReceiveMessage").send().await.unwrap();
            let report = play.undone("AddPermission", &queue).await;
            assert_eq!(report["actions"][0]["action"]["call"], "RemovePermission");
        },
        async {
            let queue = play.queue("unshared").await;
            alice.remove_permission().queue_url(&queue.url).label("Partner").send().await.unwrap();
            let report = play.undone("RemovePermission", &queue).await;
            assert_eq!(report["actions"][0]["action"]["call"], "SetQueueAttributes", "with its condition: {report}");
        },
        async {
            let queue = play.queue("tagged").await;
            let call = alice
                .tag_queue()
                .queue_url(&queue.url)
                .tags("owner", "mallory")
                .tags("new", "yes")
                .tags("stage", "test");
            call.send().await.unwrap();
            let report = play.undone("TagQueue", &queue).await;
            let [off, back] = report["actions"].as_array().unwrap().as_slice() else { panic!("{report}") };
            assert_eq!(off["action"]["tagKeys"], json!(["new"]));
            assert_eq!(back["action"]["tags"]["owner"]["wanted"], "payments");
        },
        async {
            let queue = play.queue("untagged").await;
            alice.untag_queue().queue_url(&queue.url).tag_keys("owner").tag_keys("never").send().await.unwrap();
            play.undone("UntagQueue", &queue).await;
        },
        async {
            let queue = play.queue("dead").await;
            let source = "arn:aws:sqs:eu-west-1:111122223333:dead";
            let started = alice.start_message_move_task().source_arn(source).send().await.unwrap();
            let report = play.undone("StartMessageMoveTask", &queue).await;
            assert_eq!(report["actions"][0]["action"]["taskHandle"], json!(started.task_handle));
            let tasks = play.ci.list_message_move_tasks().source_arn(source).send().await.unwrap();
            assert_ne!(tasks.results()[0].status(), Some("RUNNING"));
        },
        async {
            let queue = play.queue("purged").await;
            alice.purge_queue().queue_url(&queue.url).send().await.unwrap();
            for _ in 0..300 {
                let found = play.decisions.lock().unwrap().iter().any(|(function, report)| {
                    function == "Revert"
                        && report["event"]["eventName"] == "PurgeQueue"
                        && report["reason"] == "not-reversible"
                });
                if found {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            panic!("PurgeQueue is reported as not reversible");
        },
    );
    // Our own calls came back as events, and were known.
    let own: BTreeMap<String, usize> = {
        let decisions = play.decisions.lock().unwrap();
        let own = decisions.iter().filter(|(function, report)| function == "Revert" && report["reason"] == "own-call");
        own.fold(BTreeMap::new(), |mut own, (_, report)| {
            *own.entry(report["event"]["eventName"].as_str().unwrap().to_owned()).or_default() += 1;
            own
        })
    };
    for call in [
        "CancelMessageMoveTask",
        "CreateQueue",
        "DeleteQueue",
        "RemovePermission",
        "SetQueueAttributes",
        "TagQueue",
        "UntagQueue",
    ] {
        assert!(own.contains_key(call), "{call} of revert's own is skipped: {own:?}");
    }
    say(format!("revert's own calls that were skipped: {own:?}"));
    play.end.send(()).unwrap();
    play.stage.await.unwrap().close().await.unwrap();
}
