//! What two contents have in common when they are the same: a SHA-256, whatever the order of the
//! members and the white space.

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The fingerprint of an envelope's detail: what EventBridge writes around it (a replay's name) does
/// not count.
pub(crate) fn fingerprint(payload: &[u8]) -> Result<String, serde_json::Error> {
    #[derive(Deserialize)]
    struct Envelope {
        detail: Value,
    }
    let envelope: Envelope = serde_json::from_slice(payload)?;
    Ok(digest(&envelope.detail))
}

/// The fingerprint of a value.
pub(crate) fn digest(value: &Value) -> String {
    let mut sha = Sha256::new();
    feed(value, &mut sha);
    sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Members in the order of their names; numbers, texts and the rest as JSON writes them.
fn feed(value: &Value, sha: &mut Sha256) {
    match value {
        Value::Object(members) => {
            sha.update(b"{");
            for (name, member) in members.iter().collect::<BTreeMap<_, _>>() {
                sha.update(Value::from(name.as_str()).to_string());
                sha.update(b":");
                feed(member, sha);
                sha.update(b",");
            }
            sha.update(b"}");
        }
        Value::Array(elements) => {
            sha.update(b"[");
            for element in elements {
                feed(element, sha);
                sha.update(b",");
            }
            sha.update(b"]");
        }
        other => sha.update(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_content_has_one_fingerprint_and_another_content_another() {
        let of = |detail: &str| fingerprint(format!(r#"{{"id":"1","detail":{detail}}}"#).as_bytes()).unwrap();
        assert_eq!(of(r#"{"a":1,"b":[{"c":"x"}]}"#), of(r#"{ "b" : [ {"c":"\u0078"} ], "a" : 1 }"#));
        for other in [r#"{"a":1,"b":[{"c":"y"}]}"#, r#"{"a":"1","b":[{"c":"x"}]}"#, r#"{"a":1,"b":[[{"c":"x"}]]}"#] {
            assert_ne!(of(r#"{"a":1,"b":[{"c":"x"}]}"#), of(other), "{other}");
        }
        assert!(fingerprint(b"{}").is_err());
    }
}
