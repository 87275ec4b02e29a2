//! SNS's rules for a subject, from the `Publish` reference: fewer than 100 characters, no line
//! breaks or control characters, and a letter, a number or punctuation at the beginning.
//!
//! Kept to ASCII, because the e-mail protocol is.

use crate::shown::one_line;

/// The longest subject.
const LONGEST: usize = 99;

pub(super) fn subject(summary: &str) -> String {
    let ascii: String = one_line(summary, usize::MAX)
        .chars()
        .map(|character| if character.is_ascii_graphic() || character == ' ' { character } else { '?' })
        .collect();
    let trimmed = ascii.trim_start();
    let mut subject: String = trimmed.chars().take(LONGEST).collect();
    if trimmed.len() > LONGEST {
        subject.truncate(LONGEST - 3);
        subject.push_str("...");
    }
    if subject.is_empty() { "AWS API call".to_owned() } else { subject }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_keeps_to_the_rules_of_sns() {
        for summary in ["", "\n", " called", "älice called", &"long ".repeat(100), "a\nb\u{7f}", "🦀"] {
            let subject = subject(summary);
            assert!((1..100).contains(&subject.len()), "{subject:?}");
            assert!(subject.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{subject:?}");
            assert!(!subject.starts_with(' '), "{subject:?}");
        }
    }
}
