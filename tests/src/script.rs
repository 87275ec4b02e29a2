//! An AWS that answers what a test tells it to.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use std::sync::{Arc, Mutex, PoisonError};

/// What is answered to one call: status and JSON.
pub type Answer = (u16, String);

type Script = Arc<dyn Fn(&str, usize) -> Answer + Send + Sync>;

/// A server on loopback; it ends with the runtime that it was started on.
pub struct Scripted {
    /// Where it listens, as `AWS_ENDPOINT_URL` wants it.
    pub endpoint: String,
    seen: Seen,
}

/// The calls with the tracing header of each.
type Seen = Arc<Mutex<Vec<(String, Option<String>)>>>;

impl Scripted {
    /// Starts one. `script` is given the call (`GetQueueAttributes`) and how often it came before.
    pub async fn start(script: impl Fn(&str, usize) -> Answer + Send + Sync + 'static) -> std::io::Result<Scripted> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let seen = Seen::default();
        let state: (Script, Seen) = (Arc::new(script), seen.clone());
        let router = Router::new().fallback(answer).with_state(state);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Scripted { endpoint, seen })
    }

    /// A script with a table before it that takes everything and keeps nothing: the functions' ledger is
    /// no part of it.
    pub fn unwritten(
        script: impl Fn(&str, usize) -> Answer + Send + Sync + 'static,
    ) -> impl Fn(&str, usize) -> Answer + Send + Sync + 'static {
        move |call, before| if call == "UpdateItem" { (200, "{}".to_owned()) } else { script(call, before) }
    }

    /// The calls that came, in their order.
    pub fn calls(&self) -> Vec<String> {
        self.traced().into_iter().map(|(call, _)| call).collect()
    }

    /// The same, each with its `X-Amzn-Trace-Id`.
    pub fn traced(&self) -> Vec<(String, Option<String>)> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The call of a request: JSON protocols name it in a header, the Query protocol in the body.
pub fn call_of(headers: &HeaderMap, body: &[u8]) -> String {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()?.split_once('.'));
    let body = String::from_utf8_lossy(body);
    let action = body.split('&').find_map(|pair| pair.strip_prefix("Action="));
    target.map_or(action.unwrap_or_default(), |(_, call)| call).to_owned()
}

async fn answer(
    State((script, seen)): State<(Script, Seen)>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, [(&'static str, &'static str); 1], String) {
    let call = call_of(&headers, &body);
    let (status, answer) = {
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        let before = seen.iter().filter(|(other, _)| *other == call).count();
        let trace = headers.get("x-amzn-trace-id").and_then(|trace| trace.to_str().ok());
        seen.push((call.clone(), trace.map(str::to_owned)));
        script(&call, before)
    };
    (StatusCode::from_u16(status).unwrap_or(StatusCode::OK), [("content-type", "application/x-amz-json-1.0")], answer)
}
