//! AWS behind TLS: SQS, as far as a new queue is looked at. Every call has to be signed.

use crate::Result;
use crate::seen::Shared;
use crate::serve;
use chrono::Utc;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};
use hyper::{Request, Response};
use rustls::ServerConfig;
use std::sync::Arc;
use std::time::Instant;
use tokio_rustls::TlsAcceptor;

const ATTRIBUTES: &str = r#"{"Attributes":{"CreatedTimestamp":"MADE","LastModifiedTimestamp":"MADE","QueueArn":"arn:aws:sqs:eu-west-1:111122223333:orders","VisibilityTimeout":"30","MaximumMessageSize":"1048576","MessageRetentionPeriod":"345600","DelaySeconds":"0","ReceiveMessageWaitTimeSeconds":"0","SqsManagedSseEnabled":"true","ApproximateNumberOfMessages":"0","ApproximateNumberOfMessagesDelayed":"0","ApproximateNumberOfMessagesNotVisible":"0"}}"#;
const TAGS: &str = r#"{"Tags":{"team":"orders"}}"#;

/// Starts it; its port. The queue was made just now, as the event says: there would be nothing to do for an older one.
pub async fn start(tls: Arc<ServerConfig>, seen: Shared) -> Result<u16> {
    let acceptor = TlsAcceptor::from(tls);
    let open = move |stream| {
        let accepted = acceptor.accept(stream);
        async move { accepted.await.map_err(|error| format!("TLS: {error}").into()) }
    };
    let noted = seen.clone();
    let attributes = ATTRIBUTES.replace("MADE", &Utc::now().timestamp().to_string());
    serve::start(seen, open, move |request| answer(request, attributes.clone(), noted.clone())).await
}

async fn answer(request: Request<Incoming>, attributes: String, seen: Shared) -> Result<Response<Full<Bytes>>> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let call = header("x-amz-target").to_owned();
    let is_signed = header(AUTHORIZATION.as_str()).starts_with("AWS4-HMAC-SHA256 ");
    request.into_body().collect().await?;
    let json = match (is_signed, call.as_str()) {
        (true, "AmazonSQS.GetQueueAttributes") => attributes,
        (true, "AmazonSQS.ListQueueTags") => TAGS.to_owned(),
        _ => {
            seen.wrong(format!("the call {call:?} is not signed, or not expected"));
            "{}".to_owned()
        }
    };
    let mut seen = seen.lock();
    seen.calls += 1;
    seen.first_call.get_or_insert_with(Instant::now);
    Ok(Response::builder().header(CONTENT_TYPE, "application/x-amz-json-1.0").body(Full::from(json))?)
}
