//! XML answers, made into the structure that they spell.
//!
//! The Query protocol's answers name lists by `member` and maps by `entry`; an element that comes
//! more than once is a list too. Names follow CloudTrail's rule. Attributes are not looked at (they
//! are namespaces), and nothing external is ever fetched.

use super::names::recorded_name;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Map, Value};

/// Deeper answers than this are no AWS call's.
const DEEPEST: usize = 32;

/// An XML document: its root's name, and what is in it.
#[derive(Debug, PartialEq)]
pub(super) struct Document {
    pub(super) root: String,
    pub(super) value: Value,
}

/// An element that has begun.
#[derive(Debug, Default)]
struct Element {
    name: String,
    children: Vec<(String, Value)>,
    text: String,
}

/// Reads a document; `None` if it is not well-formed XML of a sane depth.
pub(super) fn read(text: &str) -> Option<Document> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    loop {
        let closed = match reader.read_event().ok()? {
            Event::Start(_) if open.len() == DEEPEST => return None,
            Event::Start(start) => {
                let name = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
                open.push(Element { name, ..Element::default() });
                continue;
            }
            Event::Empty(start) => {
                let name = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
                Element { name, ..Element::default() }
            }
            Event::Text(part) => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&part.unescape().ok()?);
                }
                continue;
            }
            Event::CData(part) => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&String::from_utf8_lossy(&part));
                }
                continue;
            }
            Event::End(_) => open.pop()?,
            Event::Eof => return None,
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_) => continue,
        };
        let name = closed.name.clone();
        let value = closed.value();
        match open.last_mut() {
            Some(parent) => parent.children.push((name, value)),
            None => return Some(Document { root: name, value }),
        }
    }
}

impl Element {
    fn value(self) -> Value {
        if self.children.is_empty() {
            return Value::String(self.text);
        }
        let all = |wanted: &str| self.children.iter().all(|(name, _)| name == wanted);
        if all("member") {
            return Value::Array(self.children.into_iter().map(|(_, value)| value).collect());
        }
        if all("entry") {
            let pair = |(_, mut entry): (String, Value)| {
                let key = entry.get("key")?.as_str()?.to_owned();
                Some((key, entry.get_mut("value").map(Value::take).unwrap_or_default()))
            };
            return Value::Object(self.children.into_iter().filter_map(pair).collect());
        }
        let mut members: Map<String, Value> = Map::new();
        let mut lists: Vec<String> = Vec::new();
        for (name, value) in self.children {
            let name = recorded_name(&name);
            match members.get_mut(&name) {
                None => drop(members.insert(name, value)),
                Some(Value::Array(items)) if lists.contains(&name) => items.push(value),
                Some(first) => {
                    *first = Value::Array(vec![first.take(), value]);
                    lists.push(name);
                }
            }
        }
        Value::Object(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_is_a_structure() {
        let text = r#"<?xml version="1.0"?>
            <CreateTopicResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">
              <CreateTopicResult><TopicArn>arn:aws:sns:eu-west-1:111122223333:a&amp;b</TopicArn></CreateTopicResult>
              <ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>
            </CreateTopicResponse>"#;
        let document = read(text).unwrap();
        assert_eq!(document.root, "CreateTopicResponse");
        let value = json!({
            "createTopicResult": {"topicArn": "arn:aws:sns:eu-west-1:111122223333:a&b"},
            "responseMetadata": {"requestId": "r-1"},
        });
        assert_eq!(document.value, value);
    }

    #[test]
    fn lists_and_maps() {
        let text = "<R><L><member>a</member><member/></L><M><entry><key>K</key><value>v</value></entry></M>\
                    <T><Id>1</Id></T><T><Id>2</Id></T><T><Id>3</Id></T><E/><C><![CDATA[<x>]]></C></R>";
        let value = json!({
            "l": ["a", ""], "m": {"K": "v"}, "t": [{"id": "1"}, {"id": "2"}, {"id": "3"}], "e": "", "c": "<x>",
        });
        assert_eq!(read(text).unwrap().value, value);
    }

    #[test]
    fn what_is_not_xml_is_nothing() {
        for text in ["", "x", "{}", "<a>", "<a></b>", "</a>", &"<a>".repeat(100_000)] {
            assert_eq!(read(text), None, "{}", text.get(..20).unwrap_or(text));
        }
    }
}
