//! A Runtime API that hands out one event so and so often. Then it hands out nothing, or hangs up.

use crate::Result;
use crate::seen::Shared;
use crate::serve;
use chrono::Utc;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Method, Request, Response, StatusCode};
use std::time::Instant;

/// What is handed out.
#[derive(Clone, Debug)]
pub struct Events {
    /// The event.
    pub event: Bytes,
    /// So often.
    pub times: usize,
    /// Whether who asks for more is hung up on, and ends of itself, or waits until it is ended.
    pub ends: bool,
}

/// Starts it; its port.
pub async fn start(events: Events, seen: Shared) -> Result<u16> {
    let noted = seen.clone();
    let open = |stream| async move { Ok(stream) };
    serve::start(seen, open, move |request| answer(request, events.clone(), noted.clone())).await
}

async fn answer(request: Request<Incoming>, events: Events, seen: Shared) -> Result<Response<Full<Bytes>>> {
    let arrived = Instant::now();
    if request.method() == Method::GET {
        let number = {
            let mut seen = seen.lock();
            seen.first_poll.get_or_insert(arrived);
            seen.handed.push(Instant::now());
            seen.handed.len()
        };
        if number > events.times {
            seen.over.notify_one();
            if !events.ends {
                std::future::pending::<()>().await;
            }
            // An answer without an event's headers would make lambda_runtime panic, which costs more than a start.
            return Err("it is over".into());
        }
        let answer = Response::builder()
            .header("lambda-runtime-aws-request-id", format!("8476a536-e9f4-11e8-9739-{number:012}"))
            .header("lambda-runtime-deadline-ms", (Utc::now().timestamp_millis() + 60_000).to_string())
            .header("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-west-1:111122223333:function:measured")
            .header(
                "lambda-runtime-trace-id",
                "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0",
            )
            .header("content-type", "application/json");
        return Ok(answer.body(Full::new(events.event))?);
    }
    let is_answer = request.uri().path().ends_with("/response");
    let path = request.uri().path().to_owned();
    let body = String::from_utf8_lossy(&request.into_body().collect().await?.to_bytes()).into_owned();
    if is_answer {
        seen.lock().answered.push((arrived, body));
    } else {
        seen.wrong(format!("{path}: {body}"));
    }
    Ok(Response::builder().status(StatusCode::ACCEPTED).body(Full::default())?)
}
