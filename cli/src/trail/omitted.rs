//! CloudTrail's limits: large parts are left out, long texts are cut.
//!
//! From the record contents page: request parameters and response elements over 100 KB are omitted,
//! user agent, error code and error message over 1 KB are cut. The note's form is that of real
//! records (`omitted` is a boolean there or a text; the page's word is "true").

use serde_json::{Value, json};

/// The most that `requestParameters` and `responseElements` hold, in bytes of JSON.
const LARGEST_PART: usize = 100 * 1024;

/// The most that a text of the record's own holds, in bytes.
const LONGEST_TEXT: usize = 1024;

/// The part, or the note that it was too large; `name` as in `requestParameters`.
pub(super) fn part(name: &str, value: Value) -> Value {
    if value.is_null() {
        return value;
    }
    let size = value.to_string().len();
    if size <= LARGEST_PART {
        return value;
    }
    json!({ "reason": format!("{name} too large"), "omitted": true, "originalSize": size.to_string() })
}

/// The text, cut to what CloudTrail keeps of it.
pub(super) fn text(text: &str) -> String {
    text.get(..text.floor_char_boundary(LONGEST_TEXT)).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_is_left_out() {
        let fits = json!({ "a": "x".repeat(LARGEST_PART - 8) });
        assert_eq!(part("requestParameters", fits.clone()), fits);
        let note = part("requestParameters", json!({ "a": "x".repeat(LARGEST_PART - 7) }));
        assert_eq!(note, json!({"reason": "requestParameters too large", "omitted": true, "originalSize": "102401"}));
        assert_eq!(text(&"ä".repeat(513)), "ä".repeat(512));
        assert_eq!(text(&format!("x{}", "ä".repeat(513))).len(), 1023);
    }
}
