//! A test between a function and its AWS: it sees each call, and may answer it itself, or hold it up.

use crate::script::{Answer, call_of};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode, Uri, header};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What the test does with a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meet {
    /// Lets it pass.
    Pass,
    /// Answers it: it has no effect.
    Answer(Answer),
    /// Lets it pass after this long.
    Late(Duration),
    /// Lets it pass, and the answer wait for this long.
    LateAnswer(Duration),
}

type Script = Arc<dyn Fn(&str, usize) -> Meet + Send + Sync>;

/// A server on loopback before another endpoint; it ends with the runtime that it was started on.
pub struct Between {
    /// Where it listens, as `AWS_ENDPOINT_URL` wants it.
    pub endpoint: String,
    state: Inside,
}

#[derive(Clone)]
struct Inside {
    script: Script,
    behind: String,
    client: Client<HttpConnector, Body>,
    seen: Arc<Mutex<Vec<String>>>,
    counts: Arc<Mutex<BTreeMap<String, usize>>>,
}

impl Between {
    /// Starts one before this endpoint. `script` is given the call (`GetQueueAttributes`, or method and path) and how often it
    /// came before.
    pub async fn start(
        behind: &str,
        script: impl Fn(&str, usize) -> Meet + Send + Sync + 'static,
    ) -> std::io::Result<Between> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let client = Client::builder(TokioExecutor::new()).build_http();
        let state = Inside {
            script: Arc::new(script),
            behind: behind.to_owned(),
            client,
            seen: Arc::default(),
            counts: Arc::default(),
        };
        let router = Router::new().fallback(answer).with_state(state.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Between { endpoint, state })
    }

    /// Whether a call of this name has come.
    pub fn seen(&self, call: &str) -> bool {
        self.state.counts.lock().unwrap_or_else(PoisonError::into_inner).contains_key(call)
    }

    /// The calls that came since the last time this was asked, in their order.
    pub fn calls(&self) -> Vec<String> {
        std::mem::take(&mut *self.state.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn answer(State(inside): State<Inside>, request: Request) -> Response<Body> {
    let (mut head, body) = request.into_parts();
    let failed = |error: String| {
        let mut response = Response::new(Body::from(error));
        *response.status_mut() = StatusCode::BAD_GATEWAY;
        response
    };
    let body: Bytes = match axum::body::to_bytes(body, usize::MAX).await {
        Ok(body) => body,
        Err(error) => return failed(error.to_string()),
    };
    let named = call_of(&head.headers, &body);
    // REST protocols name it by method and path.
    let call = if named.is_empty() { format!("{} {}", head.method, head.uri.path()) } else { named };
    inside.seen.lock().unwrap_or_else(PoisonError::into_inner).push(call.clone());
    let before = {
        let mut counts = inside.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(call.clone()).or_default();
        *count += 1;
        *count - 1
    };
    let meet = (inside.script)(&call, before);
    match &meet {
        Meet::Answer((status, text)) => {
            let mut response = failed(text.clone());
            *response.status_mut() = StatusCode::from_u16(*status).unwrap_or(StatusCode::OK);
            return response;
        }
        Meet::Late(wait) => tokio::time::sleep(*wait).await,
        Meet::Pass | Meet::LateAnswer(_) => {}
    }
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    head.uri = match format!("{}{path}", inside.behind).parse::<Uri>() {
        Ok(uri) => uri,
        Err(error) => return failed(error.to_string()),
    };
    head.headers.remove(header::CONNECTION);
    let passed = inside.client.request(Request::from_parts(head, Body::from(body))).await;
    if let Meet::LateAnswer(wait) = meet {
        tokio::time::sleep(wait).await;
    }
    match passed {
        Ok(response) => response.map(Body::new),
        Err(error) => failed(error.to_string()),
    }
}
