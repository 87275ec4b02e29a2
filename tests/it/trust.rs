//! Whom a function takes for AWS: the real binary, and servers behind TLS with certificates of an authority of ours.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use trailhook_cli::stage::Invocation;
use trailhook_tests::functions::start;
use trailhook_tests::root;

/// A server that knows no queue, with a certificate for localhost.
struct Server {
    endpoint: String,
    /// Its authority's certificate, in a file.
    authority: PathBuf,
    /// How often somebody did not trust it.
    refused: Arc<AtomicUsize>,
}

impl Server {
    async fn start(name: &str) -> Server {
        let mut authority = CertificateParams::new(Vec::<String>::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new(["localhost".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let tls = ServerConfig::builder().with_no_client_auth();
        let tls = TlsAcceptor::from(Arc::new(tls.with_single_cert(vec![certificate.into()], key).unwrap()));
        let folder = root().join("target/trust");
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{name}-{}.pem", std::process::id()));
        std::fs::write(&file, authority.pem()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let refused = Arc::new(AtomicUsize::new(0));
        let counts = refused.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                match tls.accept(stream).await {
                    Ok(stream) => answer(stream).await,
                    Err(_) => drop(counts.fetch_add(1, Ordering::Relaxed)),
                }
            }
        });
        Server { endpoint, authority: file, refused }
    }

    fn authority(&self) -> &str {
        self.authority.to_str().unwrap()
    }
}

/// Reads a request and answers it, once for each connection.
async fn answer(mut stream: impl AsyncReadExt + AsyncWriteExt + Unpin) {
    let mut request = Vec::new();
    while !is_whole(&request) {
        if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
            return;
        }
    }
    let gone = r#"{"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "gone"}"#;
    let head = format!("HTTP/1.1 400 Bad Request\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", gone.len());
    // Who has gone away meanwhile is told nothing.
    drop(stream.write_all(format!("{head}{gone}").as_bytes()).await);
    drop(stream.shutdown().await);
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    body.len() >= length.unwrap_or(0)
}

/// What becomes of two events, with these variables.
async fn invoked(server: &Server, variables: &[(&str, &str)]) -> Vec<Invocation> {
    let common = [("TRAILHOOK_MODE", "dry-run"), ("TRAILHOOK_MAX_EVENT_AGE_SECONDS", "any")];
    let mut function = start("tag-new-queue", &server.endpoint, &[&common, variables].concat()).await.unwrap();
    let event = std::fs::read(root().join("events/sqs/CreateQueue.success.json")).unwrap();
    let mut all = Vec::new();
    for _ in 0..2 {
        all.push(function.invoke(event.clone()).await.unwrap());
        if matches!(all.last(), Some(Invocation::InitError(_))) {
            break;
        }
    }
    all
}

/// For each whether AWS was asked: it answers that there is no such queue.
fn asked(invocations: &[Invocation]) -> Vec<bool> {
    let is_gone = |report: &Value| report["reason"] == "queue-gone";
    invocations.iter().map(|one| matches!(one, Invocation::Response(report) if is_gone(report))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_function_trusts_the_bundle_alone_or_the_system() {
    let server = Server::start("one").await;
    let bundle = invoked(&server, &[("AWS_CA_BUNDLE", server.authority())]).await;
    assert_eq!(asked(&bundle), [true; 2], "{bundle:?}");
    assert_eq!(server.refused.load(Ordering::Relaxed), 0);

    // Who says which the system's are means those alone.
    let system = invoked(&server, &[("SSL_CERT_FILE", server.authority())]).await;
    assert_eq!(asked(&system), [true; 2], "{system:?}");
    assert_eq!(server.refused.load(Ordering::Relaxed), 0);

    // Nobody vouches for it; or not the one who was to. It is a failure that is tried again, and says why.
    let other = Server::start("other").await;
    for variables in [&[][..], &[("AWS_CA_BUNDLE", other.authority()), ("SSL_CERT_FILE", server.authority())]] {
        let refused = invoked(&server, variables).await;
        assert_eq!(asked(&refused), [false; 2], "{refused:?}");
        let Invocation::Error(told) = &refused[0] else { panic!("{refused:?}") };
        let told = serde_json::to_string(told).unwrap();
        assert!(told.contains("Trailhook.") && told.contains("certificate"), "{told}");
    }
}

/// A proxy that opens a tunnel to whatever it is asked for; what it was asked for.
async fn proxy() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let notes = asked.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(stream.read_u8().await.unwrap());
            }
            let text = String::from_utf8_lossy(&request).into_owned();
            let line = text.lines().next().unwrap_or_default().to_owned();
            let place = line.split(' ').nth(1).unwrap_or_default().to_owned();
            notes.lock().unwrap().push(line);
            let mut behind = TcpStream::connect(place).await.unwrap();
            stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.unwrap();
            // It ends when either side has gone away, whichever way.
            tokio::spawn(async move { drop(tokio::io::copy_bidirectional(&mut stream, &mut behind).await) });
        }
    });
    (address, asked)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_function_reaches_aws_through_the_proxy_of_its_environment() {
    let server = Server::start("behind-a-proxy").await;
    let (address, asked_for) = proxy().await;
    let trust = ("AWS_CA_BUNDLE", server.authority());
    let through = invoked(&server, &[trust, ("HTTPS_PROXY", &address)]).await;
    assert_eq!(asked(&through), [true; 2], "{through:?}");
    let line = format!("CONNECT {} HTTP/1.1", server.endpoint.trim_start_matches("https://"));
    let lines = std::mem::take(&mut *asked_for.lock().unwrap());
    assert!(!lines.is_empty() && lines.iter().all(|one| *one == line), "{lines:?}");

    let past = invoked(&server, &[trust, ("HTTPS_PROXY", &address), ("NO_PROXY", "localhost")]).await;
    assert_eq!((asked(&past), asked_for.lock().unwrap().len()), (vec![true; 2], 0), "{past:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bundle_that_can_not_be_read_is_told_at_the_start() {
    let server = Server::start("unread").await;
    let (nothing, no_certificate) = (root().join("target/trust/no-such-file"), root().join("README.md"));
    for (file, problem) in [(nothing, "can't be read"), (no_certificate, "has no certificate in it")] {
        let invoked = invoked(&server, &[("AWS_CA_BUNDLE", file.to_str().unwrap())]).await;
        let told = format!("{invoked:?}");
        assert!(matches!(invoked[0], Invocation::InitError(_)) && told.contains("AWS_CA_BUNDLE"), "{told}");
        assert!(told.contains(problem), "{told}");
    }
}
