//! What the front door knows of a call once it is answered.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderMap, Request, Response};
use std::net::IpAddr;

/// An AWS API call and its answer.
#[derive(Clone, Debug)]
pub struct AnsweredCall {
    /// The service in the SigV4 scope, as `sqs`; CloudWatch's is `monitoring`.
    pub service: String,
    /// The Region in the SigV4 scope, as `eu-west-1`.
    pub region: String,
    /// The access key id that the call was signed with.
    pub access_key_id: String,
    /// The request as it came.
    pub request: Request<Bytes>,
    /// The answer as it went.
    pub response: Response<Bytes>,
    /// When it was answered.
    pub at: DateTime<Utc>,
    /// Where the call came from.
    pub client: IpAddr,
    /// How the connection is encrypted, where it is.
    pub tls: Option<TlsConnection>,
}

/// An encrypted connection, in CloudTrail's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsConnection {
    /// As in `TLSv1.3`.
    pub version: String,
    /// As in `TLS_AES_128_GCM_SHA256`.
    pub cipher_suite: String,
}

impl AnsweredCall {
    pub(super) fn asked_in(&self, name: &str) -> Option<&str> {
        text(self.request.headers(), name)
    }

    pub(super) fn answered_in(&self, name: &str) -> Option<&str> {
        text(self.response.headers(), name)
    }

    pub(super) fn failed(&self) -> bool {
        self.response.status().as_u16() >= 400
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
