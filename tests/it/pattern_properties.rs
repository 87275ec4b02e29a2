//! Laws that hold for every pattern and every event.

use proptest::prelude::*;
use serde_json::{Value, json};
use trailhook::pattern::{Found, Pattern, Reason};

fn words() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "a",
        "b",
        "a.b",
        "",
        ".",
        "source",
        "detail",
        "eventName",
        "$or",
        "prefix",
        "suffix",
        "anything-but",
        "equals-ignore-case",
        "wildcard",
        "numeric",
        "cidr",
        "exists",
        ">",
        "<=",
        "*",
        "**",
        "\\",
        "CreateQueue",
        "createqueue",
        "ß",
        "SS",
        "🚀",
        "10.0.0.1",
        "10.0.0.0/8",
        "2001:db8::1",
    ]);
    prop_oneof![9 => known.prop_map(str::to_owned), 1 => any::<String>()]
}

fn leaves() -> impl Strategy<Value = Value> {
    prop_oneof![
        words().prop_map(Value::String),
        any::<bool>().prop_map(Value::Bool),
        (-3i64..400).prop_map(|n| json!(n)),
        any::<f64>().prop_map(|n| json!(n)),
        any::<u64>().prop_map(|n| json!(n)),
        Just(Value::Null),
    ]
}

fn documents() -> impl Strategy<Value = Value> {
    leaves().prop_recursive(6, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::btree_map(words(), inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Conditions that are valid, of every kind.
fn conditions() -> impl Strategy<Value = Value> {
    let text = prop::sample::select(vec!["Create", "Queue", "CreateQueue", "x"]);
    prop_oneof![
        leaves().prop_filter("no address", |leaf| !leaf.to_string().contains("10.0.0")),
        text.clone().prop_map(|t| json!({"prefix": t})),
        text.clone().prop_map(|t| json!({"suffix": t})),
        text.clone().prop_map(|t| json!({"prefix": {"equals-ignore-case": t}})),
        text.clone().prop_map(|t| json!({"equals-ignore-case": t})),
        text.clone().prop_map(|t| json!({"wildcard": format!("*{t}*")})),
        text.clone().prop_map(|t| json!({"anything-but": t})),
        text.prop_map(|t| json!({"anything-but": {"suffix": [t, "y"]}})),
        (0..400).prop_map(|n| json!({"numeric": [">", n]})),
        (0..400).prop_map(|n| json!({"anything-but": [n, 1]})),
        Just(json!({"cidr": "10.0.0.0/8"})),
        any::<bool>().prop_map(|b| json!({"exists": b})),
    ]
}

fn patterns() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec!["a", "b", "a.b", "detail", "source"]);
    let field = prop::collection::vec(conditions(), 1..3).prop_map(Value::Array);
    field
        .prop_recursive(3, 10, 3, move |inner| {
            let object = prop::collection::btree_map(name.clone(), inner, 1..4).prop_map(|members| json!(members));
            prop_oneof![
                object.clone(),
                prop::collection::vec(object, 2..3).prop_map(|branches| json!({"$or": branches})),
            ]
        })
        .prop_filter("an object within limits", |pattern| {
            let limits =
                |reason: &Reason| matches!(reason, Reason::TooManyCombinations { .. } | Reason::TooLong { .. });
            pattern.is_object() && !Pattern::from_value(pattern).is_err_and(|error| limits(error.reason()))
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_a_pattern_or_an_error(text in any::<String>()) {
        if let Err(error) = Pattern::parse(&text) {
            prop_assert!(error.to_string().starts_with("Event pattern is not valid. Reason: "));
        }
    }

    #[test]
    fn any_json_is_a_pattern_or_an_error(pattern in documents(), event in documents()) {
        if let Ok(pattern) = Pattern::from_value(&pattern) {
            prop_assert_eq!(pattern.matches(&event), pattern.explain(&event).matched);
        }
    }

    #[test]
    fn explanations_agree(pattern in patterns(), event in documents()) {
        let pattern = Pattern::from_value(&pattern).expect("a valid pattern");
        let explanation = pattern.explain(&event);
        prop_assert_eq!(pattern.matches(&event), explanation.matched);
        let wanted = if explanation.matched { "matches" } else { "does not match" };
        prop_assert!(explanation.to_string().starts_with(wanted));
        prop_assert!(serde_json::to_value(&explanation).is_ok());
        for branch in &explanation.branches {
            let all = branch.fields.iter().all(|field| field.held);
            prop_assert!(!event.is_object() || all == (explanation.matched || branch.scattered));
            for field in &branch.fields {
                if field.wanted == r#"[{"exists":true}]"# {
                    prop_assert_eq!(field.held, matches!(field.found, Found::Values(_)));
                }
            }
        }
    }

    #[test]
    fn printed_and_read_again_it_answers_the_same(pattern in patterns(), event in documents()) {
        let first = Pattern::from_value(&pattern).expect("a valid pattern");
        let second = Pattern::parse(&first.to_string()).expect("the same pattern");
        let third: Pattern = serde_json::from_value(serde_json::to_value(&first).expect("JSON"))
            .expect("the same pattern");
        prop_assert_eq!(&first.to_string(), &second.to_string());
        prop_assert_eq!(first.matches(&event), second.matches(&event));
        prop_assert_eq!(first.matches(&event), third.matches(&event));
    }

    #[test]
    fn the_order_of_fields_is_irrelevant(
        fields in prop::collection::btree_map("[a-d]", prop::collection::vec(conditions(), 1..3), 1..4),
        event in prop::collection::btree_map("[a-d]", documents(), 0..4),
    ) {
        let members: Vec<String> =
            fields.iter().map(|(name, list)| format!("{}:{}", json!(name), json!(list))).collect();
        let forwards = Pattern::parse(&format!("{{{}}}", members.join(","))).expect("valid");
        let reversed: Vec<String> = members.into_iter().rev().collect();
        let backwards = Pattern::parse(&format!("{{{}}}", reversed.join(","))).expect("valid");
        let event = json!(event);
        prop_assert_eq!(forwards.matches(&event), backwards.matches(&event));
    }

    #[test]
    fn a_value_and_anything_but_it_divide_all_leaves(excluded in words(), leaf in leaves()) {
        prop_assume!(!excluded.contains(':') && !excluded.starts_with("10."));
        let value = Pattern::from_value(&json!({"a": [&excluded]})).expect("valid");
        let others = Pattern::from_value(&json!({"a": [{"anything-but": excluded}]})).expect("valid");
        let event = json!({"a": leaf});
        prop_assert!(value.matches(&event) != others.matches(&event));
        for nothing in [json!({}), json!({"a": []}), json!({"a": {}})] {
            prop_assert!(!value.matches(&nothing) && !others.matches(&nothing));
        }
    }

    #[test]
    fn present_and_absent_divide_all_events(event in prop::collection::btree_map("[ab]", documents(), 0..3)) {
        let event = json!(event);
        let present = Pattern::parse(r#"{"a": {"b": [{"exists": true}]}}"#).expect("valid");
        let absent = Pattern::parse(r#"{"a": {"b": [{"exists": false}]}}"#).expect("valid");
        prop_assert!(present.matches(&event) != absent.matches(&event));
    }

    #[test]
    fn a_wildcard_is_prefix_middle_and_suffix(
        pieces in prop::collection::vec("[ab]{0,2}", 2..4), value in "[ab]{0,8}",
    ) {
        let text = pieces.join("*");
        prop_assume!(!text.contains("**"));
        let pattern = Pattern::from_value(&json!({"a": [{"wildcard": text}]})).expect("valid");
        prop_assert_eq!(pattern.matches(&json!({"a": value})), glob(&text, &value));
    }
}

/// The textbook definition.
fn glob(pattern: &str, value: &str) -> bool {
    match pattern.chars().next() {
        None => value.is_empty(),
        Some('*') => (0..=value.len()).any(|at| glob(&pattern[1..], &value[at..])),
        Some(_) => value.starts_with(&pattern[..1]) && glob(&pattern[1..], &value[1..]),
    }
}
