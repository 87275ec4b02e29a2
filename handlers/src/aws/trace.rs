//! The X-Ray header of an invocation, on each call that is made for it.
//!
//! The SDK reads it from the environment, where it can be as long as a process has one event in hand. With several at once
//! lambda_runtime leaves it out there, and it is put on here. It is no part of what is signed.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

const HEADER: &str = "x-amzn-trace-id";

tokio::task_local! {
    static TRACE: Option<String>;
}

#[derive(Debug)]
struct Tracing<T>(T);

/// The future, with this header on the calls that it makes.
pub(crate) async fn traced<F: Future>(header: Option<String>, future: F) -> F::Output {
    TRACE.scope(header, future).await
}

/// The client, whose calls carry the header.
pub(super) fn tracing(client: SharedHttpClient) -> SharedHttpClient {
    SharedHttpClient::new(Tracing(client))
}

impl HttpClient for Tracing<SharedHttpClient> {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Tracing(self.0.http_connector(settings, components)))
    }
}

impl HttpConnector for Tracing<SharedHttpConnector> {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        // Outside of any invocation there is none.
        let header = TRACE.try_with(Clone::clone).ok().flatten();
        if let Some(header) = header.filter(|_| !request.headers().contains_key(HEADER)) {
            // Lambda sent it as a header; what could be none is not passed on.
            drop(request.headers_mut().try_insert(HEADER, header));
        }
        self.0.call(request)
    }
}
