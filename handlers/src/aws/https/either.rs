//! One set of certificates first, and the system's where those don't do: behind a proxy that opens connections, or in a
//! partition whose endpoints have their certificates from others.

use super::trusting;
use aws_smithy_http_client::tls::TrustStore;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// Asks with the first certificates, and then with the system's.
#[derive(Debug)]
pub(super) struct Either {
    first: SharedHttpConnector,
    systems: Arc<Systems>,
    settings: HttpConnectorSettings,
    components: RuntimeComponents,
}

/// A client with the certificates that the system trusts, once it is needed.
#[derive(Debug)]
pub(super) struct Systems {
    /// The system's, and the first ones with them: a system may lack those, and after one server that only the system
    /// vouches for this client is asked for all.
    trusted: TrustStore,
    client: OnceLock<SharedHttpClient>,
    /// Whether a server was met that only these vouch for.
    is_needed: AtomicBool,
}

impl Either {
    pub(super) fn new(
        first: SharedHttpConnector,
        systems: Arc<Systems>,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> Either {
        Either { first, systems, settings: settings.clone(), components: components.clone() }
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
    pub(super) fn of(trusted: TrustStore) -> Systems {
        Systems { trusted, client: OnceLock::new(), is_needed: AtomicBool::new(false) }
    }

    pub(super) fn connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let client = self.client.get_or_init(|| trusting(self.trusted.clone()));
        client.http_connector(settings, components)
    }
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
    use super::super::trust::AMAZONS;
    use super::*;
    use aws_smithy_async::time::SystemTimeSource;
    use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    use std::sync::atomic::AtomicUsize;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

    /// A server for which nobody vouches but an authority of ours.
    struct Server {
        address: String,
        /// The authority's certificate.
        authority: String,
        /// How often somebody did not trust it.
        refused: Arc<AtomicUsize>,
    }

    impl Server {
        async fn start() -> Server {
            let mut authority = CertificateParams::new(Vec::<String>::new()).unwrap();
            authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
            let key = KeyPair::generate().unwrap();
            let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap();
            let certificate = certificate.signed_by(&key, &authority).unwrap();
            let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
            let tls = ServerConfig::builder().with_no_client_auth();
            let tls = TlsAcceptor::from(Arc::new(tls.with_single_cert(vec![certificate.into()], key).unwrap()));
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = format!("https://localhost:{}", listener.local_addr().unwrap().port());
            let refused = Arc::new(AtomicUsize::new(0));
            let counts = refused.clone();
            tokio::spawn(async move {
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    let Ok(mut stream) = tls.accept(stream).await else {
                        counts.fetch_add(1, Ordering::Relaxed);
                        continue;
                    };
                    // All of the request, as there is no body.
                    let _read = stream.read(&mut [0; 4096]).await.unwrap();
                    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                    stream.write_all(answer).await.unwrap();
                    // Who has read the answer may be gone.
                    drop(stream.shutdown().await);
                }
            });
            Server { address, authority: authority.pem(), refused }
        }
    }

    fn either(systems: Arc<Systems>) -> Either {
        let settings = HttpConnectorSettings::builder().build();
        let components =
            RuntimeComponentsBuilder::for_tests().with_time_source(Some(SystemTimeSource::new())).build().unwrap();
        let first = trusting(TrustStore::empty().with_pem_certificate(AMAZONS));
        Either::new(first.http_connector(&settings, &components), systems, &settings, &components)
    }

    #[tokio::test]
    async fn whom_amazons_do_not_vouch_for_is_asked_again_with_the_systems_and_once() {
        let server = Server::start().await;
        let systems = Arc::new(Systems::of(TrustStore::default()));
        let those = trusting(TrustStore::empty().with_pem_certificate(server.authority.as_bytes()));
        systems.client.set(those).unwrap();
        let either = either(systems.clone());
        for _ in 0..2 {
            let answer = either.call(HttpRequest::get(&server.address).unwrap()).await.unwrap();
            assert_eq!(answer.status().as_u16(), 200);
        }
        assert!(systems.is_needed.load(Ordering::Relaxed));
        assert_eq!(server.refused.load(Ordering::Relaxed), 1, "the second call asks with the system's at once");
    }

    #[tokio::test]
    async fn whom_nobody_vouches_for_is_refused_and_amazons_stay_the_first() {
        let server = Server::start().await;
        let systems = Arc::new(Systems::of(TrustStore::default()));
        let either = either(systems.clone());
        let error = either.call(HttpRequest::get(&server.address).unwrap()).await.unwrap_err();
        assert!(is_about_certificates(&error), "{error:?}");
        assert!(!systems.is_needed.load(Ordering::Relaxed));
    }
}
