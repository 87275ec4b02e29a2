use super::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const MINUTE: Duration = Duration::from_secs(60);

/// What a process does: one request, written by hand, so that nothing is smoothed over.
async fn request(api: &RuntimeApi, method: &str, path: &str, headers: &str, body: &[u8]) -> (u16, String, Vec<u8>) {
    let mut stream = TcpStream::connect(api.address()).await.unwrap();
    let length = body.len();
    let head = format!(
        "{method} /2018-06-01/runtime/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, head, answer[end + 4..].to_vec())
}

fn header(head: &str, name: &str) -> String {
    let found = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
    found.unwrap_or_else(|| panic!("no {name} in {head}")).to_owned()
}

async fn start() -> RuntimeApi {
    RuntimeApi::start("arn:aws:lambda:eu-west-1:111122223333:function:f").await.unwrap()
}

#[tokio::test]
async fn an_invocation_goes_out_and_its_answer_comes_back() {
    let api = start().await;
    let payload = Bytes::from_static(b"\xff not JSON");
    let process = async {
        let (status, head, body) = request(&api, "GET", "invocation/next", "", b"").await;
        assert_eq!((status, body.as_slice()), (200, payload.as_ref()));
        assert_eq!(
            header(&head, "lambda-runtime-invoked-function-arn"),
            "arn:aws:lambda:eu-west-1:111122223333:function:f"
        );
        assert!(header(&head, "lambda-runtime-trace-id").starts_with("Root=1-"));
        let deadline: i64 = header(&head, "lambda-runtime-deadline-ms").parse().unwrap();
        let left = deadline - chrono::Utc::now().timestamp_millis();
        assert!((50_000..=60_000).contains(&left), "{left}");
        let (id, own) = (header(&head, "lambda-runtime-aws-request-id"), header(&head, "lambda-runtime-invocation-id"));

        let response = format!("invocation/{id}/response");
        let other = "Lambda-Runtime-Invocation-Id: another\r\n";
        let (status, _, body) = request(&api, "POST", &response, other, b"{}").await;
        assert_eq!(status, 400);
        assert!(String::from_utf8(body).unwrap().contains("InvalidInvocationId"));
        let own = format!("Lambda-Runtime-Invocation-Id: {own}\r\n");
        assert_eq!(request(&api, "POST", &response, &own, br#"{"a": 1}"#).await.0, 202);
        let (status, _, body) = request(&api, "POST", &response, &own, b"{}").await;
        assert_eq!(status, 400, "answered twice");
        assert!(String::from_utf8(body).unwrap().contains("InvalidRequestID"));
    };
    let (said, ()) = tokio::join!(api.invoke(payload.clone(), MINUTE), process);
    assert_eq!(said, Said::Response(serde_json::json!({"a": 1})));
}

#[tokio::test]
async fn errors_keep_their_type() {
    let api = start().await;
    for (headers, body, expected) in [
        ("", r#"{"errorType": "Trailhook.Decode", "errorMessage": "m", "stackTrace": []}"#, ("Trailhook.Decode", "m")),
        ("Lambda-Runtime-Function-Error-Type: Runtime.X\r\n", "{}", ("Runtime.X", "")),
    ] {
        let process = async {
            let (_, head, _) = request(&api, "GET", "invocation/next", "", b"").await;
            let path = format!("invocation/{}/error", header(&head, "lambda-runtime-aws-request-id"));
            assert_eq!(request(&api, "POST", &path, headers, body.as_bytes()).await.0, 202);
        };
        let (said, ()) = tokio::join!(api.invoke(Bytes::new(), MINUTE), process);
        let Said::Error(error) = said else { panic!("{said:?}") };
        assert_eq!((error.error_type.as_str(), error.error_message.as_str()), expected);
    }
}

#[tokio::test]
async fn an_init_error_counts_only_before_the_first_invocation() {
    let api = start().await;
    let body = br#"{"errorType": "Trailhook.Configuration", "errorMessage": "m"}"#;
    let process = async { assert_eq!(request(&api, "POST", "init/error", "", body).await.0, 202) };
    let (said, ()) = tokio::join!(api.invoke(Bytes::new(), MINUTE), process);
    assert!(matches!(said, Said::InitError(error) if error.error_type == "Trailhook.Configuration"));

    let api = start().await;
    let process = async {
        request(&api, "GET", "invocation/next", "", b"").await;
        assert_eq!(request(&api, "POST", "init/error", "", body).await.0, 403);
    };
    let limit = Duration::from_millis(200);
    let (said, ()) = tokio::join!(api.invoke(Bytes::new(), limit), process);
    assert_eq!(said, Said::Nothing(limit), "it took the invocation and said nothing");
}

#[tokio::test]
async fn other_paths_are_not_there() {
    let api = start().await;
    assert_eq!(request(&api, "GET", "invocation/x/response", "", b"").await.0, 405);
    assert_eq!(request(&api, "GET", "extension/register", "", b"").await.0, 404);
    let too_much = vec![b' '; 6 * 1024 * 1024 + 1];
    let (status, ..) = request(&api, "POST", "invocation/x/response", "", &too_much).await;
    assert_eq!(status, 413);
}
