//! A report read back, without a browser: what is in it, and whether it is only what our own template puts there.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::io::{Error, Result};

/// What the template is made of. Nothing here runs, is sent, or is fetched.
const ELEMENTS: [&str; 40] = [
    "b",
    "bdi",
    "body",
    "caption",
    "code",
    "dd",
    "desc",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "head",
    "header",
    "html",
    "li",
    "line",
    "link",
    "main",
    "meta",
    "ol",
    "p",
    "rect",
    "section",
    "span",
    "style",
    "svg",
    "table",
    "tbody",
    "td",
    "text",
    "th",
    "thead",
    "title",
    "tr",
    "ul",
];
const ATTRIBUTES: [&str; 23] = [
    "aria-hidden",
    "aria-labelledby",
    "charset",
    "class",
    "colspan",
    "content",
    "dy",
    "height",
    "href",
    "http-equiv",
    "id",
    "lang",
    "name",
    "rel",
    "role",
    "scope",
    "width",
    "x",
    "x1",
    "x2",
    "y",
    "y1",
    "y2",
];

/// All texts of a report, in order.
///
/// # Errors
/// It is not well-formed, or there is something in it that the template has not.
pub fn texts(html: &str) -> Result<Vec<String>> {
    let wrong = |what: String| Error::other(format!("the report has {what}"));
    let mut reader = Reader::from_str(html);
    let (mut texts, mut within) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event().map_err(Error::other)? {
            Event::Start(element) => {
                check(&element)?;
                within.push(name(&element));
            }
            Event::Empty(element) => check(&element)?,
            Event::End(_) => drop(within.pop()),
            Event::Text(_) if within.last().is_some_and(|name| name == "style") => {}
            Event::Text(text) => {
                let text = text.unescape().map_err(Error::other)?.trim().to_owned();
                texts.extend((!text.is_empty()).then_some(text));
            }
            Event::DocType(_) => {}
            Event::Eof if within.is_empty() => return Ok(texts),
            other => return Err(wrong(format!("{other:?}"))),
        }
    }
}

fn check(element: &BytesStart<'_>) -> Result<()> {
    let wrong = |what: String| Err(Error::other(format!("the report has {what}")));
    let element_name = name(element);
    if !ELEMENTS.contains(&element_name.as_str()) {
        return wrong(format!("the element {element_name}"));
    }
    for attribute in element.attributes() {
        let attribute = attribute.map_err(Error::other)?;
        let key = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
        let value = attribute.unescape_value().map_err(Error::other)?;
        if !ATTRIBUTES.contains(&key.as_str()) || (key == "href" && value != "data:,") {
            return wrong(format!("{key}={value:?} in the element {element_name}"));
        }
    }
    Ok(())
}

fn name(element: &BytesStart<'_>) -> String {
    String::from_utf8_lossy(element.name().as_ref()).into_owned()
}
