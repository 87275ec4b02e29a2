//! The HTTPS client that all clients of a function share.
//!
//! It is made at the first call, because a function that has nothing to do makes none, and it trusts Amazon's own root
//! certificates first: AWS's endpoints have theirs from them, and reading these five takes no time where the system's
//! hundred and fifty take more than all else at a start. It never trusts less than the SDK does: a server that they do not
//! vouch for, as behind a proxy or in another partition, is asked again with the system's. Where somebody says which the
//! system's are (`SSL_CERT_FILE`, `SSL_CERT_DIR`), those are the only ones; `AWS_CA_BUNDLE` names a file with the only ones to
//! trust, as for the AWS CLI. Proxies are those of the environment, as the SDK has them.

use crate::Environment;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// The roots of Amazon Trust Services, from <https://www.amazontrust.com/repository/>.
const AMAZONS: &[u8] = include_bytes!("amazon.pem");

/// The client, once it is needed.
#[derive(Debug)]
struct Https {
    /// The only certificates to trust, where somebody says which.
    bundle: Option<Vec<u8>>,
    /// Whether somebody says which certificates are the system's.
    is_systems_own: bool,
    connectors: Mutex<Vec<(HttpConnectorSettings, SharedHttpConnector)>>,
    first: OnceLock<SharedHttpClient>,
    systems: Arc<Systems>,
}

/// The same with the certificates that the system trusts.
#[derive(Debug, Default)]
struct Systems {
    client: OnceLock<SharedHttpClient>,
    /// Whether a server was met that only these vouch for.
    is_needed: AtomicBool,
}

/// Asks with Amazon's certificates, and then with the system's.
#[derive(Debug)]
struct Either {
    first: SharedHttpConnector,
    systems: Arc<Systems>,
    settings: HttpConnectorSettings,
    components: RuntimeComponents,
}

/// The client; what is wrong with `AWS_CA_BUNDLE` is noted in the environment.
pub(super) fn client(environment: &mut Environment) -> SharedHttpClient {
    let bundle = environment.optional("AWS_CA_BUNDLE", bundle);
    let is_systems_own = ["SSL_CERT_FILE", "SSL_CERT_DIR"].iter().any(|name| environment.get(name).is_some());
    SharedHttpClient::new(Https {
        bundle,
        is_systems_own,
        connectors: Mutex::default(),
        first: OnceLock::new(),
        systems: Arc::default(),
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
        let roots = self.bundle.as_deref().unwrap_or(AMAZONS);
        let trusted = || TrustStore::empty().with_pem_certificate(roots);
        let first = || self.first.get_or_init(|| trusting(trusted())).http_connector(settings, components);
        let connector = match (&self.bundle, self.is_systems_own) {
            (Some(_), _) => first(),
            (None, true) => self.systems.connector(settings, components),
            (None, false) => SharedHttpConnector::new(Either {
                first: first(),
                systems: self.systems.clone(),
                settings: settings.clone(),
                components: components.clone(),
            }),
        };
        known.push((settings.clone(), connector.clone()));
        connector
    }
}

impl HttpConnector for Either {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if self.systems.is_needed.load(Ordering::Relaxed) {
            return self.systems.connector(&self.settings, &self.components).call(request);
        }
        let again = request.try_clone();
        let asked = self.first.call(request);
        let (systems, settings, components) = (self.systems.clone(), self.settings.clone(), self.components.clone());
        HttpConnectorFuture::new(async move {
            match (asked.await, again) {
                // Nothing of the request was sent: there was nobody yet to send it to.
                (Err(error), Some(again)) if is_about_certificates(&error) => {
                    let answer = systems.connector(&settings, &components).call(again).await;
                    // Where they don't help either, it is not for want of them.
                    systems.is_needed.fetch_or(answer.is_ok(), Ordering::Relaxed);
                    answer
                }
                (answer, _) => answer,
            }
        })
    }
}

impl Systems {
    fn connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let client = self.client.get_or_init(|| trusting(TrustStore::default()));
        client.http_connector(settings, components)
    }
}

fn trusting(roots: TrustStore) -> SharedHttpClient {
    // With a trust store and nothing else there is nothing that can be wrong; and the system's are what there would be else.
    let context = TlsContext::builder().with_trust_store(roots).build().unwrap_or_default();
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
        connector.set_tls_context(context.clone()).set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        connector.build()
    })
}

/// The certificates of a file, if they can be read and there are any.
fn bundle(file: &str) -> Result<Vec<u8>, String> {
    let pem = std::fs::read(file).map_err(|error| format!("{file:?} can't be read: {error}"))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| format!("{file:?} is not PEM: {error}"))?;
        roots.add(certificate).map_err(|error| format!("{file:?} has a certificate that can't be read: {error}"))?;
    }
    if roots.is_empty() {
        return Err(format!("{file:?} has no certificate in it"));
    }
    Ok(pem)
}

/// Whether the server's certificate is what is wrong.
fn is_about_certificates(error: &ConnectorError) -> bool {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(rustls::Error::InvalidCertificate(_)) = error.downcast_ref() {
            return true;
        }
        // An input or output error says what is in it only when it is asked.
        next = match error.downcast_ref::<std::io::Error>() {
            Some(error) => error.get_ref().map(|inner| inner as &(dyn Error + 'static)),
            None => error.source(),
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[test]
    fn the_roots_are_those_that_amazon_publishes() {
        let fingerprints: Vec<String> = CertificateDer::pem_slice_iter(AMAZONS)
            .map(|certificate| Sha256::digest(certificate.unwrap()).iter().map(|byte| format!("{byte:02x}")).collect())
            .collect();
        let published = [
            "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
            "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",
            "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
            "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",
            "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5",
        ];
        assert_eq!(fingerprints, published);
        let mut roots = RootCertStore::empty();
        assert_eq!(roots.add_parsable_certificates(CertificateDer::pem_slice_iter(AMAZONS).flatten()), (5, 0));
    }
}
