//! The Query protocol's form: names are paths, `Dimensions.member.1.Name=RuleName`, and are made into
//! the JSON that the other protocols would have sent. All values stay text.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Deeper paths than this are none of CloudWatch's.
const DEEPEST: usize = 12;

enum Node {
    Text(String),
    Members(BTreeMap<String, Node>),
}

/// The parameters of a form. What is empty is not there: that is how clients send an empty list.
pub(super) fn parameters(form: &str) -> Value {
    let mut root = BTreeMap::new();
    for (name, text) in form_urlencoded::parse(form.as_bytes()) {
        let path: Vec<&str> = name.split('.').collect();
        if !text.is_empty() && path.len() <= DEEPEST {
            put(&mut root, &path, &text);
        }
    }
    value(Node::Members(root))
}

/// One parameter of a form.
pub(super) fn parameter(form: &str, name: &str) -> Option<String> {
    form_urlencoded::parse(form.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn put(members: &mut BTreeMap<String, Node>, path: &[&str], text: &str) {
    let Some((first, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        members.insert((*first).to_owned(), Node::Text(text.to_owned()));
        return;
    }
    let node = members.entry((*first).to_owned()).or_insert_with(|| Node::Members(BTreeMap::new()));
    if let Node::Members(inner) = node {
        put(inner, rest, text);
    }
}

fn value(node: Node) -> Value {
    let mut members = match node {
        Node::Text(text) => return Value::String(text),
        Node::Members(members) => members,
    };
    if members.len() == 1
        && let Some(Node::Members(items)) = members.remove("member")
    {
        let numbered = items.into_iter().map(|(number, node)| (number.parse::<u32>().unwrap_or(u32::MAX), value(node)));
        let mut items: Vec<_> = numbered.collect();
        items.sort_by_key(|(number, _)| *number);
        return items.into_iter().map(|(_, item)| item).collect();
    }
    Value::Object(members.into_iter().map(|(name, node)| (name, value(node))).collect::<Map<_, _>>())
}
