//! What a signature says of a call: who calls which service, in which Region.
//!
//! It is in the SigV4 header, or in the query of a presigned URL. The signature itself is not
//! checked: the credentials are invented.

use axum::http::{Request, header};
use std::borrow::Cow;

/// Who calls which service, in which Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::stage) struct Scope {
    pub(in crate::stage) access_key_id: String,
    pub(in crate::stage) region: String,
    pub(in crate::stage) service: String,
}

impl Scope {
    pub(in crate::stage) fn new(access_key_id: &str, region: &str, service: &str) -> Scope {
        let (access_key_id, region, service) = (access_key_id.to_owned(), region.to_owned(), service.to_owned());
        Scope { access_key_id, region, service }
    }

    /// The scope of a request; none when it is not signed.
    pub(in crate::stage) fn of<B>(request: &Request<B>) -> Option<Scope> {
        let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        match header.and_then(|header| header.split_once("Credential=")) {
            // AWS4-HMAC-SHA256 Credential=<credential>, SignedHeaders=…
            Some((_, rest)) => Scope::read(rest.split([',', ' ']).next()?),
            None => {
                let query = form_urlencoded::parse(request.uri().query()?.as_bytes());
                let credential: Cow<'_, str> = query.into_iter().find(|(name, _)| name == "X-Amz-Credential")?.1;
                Scope::read(&credential)
            }
        }
    }

    /// `<key>/<date>/<region>/<service>/aws4_request`
    fn read(credential: &str) -> Option<Scope> {
        let mut parts = credential.rsplitn(5, '/');
        let (_, service, region, _) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let access_key_id = parts.next()?;
        // All three are shown and written into records, and the key comes from anybody.
        let name = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let key = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte));
        let good = [access_key_id, region, service].iter().all(|text| (1..=128).contains(&text.len()));
        (good && key(access_key_id) && name(region) && name(service))
            .then(|| Scope::new(access_key_id, region, service))
    }

    /// A header as a client's, with no signature behind it.
    pub(in crate::stage) fn header(&self) -> String {
        let Scope { access_key_id, region, service } = self;
        format!(
            "AWS4-HMAC-SHA256 Credential={access_key_id}/20261101/{region}/{service}/aws4_request, \
             SignedHeaders=host, Signature=none"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_or_a_presigned_url_says_who_calls_what() {
        let expected = Scope::new("test-A", "eu-west-1", "sqs");
        let read = |request: http::request::Builder| Scope::of(&request.body(()).unwrap());
        assert_eq!(read(Request::post("/").header("authorization", expected.header())), Some(expected.clone()));
        let presigned = "/?X-Amz-Credential=test-A%2F20261101%2Feu-west-1%2Fsqs%2Faws4_request&X-Amz-Expires=60";
        assert_eq!(read(Request::get(presigned)), Some(expected));
        assert_eq!(read(Request::post("/")), None);
        assert_eq!(read(Request::post("/").header("authorization", "Bearer x")), None);
        for forged in [
            "a%0Adecided/20261101/eu-west-1/sqs/aws4_request",
            "a/20261101//sqs/aws4_request",
            "/20261101/r/s/aws4_request",
        ] {
            assert_eq!(read(Request::get(format!("/?X-Amz-Credential={forged}"))), None, "{forged}");
        }
        let short = "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host";
        assert_eq!(read(Request::post("/").header("authorization", short)), None);
    }
}
