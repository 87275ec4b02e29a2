//! The `wildcard` operator.
//!
//! `*` stands for any run of characters, none included; `\*` and `\\` stand for themselves.
//! `**` and every other escape are refused. Matching takes time linear in the value for each
//! piece between stars, whatever the pattern.

use super::error::{PatternError, Reason};

/// The pieces between the stars, escapes undone. One piece means there is no star.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wildcard {
    pieces: Vec<String>,
}

impl Wildcard {
    /// Reads a wildcard's text, at `path`.
    pub(super) fn parse(text: &str, path: &str) -> Result<Self, PatternError> {
        let mut pieces = vec![String::new()];
        let mut characters = text.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            // EventBridge counts from the opening quote
            let at = at + 1;
            let next = characters.peek().map(|(_, next)| *next);
            let literal = match (character, next) {
                ('*', Some('*')) => {
                    return Err(PatternError::new(path, Reason::WildcardRepeated { at }));
                }
                ('*', _) => {
                    pieces.push(String::new());
                    continue;
                }
                ('\\', Some(escaped @ ('*' | '\\'))) => {
                    characters.next();
                    escaped
                }
                ('\\', _) => return Err(PatternError::new(path, Reason::WildcardEscape { at })),
                (other, _) => other,
            };
            if let Some(piece) = pieces.last_mut() {
                piece.push(literal);
            }
        }
        Ok(Self { pieces })
    }

    pub(super) fn matches(&self, value: &str) -> bool {
        let Some((first, others)) = self.pieces.split_first() else {
            return false;
        };
        let Some((last, middle)) = others.split_last() else {
            return value == first;
        };
        let Some(mut rest) = value.strip_prefix(first.as_str()) else {
            return false;
        };
        for piece in middle {
            match rest.find(piece.as_str()) {
                Some(at) => rest = &rest[at + piece.len()..],
                None => return false,
            }
        }
        rest.ends_with(last.as_str())
    }

    /// The pieces between the stars, for the measure of complexity.
    pub(super) fn pieces(&self) -> &[String] {
        &self.pieces
    }
}
