//! Forms and XML, as SNS does not have them.

use axum::http::{HeaderValue, Request, Response, header};
use bytes::Bytes;
use std::borrow::Cow;

/// The call with its form in the body; a URL that is signed beforehand has it behind the question mark.
pub(in crate::stage) fn with_form<'a>(service: &str, request: &'a Request<Bytes>) -> Cow<'a, Request<Bytes>> {
    let form = request.uri().query().filter(|_| service == "sns" && request.body().is_empty());
    let Some(form) = form else { return Cow::Borrowed(request) };
    let mut request = request.clone();
    *request.body_mut() = Bytes::copy_from_slice(form.as_bytes());
    Cow::Owned(request)
}

/// The answer with the request's id in its XML, which clients believe before the header.
pub(in crate::stage) fn with_id(mut answer: Response<Bytes>, id: &str) -> Response<Bytes> {
    const OPEN: &str = "<RequestId>";
    let xml = answer.headers().get(header::CONTENT_TYPE) == Some(&HeaderValue::from_static("text/xml"));
    if let Ok(body) = std::str::from_utf8(answer.body())
        && xml
        && let Some((before, rest)) = body.rsplit_once(OPEN)
        && let Some((_, after)) = rest.split_once('<')
    {
        *answer.body_mut() = format!("{before}{OPEN}{id}<{after}").into();
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_may_be_behind_the_question_mark() {
        let presigned = Request::get("/?Action=ListTopics&Version=2010-03-31").body(Bytes::new()).unwrap();
        assert_eq!(with_form("sns", &presigned).body(), "Action=ListTopics&Version=2010-03-31");
        assert_eq!(with_form("s3", &presigned).body(), "");
        let posted = Request::post("/?a=b").body(Bytes::from_static(b"Action=ListTopics")).unwrap();
        assert_eq!(with_form("sns", &posted).body(), "Action=ListTopics");
    }

    #[test]
    fn an_answer_has_one_id() {
        let answer = |kind: &'static str| {
            let body = Bytes::from_static(b"<a><RequestId>mine</RequestId></a>");
            Response::builder().header("content-type", kind).body(body).unwrap()
        };
        assert_eq!(with_id(answer("text/xml"), "yours").body(), "<a><RequestId>yours</RequestId></a>");
        assert_eq!(with_id(answer("text/plain"), "yours").body(), answer("text/plain").body());
    }
}
