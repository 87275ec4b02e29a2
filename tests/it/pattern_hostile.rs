//! Patterns and events made to hurt. Each must be answered, in a time that grows gently.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use trailhook::pattern::{Pattern, Reason};

/// Generous: debug builds on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);

#[track_caller]
fn answered(about: &str, pattern: &Value, event: &Value, expected: bool) {
    let start = Instant::now();
    let pattern = Pattern::from_value(pattern).unwrap_or_else(|error| panic!("{about}: {error}"));
    assert_eq!(pattern.matches(event), expected, "{about}");
    assert_eq!(pattern.explain(event).matched, expected, "{about}");
    assert!(start.elapsed() < PATIENCE, "{about} took {:?}", start.elapsed());
}

fn nested(depth: usize, core: Value) -> Value {
    (0..depth).fold(core, |value, _| json!([value]))
}

#[test]
fn wildcards() {
    let long = "a".repeat(200_000);
    answered("a piece that nearly fits", &json!({"x": [{"wildcard": "*aaaab*c"}]}), &json!({"x": long}), false);
    let many = (0..300).map(|n| format!("{n}")).collect::<Vec<_>>().join("*");
    assert!(Pattern::from_value(&json!({"x": [{"wildcard": many}]})).is_err(), "too complex");
    let repeated = format!("*{}", "ab".repeat(1_900));
    assert!(Pattern::from_value(&json!({"x": [{"wildcard": repeated}]})).is_err(), "too complex");
}

#[test]
fn arrays() {
    let many: Vec<Value> = (0..20_000).map(|n| json!({"x": n, "y": n + 1})).collect();
    let pattern = json!({"a": {"x": [{"anything-but": -1}], "y": [0]}, "b": {"x": [-1]}});
    answered("two fields of many elements", &pattern, &json!({"a": many, "b": many}), false);

    let absent = json!({"a": {"x": [{"exists": false}, -1], "y": [0], "z": [{"exists": false}]}});
    answered("absence in many elements", &absent, &json!({"a": many}), false);

    let wide = nested(100, json!(vec![json!({"b": 1, "c": 2}); 2_000]));
    let both = json!({"a": {"b": [2, {"exists": false}], "c": [3, {"exists": false}]}});
    answered("a hundred arrays deep", &both, &json!({"a": wide}), false);

    let own = json!({"a": [1, {"exists": false}], "a.b": [2, {"exists": false}]});
    answered("scalars and objects, deep", &own, &json!({"a": nested(100, json!([0, {"b": 3}]))}), false);
}

#[test]
fn names_with_dots() {
    let path = vec!["a"; 120].join(".");

    let small = (0..12).fold(json!(1), |value, _| json!({"a": value, "a.a": value, "b": 0}));

    answered("every spelling at every level", &json!({ path: [2] }), &small, false);
}

#[test]
fn many_branches() {
    let or = |name: &str| {
        let list: Vec<_> = (0..10).map(|n| json!({ name: {"k": [n]} })).collect();
        json!({"$or": list})
    };
    let pattern = json!({"a": or("x"), "b": or("y"), "c": or("z")});
    let event = json!({"a": [{"x": [{"k": 9}, {"k": 8}]}], "b": {"y": {"k": 9}}, "c": {"z": {"k": 9}}});
    answered("the last of a thousand branches", &pattern, &event, true);
    answered("none of a thousand branches", &pattern, &json!({"a": {"x": {"k": 9}}}), false);

    let deep = vec!["a"; 500].join(".");
    let fields: serde_json::Map<_, _> = (0..200).map(|n| (format!("{n}"), json!([1]))).collect();
    let huge = json!({deep: fields, "a": or("x"), "b": or("y"), "c": or("z")});
    let error = Pattern::from_value(&huge).expect_err("a hundred million names");
    assert_eq!(error.reason(), &Reason::TooLarge);
}
