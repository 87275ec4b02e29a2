//! `GetCallerIdentity`, which people call first of all, to see who they are: the stage alone knows who is
//! behind an access key id, whatever AWS stands behind its front door.

use super::back_end::action;
use crate::trail::Principals;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use quick_xml::escape::escape;
use trailhook::Field;

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// Answers a call of STS that asks who calls. `None`: it is another call, and for others to answer.
pub(super) fn answer(
    request: &Request<Bytes>,
    principals: &Principals,
    access_key_id: &str,
    request_id: &str,
) -> Option<Response<Bytes>> {
    if action(request) != "GetCallerIdentity" {
        return None;
    }
    let identity = principals.caller(access_key_id).identity;
    // A service that calls for itself has neither of them.
    let member = |name: &str, field: &Field<String>| {
        field.text().map(|text| format!("<{name}>{}</{name}>", escape(text))).unwrap_or_default()
    };
    let body = format!(
        "<GetCallerIdentityResponse xmlns=\"{NAMESPACE}\"><GetCallerIdentityResult>{}{}{}</GetCallerIdentityResult>\
         <ResponseMetadata><RequestId>{}</RequestId></ResponseMetadata></GetCallerIdentityResponse>",
        member("Arn", &identity.arn),
        member("UserId", &identity.principal_id),
        member("Account", &identity.account_id),
        escape(request_id)
    );
    let mut response = Response::new(Bytes::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trail::{AnsweredCall, Trail};
    use chrono::Utc;
    use serde_json::Value;

    fn asked(action: &str) -> Request<Bytes> {
        let request = Request::post("/").header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        request.body(Bytes::from(format!("Action={action}&Version=2011-06-15"))).unwrap()
    }

    #[test]
    fn everybody_is_told_who_they_are() {
        let principals = Principals::built_in("111122223333", "eu-west-1", Utc::now());
        let told = |key: &str| {
            let answer = answer(&asked("GetCallerIdentity"), &principals, key, "id").unwrap();
            String::from_utf8(answer.into_body().to_vec()).unwrap()
        };
        let root =
            "<Arn>arn:aws:iam::111122223333:root</Arn><UserId>111122223333</UserId><Account>111122223333</Account>";
        assert!(told("root").contains(root), "{}", told("root"));
        let ci = "<Arn>arn:aws:sts::111122223333:assumed-role/GitHubDeploy/deploy-orders-9517</Arn><UserId>AROA";
        assert!(told("ci").contains(ci), "{}", told("ci"));
        assert!(told("a<b").contains("user/a&lt;b</Arn>"), "{}", told("a<b"));
        assert!(answer(&asked("AssumeRole"), &principals, "root", "id").is_none());
        let presigned = Request::get("/?Action=GetCallerIdentity&Version=2011-06-15").body(Bytes::new()).unwrap();
        assert!(answer(&presigned, &principals, "root", "id").is_some(), "as others have it signed beforehand");
    }

    #[test]
    fn its_record_is_a_read_without_parameters() {
        let principals = Principals::built_in("111122223333", "eu-west-1", Utc::now());
        let request = asked("GetCallerIdentity");
        let response = answer(&request, &principals, "alice", "the-id").unwrap();
        let call = AnsweredCall {
            service: "sts".to_owned(),
            region: "eu-west-1".to_owned(),
            access_key_id: "alice".to_owned(),
            request,
            response,
            at: Utc::now(),
            client: [127, 0, 0, 1].into(),
            tls: None,
        };
        let record = Trail::new("111122223333", principals).record(&call).unwrap();
        assert_eq!(
            (record.event_source.as_str(), record.event_name.as_str()),
            ("sts.amazonaws.com", "GetCallerIdentity")
        );
        assert!(record.read_only && record.management_event && record.error_code.is_none());
        assert_eq!((record.request_parameters, record.response_elements), (Value::Null, Value::Null));
        assert_eq!(record.request_id.as_deref(), Some("the-id"));
    }
}
