//! The Query protocol's answers: XML, with lists of `member`.

use super::failure::Failure;
use super::shape::{Shape, written};
use quick_xml::escape::escape;

const NAMESPACE: &str = "http://monitoring.amazonaws.com/doc/2010-08-01/";

/// The answer of an action.
pub(super) fn answer(action: &str, result: &Shape, request_id: &str) -> String {
    let mut text = format!("<{action}Response xmlns=\"{NAMESPACE}\"><{action}Result>");
    put(&mut text, result);
    let id = escape(request_id);
    text.push_str(&format!(
        "</{action}Result><ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></{action}Response>"
    ));
    text
}

/// A refusal.
pub(super) fn refusal(failure: &Failure, request_id: &str) -> String {
    let (code, message, id) = (failure.code.in_query(), escape(&failure.message), escape(request_id));
    format!(
        "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>\
         </Error><RequestId>{id}</RequestId></ErrorResponse>"
    )
}

fn put(text: &mut String, shape: &Shape) {
    match shape {
        Shape::Text(value) => text.push_str(&escape(value)),
        // As in 1.0, and 1e16 where that is shorter.
        Shape::Number(number) => text.push_str(&format!("{number:?}")),
        Shape::Time(seconds) => text.push_str(&written(*seconds)),
        Shape::List(items) => items.iter().for_each(|item| element(text, "member", item)),
        Shape::Structure(members) => members.iter().for_each(|(name, shape)| element(text, name, shape)),
    }
}

fn element(text: &mut String, name: &str, shape: &Shape) {
    text.push_str(&format!("<{name}>"));
    put(text, shape);
    text.push_str(&format!("</{name}>"));
}
