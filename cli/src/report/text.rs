//! Texts and figures as a page shows them.

use indicatif::HumanCount;
use minijinja::value::Value;
use minijinja::{Error, Output, State, escape_formatter};
use trailhook::shown_line;

/// The longest text that is shown whole, in characters. A path may have four thousand, and a caller's name any number.
const LONGEST: usize = 600;

/// What stands between the braces of the template: what nobody would see is made visible, what is too long is cut, and
/// then it is escaped.
pub(super) fn shown(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    match value.as_str().filter(|_| !value.is_safe()) {
        Some(text) => escape_formatter(out, state, &Value::from(shown_line(&cut(text)))),
        None => escape_formatter(out, state, value),
    }
}

/// A number that people can read: `1,234,567`.
pub fn figure(number: u64) -> String {
    HumanCount(number).to_string()
}

/// Two long texts that begin alike still differ by how long they are said to be.
fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => {
            let all = text.chars().count() as u64;
            format!("{}… ({} characters)", text.get(..end).unwrap_or_default(), figure(all))
        }
        None => text.to_owned(),
    }
}
