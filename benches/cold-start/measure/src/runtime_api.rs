//! A Runtime API that hands out one event so and so often. Then it hands out nothing, or says that it is over.

use crate::Result;
use crate::seen::Shared;
use chrono::Utc;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::time::Instant;
use tokio::net::TcpListener;

/// What is handed out.
#[derive(Clone, Debug)]
pub struct Events {
    /// The event.
    pub event: Bytes,
    /// So often.
    pub times: usize,
    /// Whether who asks for more is told that it is over, or waits until it is ended.
    pub ends: bool,
}

/// Starts it; its port.
pub async fn start(events: Events, seen: Shared) -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (events, seen) = (events.clone(), seen.clone());
            tokio::spawn(async move {
                if let Err(error) = stream.set_nodelay(true) {
                    return seen.wrong(format!("TCP_NODELAY: {error}"));
                }
                let service = service_fn(|request| answer(request, events.clone(), seen.clone()));
                // It ends when the program does, and how it ends is nobody's concern then.
                drop(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
            });
        }
    });
    Ok(port)
}

async fn answer(request: Request<Incoming>, events: Events, seen: Shared) -> Result<Response<Full<Bytes>>> {
    let arrived = Instant::now();
    if request.method() == Method::GET {
        let number = {
            let mut seen = seen.lock();
            seen.first_poll.get_or_insert(arrived);
            if seen.handed.len() < events.times {
                seen.handed.push(Instant::now());
            } else {
                seen.handed.push(arrived);
            }
            seen.handed.len()
        };
        if number > events.times {
            seen.over.notify_one();
            if !events.ends {
                std::future::pending::<()>().await;
            }
            return Ok(Response::builder().status(StatusCode::GONE).body(Full::default())?);
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
