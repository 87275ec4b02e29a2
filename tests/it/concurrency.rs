//! Several events at once, as Lambda Managed Instances hand them out: each has its own answer, its own lines and its own
//! trace.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use chrono::Utc;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::process::Command;
use tokio::sync::{Barrier, Notify};
use trailhook_tests::functions::{binaries, environment};
use trailhook_tests::root;
use trailhook_tests::script::call_of;

/// So many at once.
const AT_ONCE: usize = 4;
/// So many in all.
const ALL: usize = 12;

/// A Runtime API and an AWS that see who is at work at the same time.
#[derive(Default)]
struct Seen {
    handed: usize,
    answers: BTreeMap<String, Value>,
    /// Each call of AWS: the queue and the trace.
    calls: Vec<(String, String)>,
}

struct World {
    seen: Mutex<Seen>,
    over: Notify,
    /// The first look at a queue waits until all that are in hand look at theirs.
    together: Barrier,
}

fn id(number: usize) -> String {
    format!("5afe7e57-0000-4000-8000-{number:012}")
}

fn trace(number: usize) -> String {
    format!("Root=1-5bef4de7-{number:024};Parent=9a9197af755a6419;Sampled=1")
}

/// The making of a queue of its own.
fn event(number: usize) -> Vec<u8> {
    let bytes = std::fs::read(root().join("events/sqs/CreateQueue.success.json")).unwrap();
    let text = String::from_utf8(bytes).unwrap().replace("orders", &format!("orders-{number}"));
    let mut event: Value = serde_json::from_str(&text).unwrap();
    event["detail"]["eventID"] = id(number).into();
    event["detail"]["eventTime"] = Utc::now().to_rfc3339().into();
    event.to_string().into_bytes()
}

async fn next(State(world): State<Arc<World>>) -> Response {
    let number = {
        let mut seen = world.seen.lock().unwrap();
        seen.handed += 1;
        seen.handed
    };
    if number > ALL {
        std::future::pending::<()>().await;
    }
    let headers = [
        ("lambda-runtime-aws-request-id", id(number)),
        ("lambda-runtime-deadline-ms", (Utc::now().timestamp_millis() + 60_000).to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-west-1:111122223333:function:f".to_owned()),
        ("lambda-runtime-trace-id", trace(number)),
    ];
    (headers, event(number)).into_response()
}

async fn answered(State(world): State<Arc<World>>, Path((id, how)): Path<(String, String)>, body: Bytes) -> StatusCode {
    let mut seen = world.seen.lock().unwrap();
    assert_eq!(how, "response", "{id}: {}", String::from_utf8_lossy(&body));
    seen.answers.insert(id, serde_json::from_slice(&body).unwrap());
    if seen.answers.len() == ALL {
        world.over.notify_one();
    }
    StatusCode::ACCEPTED
}

async fn aws(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> String {
    let call = call_of(&headers, &body);
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let queue = asked["QueueUrl"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned();
    let trace = headers.get("x-amzn-trace-id").map(|trace| trace.to_str().unwrap().to_owned());
    world.seen.lock().unwrap().calls.push((queue, trace.unwrap_or_default()));
    if call == "GetQueueAttributes" {
        world.together.wait().await;
        return json!({"Attributes": {"CreatedTimestamp": Utc::now().timestamp().to_string()}}).to_string();
    }
    "{}".to_owned()
}

async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

#[tokio::test]
async fn several_events_at_once_have_their_own_answers_lines_and_traces() {
    let world = Arc::new(World { seen: Mutex::default(), over: Notify::new(), together: Barrier::new(AT_ONCE) });
    let api = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/{how}", post(answered))
        .with_state(world.clone());
    let (api, aws) = (serve(api).await, serve(Router::new().fallback(aws).with_state(world.clone())).await);
    let mut command = Command::new(binaries().unwrap().join("tag-new-queue"));
    command.env_clear().envs(environment(&format!("http://{aws}")));
    command.envs([("AWS_LAMBDA_RUNTIME_API", api.as_str()), ("TRAILHOOK_MODE", "dry-run")]);
    command.env("AWS_LAMBDA_MAX_CONCURRENCY", AT_ONCE.to_string());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    // With fewer than that at once nobody would ever be answered.
    let over = tokio::time::timeout(Duration::from_secs(60), world.over.notified()).await;
    child.start_kill().unwrap();
    let said = child.wait_with_output().await.unwrap();
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(over.is_ok(), "{said}");

    let seen = world.seen.lock().unwrap();
    for number in 1..=ALL {
        let report = &seen.answers[&id(number)];
        assert_eq!(
            (&report["outcome"], &report["event"]["eventId"]),
            (&json!("dry-run"), &json!(id(number))),
            "{report}"
        );
        let queue = format!("orders-{number}");
        let traces: Vec<&String> = seen.calls.iter().filter(|(of, _)| *of == queue).map(|(_, trace)| trace).collect();
        // Two calls, and again those that took too long on a busy machine.
        assert!(traces.len() >= 2 && traces.iter().all(|one| **one == trace(number)), "{queue}: {traces:?}");
    }
    let lines: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let decisions: Vec<&Value> = lines.iter().filter(|line| line["target"] == "trailhook::decision").collect();
    assert_eq!(decisions.len(), ALL, "{said}");
    let mut cold = 0;
    for decision in decisions {
        let id = &decision["report"]["event"]["eventId"];
        assert_eq!(&decision["requestId"], id, "{decision}");
        let number: usize = id.as_str().unwrap().rsplit('-').next().unwrap().parse().unwrap();
        assert_eq!(decision["xray_trace_id"], format!("1-5bef4de7-{number:024}"), "{decision}");
        cold += usize::from(decision["coldStart"] == true);
    }
    assert_eq!(cold, 1, "{said}");
}
