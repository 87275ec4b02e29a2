//! A second reading of array consistency, `$or` and `exists`: slow, short, and written from the
//! rule alone (every leaf is listed with the array elements it lies in; fields are decided in
//! the order of their paths by trying every leaf). The matcher must answer the same.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};
use trailhook::pattern::Pattern;
use trailhook_tests::say;

/// Which element of which array, from the outermost in.
type Membership = Vec<(usize, usize)>;
type Leaves = Vec<(String, Value, Membership)>;
type Branch = BTreeMap<String, Vec<Value>>;

fn list(value: &Value, path: &str, inside: &Membership, arrays: &mut usize, leaves: &mut Leaves) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                list(member, &path, inside, arrays, leaves);
            }
        }
        Value::Array(items) => {
            let id = *arrays;
            *arrays += 1;
            for (index, item) in items.iter().enumerate() {
                let mut inside = inside.clone();
                if item.is_array() || item.is_object() {
                    inside.push((id, index));
                }
                list(item, path, &inside, arrays, leaves);
            }
        }
        leaf => leaves.push((path.to_owned(), leaf.clone(), inside.clone())),
    }
}

fn agree(a: &Membership, b: &Membership) -> bool {
    a.iter().all(|(array, index)| b.iter().all(|(other, at)| array != other || index == at))
}

fn holds(condition: &Value, leaf: &Value) -> bool {
    match condition.as_object().and_then(|operator| operator.iter().next()) {
        None => condition == leaf,
        Some((name, operand)) => match name.as_str() {
            "exists" => operand == true,
            "anything-but" => operand != leaf,
            other => unreachable!("the generator makes no {other}"),
        },
    }
}

fn search(fields: &[(&String, &Vec<Value>)], leaves: &Leaves, chosen: &Membership) -> bool {
    let Some(((path, conditions), rest)) = fields.split_first() else {
        return true;
    };
    let in_sight: Vec<_> = leaves.iter().filter(|(at, _, inside)| at == *path && agree(inside, chosen)).collect();
    let absent = conditions.contains(&json!({"exists": false})) && in_sight.is_empty();
    (absent && search(rest, leaves, chosen))
        || in_sight.iter().any(|(_, leaf, inside)| {
            let mut chosen = chosen.clone();
            chosen.extend(inside);
            conditions.iter().any(|condition| holds(condition, leaf)) && search(rest, leaves, &chosen)
        })
}

fn expand(members: &Map<String, Value>, path: &str, branches: Vec<Branch>) -> Vec<Branch> {
    members.iter().fold(branches, |mut branches, (name, member)| {
        let at = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match member {
            Value::Object(members) => expand(members, &at, branches),
            Value::Array(alternatives) if name == "$or" => alternatives
                .iter()
                .filter_map(Value::as_object)
                .flat_map(|members| expand(members, path, branches.clone()))
                .collect(),
            Value::Array(conditions) => {
                for branch in &mut branches {
                    branch.insert(at.clone(), conditions.clone());
                }
                branches
            }
            _ => unreachable!("the generator makes no bare values"),
        }
    })
}

fn model(pattern: &Value, event: &Value) -> bool {
    let mut leaves = Vec::new();
    list(event, "", &Vec::new(), &mut 0, &mut leaves);
    let members = pattern.as_object().expect("an object");
    expand(members, "", vec![Branch::new()]).iter().any(|branch| {
        let fields: Vec<_> = branch.iter().collect();
        search(&fields, &leaves, &Vec::new())
    })
}

fn names() -> impl Strategy<Value = String> {
    // "a-" sorts between "a" and "a."
    prop::sample::select(vec!["a", "a-", "b", "c"]).prop_map(str::to_owned)
}

fn conditions() -> impl Strategy<Value = Value> {
    let one = prop::sample::select(vec![
        json!(1),
        json!("x"),
        json!(null),
        json!({"exists": true}),
        json!({"exists": false}),
        json!({"exists": false}),
        json!({"anything-but": 1}),
    ]);
    prop::collection::vec(one, 1..3).prop_map(Value::Array)
}

/// Objects and `$or`s, mostly below one name, so that fields meet in one array.
fn patterns() -> impl Strategy<Value = Value> {
    let fields = conditions()
        .prop_recursive(2, 10, 4, |inner| {
            let object = prop::collection::btree_map(names(), inner, 1..4)
                .prop_map(|members| Value::Object(members.into_iter().collect()))
                .boxed();
            let or = prop::collection::vec(object.clone(), 2);
            prop_oneof![
                4 => object.clone(),
                1 => (object, or).prop_map(|(mut object, or)| {
                    object["$or"] = Value::Array(or);
                    object
                }),
            ]
        })
        .prop_filter("an object", Value::is_object)
        .boxed();
    prop_oneof![fields.clone(), fields.prop_map(|fields| json!({"a": fields}))]
}

/// Deep in arrays of objects, and arrays of arrays.
fn events() -> impl Strategy<Value = Value> {
    let leaf = prop::sample::select(vec![json!(1), json!(1), json!(2), json!("x"), json!(null)]);
    let inner = leaf.prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            3 => prop::collection::btree_map(names(), inner, 1..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    });
    let array = prop::collection::vec(inner.clone(), 1..5).prop_map(|items| json!({"a": items}));
    prop_oneof![3 => array, 1 => inner.prop_filter("an object", Value::is_object)]
}

#[test]
fn the_matcher_answers_as_the_model_does() {
    let mut runner = TestRunner::deterministic();
    let (mut compared, mut matched, mut scattered) = (0, 0, 0);
    while compared < 12_000 {
        let pattern = patterns().new_tree(&mut runner).expect("a pattern").current();
        let compiled = Pattern::from_value(&pattern).unwrap_or_else(|error| panic!("{pattern} is refused: {error}"));
        for _ in 0..4 {
            let event = events().new_tree(&mut runner).expect("an event").current();
            let expected = model(&pattern, &event);
            assert_eq!(compiled.matches(&event), expected, "{pattern} on {event}");
            let explanation = compiled.explain(&event);
            assert_eq!(explanation.matched, expected, "{pattern} on {event}");
            compared += 1;
            matched += u32::from(expected);
            scattered += u32::from(explanation.branches.iter().any(|branch| branch.scattered));
        }
    }
    say(format!(
        "{compared} answers of the matcher and its model compared, {matched} matches, {scattered} only scattered"
    ));
    assert!(matched > 1_500 && scattered > 30, "{matched} matches, {scattered} scattered");
}
