//! Text of strangers, made fit to be shown.
//!
//! A caller chooses user agents, session names, queue names and more. Some characters are not seen
//! themselves and change what is seen around them: they break a line, turn the direction of the text
//! behind them, or hide that two names differ. Where people read, they become a space or `�`; in
//! JSON they are escaped, which changes no value.

use memchr::memchr2;
use unicode_general_category::{GeneralCategory, get_general_category};

/// The longest text of a caller's that is repeated where lines are short, in characters.
pub(crate) const LONGEST: usize = 1_000;

/// Text, cut where a caller made it long enough to drown what stands beside it.
pub(crate) fn cut(text: &str) -> String {
    // No text has more characters than bytes.
    let end = (text.len() > LONGEST).then(|| text.char_indices().nth(LONGEST)).flatten();
    match end {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Text on one line of at most so many characters: what would break the line is a space, and what
/// nobody would see is `�`.
pub(crate) fn one_line(text: &str, most: usize) -> String {
    // Most text is plain, and then a byte is a character.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.get(..most.min(text.len())).unwrap_or(text).to_owned();
    }
    let shown = |character| match unseen(character) {
        None => character,
        Some(Unseen::Space) => ' ',
        Some(Unseen::Mark) => char::REPLACEMENT_CHARACTER,
    };
    text.chars().map(shown).take(most).collect()
}

/// Text on one line, all of it: what would break the line is a space, and what nobody would see is `�`.
///
/// ```
/// assert_eq!(trailhook::shown_line("a\nb\u{202e}c"), "a b�c");
/// ```
pub fn shown_line(text: &str) -> String {
    one_line(text, usize::MAX)
}

/// JSON whose strings show all that is in them: control characters, marks of direction, characters
/// without a width, line separators and what is no character at all are escaped. The values stay the
/// same, and JSON on one line stays on one, whatever a reader takes for a line's end. Carriage returns
/// of the layout are left out: a terminal writes what follows one over what stood there.
///
/// ```
/// assert_eq!(trailhook::shown_json("{\"a\":\"\u{202e}b\u{85}é\"}"), r#"{"a":"\u202eb\u0085é"}"#);
/// ```
pub fn shown_json(json: &str) -> String {
    // Nearly all of it is plain, and there is much of it: these two look at many bytes in one step.
    if json.is_ascii() && memchr2(b'\r', b'\x7f', json.as_bytes()).is_none() {
        return json.to_owned();
    }
    let mut shown = String::with_capacity(json.len());
    for character in json.chars() {
        if character == '\r' {
            continue;
        }
        // In JSON, the ASCII controls stand between values only, as line breaks of its layout; all
        // others can only stand in strings.
        if character < ' ' || unseen(character).is_none() {
            shown.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            shown.push_str(&format!("\\u{unit:04x}"));
        }
    }
    shown
}

enum Unseen {
    Space,
    Mark,
}

fn unseen(character: char) -> Option<Unseen> {
    use GeneralCategory::{Control, Format, LineSeparator, ParagraphSeparator};
    if (' '..='~').contains(&character) {
        return None;
    }
    match get_general_category(character) {
        Control | LineSeparator | ParagraphSeparator => Some(Unseen::Space),
        Format => Some(Unseen::Mark),
        // SQS takes no message with one of the last two of the first plane in it.
        _ if u32::from(character) & 0xfffe == 0xfffe || ('\u{fdd0}'..='\u{fdef}').contains(&character) => {
            Some(Unseen::Mark)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_shown() {
        let text = "a\r\n\0\u{1b}[31m\u{7f}\u{85}\u{9b}\u{2028}\u{2029}b";
        assert_eq!(one_line(text, 100), "a    [31m     b");
        let text = "\u{202e}\u{2066}\u{200b}\u{feff}\u{ad}\u{61c}\u{e0041}\u{ffff}\u{fdd0}é🦀";
        assert_eq!(one_line(text, 100), "���������é🦀");
        assert_eq!(one_line("äöü", 2), "äö");
    }

    #[test]
    fn json_keeps_its_values_and_its_layout() {
        let value = serde_json::json!({"a\u{202e}": ["\u{e0041}\u{7f}\n\"\\", "\u{ffff}é"]});
        for json in [value.to_string(), format!("{value:#}")] {
            let shown = shown_json(&json);
            assert!(shown.chars().all(|character| character == '\n' || unseen(character).is_none()), "{shown:?}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
            assert_eq!(shown.lines().count(), json.lines().count());
        }
        assert_eq!(shown_json("{\"a\"\r:\r\n\"\\r\"}"), "{\"a\":\n\"\\r\"}", "nothing is written over");
    }
}
