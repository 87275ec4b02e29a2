//! S3's buckets and objects: the action follows from method, host, path and what stands behind the
//! question mark.
//!
//! The names are those of the page "Amazon S3 CloudTrail events", which are not always the API's. It
//! takes a call apart only where every part of it is known: `PUT /bucket?accelerate` is no
//! CreateBucket, so what is not listed here has no record.

use super::asked::{Asked, Protocol};
use super::call::AnsweredCall;
use http::Method;
use serde_json::{Map, Value};
use std::net::IpAddr;

/// What can be asked of a bucket behind the question mark, how its actions name it, and with which
/// methods: G, P and D.
const OF_A_BUCKET: [(&str, &str, &str); 15] = [
    ("acl", "BucketAcl", "GP"),
    ("cors", "BucketCors", "GPD"),
    ("encryption", "BucketEncryption", "GPD"),
    ("lifecycle", "BucketLifecycle", "GPD"),
    ("location", "BucketLocation", "G"),
    ("logging", "BucketLogging", "GP"),
    ("notification", "BucketNotification", "GP"),
    ("ownershipControls", "BucketOwnershipControls", "GPD"),
    ("policy", "BucketPolicy", "GPD"),
    ("publicAccessBlock", "BucketPublicAccessBlock", "GPD"),
    ("replication", "BucketReplication", "GPD"),
    ("requestPayment", "BucketRequestPayment", "GP"),
    ("tagging", "BucketTagging", "GPD"),
    ("versioning", "BucketVersioning", "GP"),
    ("website", "BucketWebsite", "GPD"),
];

/// What refines a call and doesn't change its action.
const REFINES: [&str; 15] = [
    "bucket-region",
    "continuation-token",
    "delimiter",
    "encoding-type",
    "fetch-owner",
    "key-marker",
    "list-type",
    "marker",
    "max-buckets",
    "max-keys",
    "prefix",
    "start-after",
    "version-id-marker",
    "versionId",
    "x-id",
];

pub(super) fn asked(call: &AnsweredCall) -> Option<Asked> {
    // The control plane has names of its own, and is signed for the same service.
    if call.asked_in("x-amz-account-id").is_some() {
        return None;
    }
    let uri = call.request.uri();
    let host = call.asked_in("host").or_else(|| uri.authority().map(|host| host.as_str())).unwrap_or_default();
    let path = uri.path().strip_prefix('/')?;
    let (bucket, key) = match in_host(host)? {
        "" => path.split_once('/').unwrap_or((path, "")),
        bucket => (bucket, path),
    };
    let queries = uri.query().unwrap_or_default().split('&').filter_map(|query| query.split('=').next());
    let queries = queries.filter(|name| !name.is_empty() && !refines(name)).collect::<Vec<_>>();
    let of = match queries.as_slice() {
        [] => None,
        [of] => Some(*of),
        _ => return None,
    };
    let copies = call.asked_in("x-amz-copy-source").is_some();
    let action = match (call.request.method(), bucket, key, of) {
        (&Method::GET, "", "", None) => "ListBuckets".to_owned(),
        (_, "", _, _) => return None,
        (&Method::GET, _, "", Some("versions")) => "ListObjectVersions".to_owned(),
        (method, _, "", Some(of)) => of_a_bucket(method, of)?,
        (&Method::PUT, _, "", None) => "CreateBucket".to_owned(),
        (&Method::DELETE, _, "", None) => "DeleteBucket".to_owned(),
        (&Method::HEAD, _, "", None) => "HeadBucket".to_owned(),
        (&Method::GET, _, "", None) => "ListObjects".to_owned(),
        (&Method::GET, _, _, None) => "GetObject".to_owned(),
        (&Method::PUT, _, _, None) if copies => "CopyObject".to_owned(),
        (&Method::PUT, _, _, None) => "PutObject".to_owned(),
        (&Method::DELETE, _, _, None) => "DeleteObject".to_owned(),
        (&Method::HEAD, _, _, None) => "HeadObject".to_owned(),
        _ => return None,
    };
    let mut parameters = Map::new();
    for (name, value) in [("bucketName", bucket), ("key", key), ("Host", host)] {
        if !value.is_empty() {
            parameters.insert(name.to_owned(), Value::from(value));
        }
    }
    // `?policy`, as CloudTrail shows it.
    if let Some(of) = of {
        parameters.insert(of.to_owned(), Value::from(""));
    }
    let event_name = action.clone();
    Some(Asked { protocol: Protocol::RestXml, action, event_name, parameters: Value::Object(parameters) })
}

fn of_a_bucket(method: &Method, of: &str) -> Option<String> {
    let (_, name, methods) = OF_A_BUCKET.iter().find(|(query, _, _)| *query == of)?;
    let (letter, verb) = match *method {
        Method::GET => ('G', "Get"),
        Method::PUT => ('P', "Put"),
        Method::DELETE => ('D', "Delete"),
        _ => return None,
    };
    methods.contains(letter).then(|| format!("{verb}{name}"))
}

/// Presigned calls have their signature here, and some say what the answer's headers shall be.
fn refines(name: &str) -> bool {
    let prefixed = ["X-Amz-", "x-amz-", "response-"].iter().any(|prefix| name.starts_with(prefix));
    prefixed || REFINES.contains(&name)
}

/// The bucket that the host names, nothing if it is in the path; `None` for a host that may be either.
fn in_host(host: &str) -> Option<&str> {
    let name = if host.starts_with('[') { host } else { host.split(':').next().unwrap_or_default() };
    let plain = !name.contains('.') || name.starts_with('[') || name.parse::<IpAddr>().is_ok();
    if plain || ["host.docker.internal", "localhost.localstack.cloud"].contains(&name) {
        return Some("");
    }
    // A bucket's name has three letters at least, so this is no bucket's.
    if ["s3.", "s3-fips."].iter().any(|service| name.starts_with(service)) {
        return Some("");
    }
    let services = [".s3.", ".s3-fips.", ".s3-accelerate."];
    let bucket = services.iter().find_map(|service| name.rsplit_once(service)).map(|(bucket, _)| bucket);
    bucket.or_else(|| name.strip_suffix(".localhost"))
}

#[cfg(test)]
mod tests {
    use crate::trail::called::recorded;
    use http::Request;
    use serde_json::{Value, json};

    fn record(method: &str, host: &str, path: &str) -> Option<Value> {
        recorded("s3", Request::builder().method(method).uri(path).header("host", host), "", "")
    }

    #[test]
    fn what_is_known_has_the_name_that_cloudtrail_has_for_it() {
        for (method, path, name) in [
            ("GET", "/?x-id=ListBuckets", "ListBuckets"),
            ("PUT", "/b", "CreateBucket"),
            ("DELETE", "/b/?x-id=DeleteBucket", "DeleteBucket"),
            ("PUT", "/b?ownershipControls", "PutBucketOwnershipControls"),
            ("PUT", "/b?website", "PutBucketWebsite"),
            ("DELETE", "/b?website", "DeleteBucketWebsite"),
            ("PUT", "/b?replication=", "PutBucketReplication"),
            ("GET", "/b?requestPayment", "GetBucketRequestPayment"),
            ("PUT", "/b?notification", "PutBucketNotification"),
            ("GET", "/b?versions&prefix=a", "ListObjectVersions"),
            ("GET", "/b?list-type=2&prefix=policy", "ListObjects"),
            ("GET", "/b/a/b?versionId=1&response-content-type=x", "GetObject"),
            ("PUT", "/b/a?X-Amz-Signature=x", "PutObject"),
        ] {
            let record = record(method, "127.0.0.1:4566", path).unwrap();
            assert_eq!(record["eventName"], name, "{method} {path}");
        }
        let record = record("DELETE", "localhost:4566", "/b?tagging").unwrap();
        assert_eq!(record["eventName"], "DeleteBucketTagging");
        assert_eq!(record["requestParameters"], json!({"bucketName": "b", "Host": "localhost:4566", "tagging": ""}));
        let copy = Request::put("/b/a").header("x-amz-copy-source", "/c/a");
        let copy = recorded("s3", copy, "", "").unwrap();
        assert_eq!([&copy["eventName"], &copy["eventCategory"]], ["CopyObject", "Data"]);
    }

    #[test]
    fn what_is_not_known_has_no_record() {
        let unknown = ["accelerate", "object-lock", "intelligent-tiering&id=1", "inventory&id=1", "metrics&id=1"];
        for query in unknown.into_iter().chain(["analytics&id=1", "uploads", "new-thing", "policy&website"]) {
            for method in ["GET", "PUT", "DELETE", "HEAD"] {
                assert_eq!(record(method, "localhost", &format!("/b?{query}")), None, "{method} {query}");
            }
        }
        for (method, path) in [
            ("DELETE", "/b?acl"),
            ("PUT", "/b?location"),
            ("PUT", "/b/a?partNumber=1&uploadId=u"),
            ("PUT", "/b/a?tagging"),
            ("GET", "/?policy"),
            ("PUT", "/"),
        ] {
            assert_eq!(record(method, "localhost", path), None, "{method} {path}");
        }
        let control = Request::put("/v20180820/configuration/publicAccessBlock").header("x-amz-account-id", "1");
        assert_eq!(recorded("s3", control, "", ""), None);
    }

    #[test]
    fn a_bucket_in_the_host_is_the_bucket() {
        for host in
            ["orders.localhost:4566", "orders.s3.eu-west-1.amazonaws.com", "orders.s3.localhost.localstack.cloud"]
        {
            let created = record("PUT", host, "/").unwrap();
            assert_eq!(created["eventName"], "CreateBucket", "{host}");
            assert_eq!(created["requestParameters"], json!({"bucketName": "orders", "Host": host}));
            let written = record("PUT", host, "/a/b").unwrap();
            let named = [&written["requestParameters"]["bucketName"], &written["requestParameters"]["key"]];
            assert_eq!(named, ["orders", "a/b"], "{host}");
            assert_eq!(record("GET", host, "/").unwrap()["eventName"], "ListObjects", "{host}");
        }
        for host in ["s3.eu-west-1.amazonaws.com", "[::1]:4566", "10.0.0.1", "stage:4566", "host.docker.internal:4566"]
        {
            assert_eq!(record("PUT", host, "/b").unwrap()["requestParameters"]["bucketName"], "b", "{host}");
        }
        for host in ["orders.stage.example:4566", "1.s3-control.eu-west-1.amazonaws.com", "x.s3-accesspoint.a.b"] {
            assert_eq!(record("PUT", host, "/"), None, "{host}");
            assert_eq!(record("DELETE", host, "/b"), None, "{host}");
        }
    }
}
