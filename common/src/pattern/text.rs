//! Comparisons of strings: `prefix`, `suffix`, `equals-ignore-case`, and the two together.
//!
//! Only strings match; a number or null never does, not even an empty prefix. Ignoring case
//! goes character by character: the *pattern's* character offers its lower-case and its
//! upper-case form, each with Unicode's full mapping and none of a language's. So `ß` matches
//! `ß` and `SS` but not `ss`, and `ss` does not match `ß`.

/// A text whose every character is offered in both cases.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Folded(Vec<(String, String)>);

impl Folded {
    pub(super) fn new(text: &str) -> Self {
        Self(text.chars().flat_map(cases).collect())
    }

    pub(super) fn equals(&self, value: &str) -> bool {
        self.strip_start(value).is_some_and(str::is_empty)
    }

    pub(super) fn starts(&self, value: &str) -> bool {
        self.strip_start(value).is_some()
    }

    pub(super) fn ends(&self, value: &str) -> bool {
        let mut rest = Some(value);
        for (lower, upper) in self.0.iter().rev() {
            rest =
                rest.and_then(|rest| rest.strip_suffix(lower.as_str()).or_else(|| rest.strip_suffix(upper.as_str())));
        }
        rest.is_some()
    }

    fn strip_start<'a>(&self, value: &'a str) -> Option<&'a str> {
        let mut rest = value;
        for (lower, upper) in &self.0 {
            rest = rest.strip_prefix(lower.as_str()).or_else(|| rest.strip_prefix(upper.as_str()))?;
        }
        Some(rest)
    }
}

/// The forms one character offers. The engine folds UTF-16 units one at a time, and half a
/// surrogate pair becomes a question mark: a character outside the basic plane offers `??`.
fn cases(character: char) -> Vec<(String, String)> {
    if character.len_utf16() == 2 {
        return vec![("?".to_owned(), "?".to_owned()); 2];
    }
    vec![(character.to_lowercase().collect(), character.to_uppercase().collect())]
}
