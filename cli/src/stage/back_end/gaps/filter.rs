//! Filter patterns of CloudWatch Logs that are neither words nor for JSON.

use serde::Deserialize;
use serde_json::json;
use winterbaume_core::MockResponse;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    filter_pattern: Option<String>,
}

/// A refusal of `FilterLogEvents` with a pattern that would find nothing because it is not understood.
pub(in crate::stage) fn unfiltered(action: &str, request: &[u8]) -> Option<MockResponse> {
    if action != "FilterLogEvents" {
        return None;
    }
    // What can't be read is refused by who reads it.
    let pattern = serde_json::from_slice::<Asked>(request).ok()?.filter_pattern?;
    // Columns, a regular expression, one of several words, none of a word. JSON is read elsewhere.
    pattern.trim_start().starts_with(['[', '%', '?', '-']).then(|| {
        let message = format!(
            "the local stage knows filter patterns for JSON, and of words which all have to be there, and not {pattern}; \
             without a pattern it gives all events"
        );
        let body = json!({ "__type": "InvalidParameterException", "message": message });
        MockResponse::json(400, body.to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_are_not_understood_are_not_silently_empty() {
        let refused = |pattern: &str| {
            let asked = json!({"logGroupName": "g", "filterPattern": pattern}).to_string();
            unfiltered("FilterLogEvents", asked.as_bytes()).is_some()
        };
        assert!(refused("[ip, user]") && refused("?a ?b") && refused("-alice"));
        assert!(!refused("CreateQueue alice") && !refused("{ $.a = 1 }") && !refused(""));
        assert!(unfiltered("PutMetricFilter", br#"{"filterPattern": "{ $.a = 1 }"}"#).is_none());
        assert!(unfiltered("FilterLogEvents", br#"{"logGroupName": "g"}"#).is_none());
    }
}
