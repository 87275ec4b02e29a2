//! The HTTPS client that all clients of a function share.
//!
//! It is made at the first call, because a function that has nothing to do makes none. Whom it trusts is in `trust`; it never
//! trusts less than the SDK does, and asks again with the system's certificates where Amazon's don't do (`either`). Proxies
//! are those of the environment, as the SDK has them.

mod either;
mod trust;

use crate::Environment;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::{HttpClient, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use either::{Either, Systems};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use trust::{AMAZONS, Trust};

/// The client, once it is needed.
#[derive(Debug)]
struct Https {
    trust: Trust,
    connectors: Mutex<Vec<(HttpConnectorSettings, SharedHttpConnector)>>,
    first: OnceLock<SharedHttpClient>,
    systems: Arc<Systems>,
}

/// The client; what is wrong with `AWS_CA_BUNDLE` is noted in the environment.
pub(super) fn client(environment: &mut Environment) -> SharedHttpClient {
    let trust = Trust::of(environment);
    let systems = TrustStore::default();
    let systems = match trust {
        Trust::AmazonsThenSystems => systems.with_pem_certificate(AMAZONS),
        Trust::Systems | Trust::Bundle(_) => systems,
    };
    SharedHttpClient::new(Https {
        trust,
        connectors: Mutex::default(),
        first: OnceLock::new(),
        systems: Arc::new(Systems::of(systems)),
    })
}

impl HttpClient for Https {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        // Whoever panics while holding it has added nothing.
        let mut known = self.connectors.lock().unwrap_or_else(PoisonError::into_inner);
        let timeouts = |of: &HttpConnectorSettings| (of.connect_timeout(), of.read_timeout());
        if let Some((_, connector)) = known.iter().find(|(known, _)| timeouts(known) == timeouts(settings)) {
            return connector.clone();
        }
        let first = |pem: &[u8]| {
            let made = || trusting(TrustStore::empty().with_pem_certificate(pem));
            self.first.get_or_init(made).http_connector(settings, components)
        };
        let connector = match &self.trust {
            Trust::Bundle(pem) => first(pem),
            Trust::Systems => self.systems.connector(settings, components),
            Trust::AmazonsThenSystems => {
                let systems = self.systems.clone();
                SharedHttpConnector::new(Either::new(first(AMAZONS), systems, settings, components))
            }
        };
        known.push((settings.clone(), connector.clone()));
        connector
    }
}

/// A client that trusts whom these certificates vouch for.
fn trusting(roots: TrustStore) -> SharedHttpClient {
    // With a trust store and nothing else there is nothing that can be wrong. If there is one day, no call is made: the
    // default would trust whom the system trusts, and not these.
    #[allow(clippy::expect_used)]
    let context = TlsContext::builder().with_trust_store(roots).build().expect("a TLS context takes any trust store");
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
        connector.set_tls_context(context.clone()).set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        connector.build()
    })
}
