//! Patterns that EventBridge refuses: where, and for which kind of reason.

use serde_json::json;
use trailhook::pattern::{Pattern, Reason};
use trailhook_tests::say;

/// The pattern, the path of the fault, the name of its [`Reason`].
#[rustfmt::skip]
const REFUSED: &[(&str, &str, &str)] = &[
    ("", "", "NotJson"),
    ("{'source': ['aws.sqs']}", "", "NotJson"),
    (r#"{"source": ["aws.sqs"]"#, "", "NotJson"),
    (r#"{"source": ["aws.sqs"]} {}"#, "", "NotJson"),
    (r#"["source"]"#, "", "NotAnObject"),
    ("null", "", "NotAnObject"),
    ("{}", "", "EmptyObject"),
    (r#"{"detail": {}}"#, "detail", "EmptyObject"),
    (r#"{"resources": []}"#, "resources", "EmptyArray"),
    (r#"{"source": "aws.sqs"}"#, "source", "NotAList"),
    (r#"{"detail": {"delay": 42}}"#, "detail.delay", "NotAList"),
    (r#"{"detail": {"x": null}}"#, "detail.x", "NotAList"),
    (r#"{"source": [["aws.sqs"]]}"#, "source[0]", "NotAValue"),
    (r#"{"source": ["x", {}]}"#, "source[1]", "NoOperator"),
    (r#"{"n": [{"EXISTS": true}]}"#, "n[0].EXISTS", "UnknownOperator"),
    (r#"{"n": [{"NUMERIC": ["=", 5]}]}"#, "n[0].NUMERIC", "UnknownOperator"),
    (r#"{"n": [{"exactly": "x"}]}"#, "n[0].exactly", "UnknownOperator"),
    (r#"{"n": [{"regex": "x"}]}"#, "n[0].regex", "UnknownOperator"),
    (r#"{"n": [{"prefix": "a", "suffix": "b"}]}"#, "n[0]", "SeveralOperators"),
    (r#"{"n": [{"prefix": "a", "prefix": "b"}]}"#, "n[0]", "SeveralOperators"),
    (r#"{"n": [{"prefix": 7}]}"#, "n[0].prefix", "NotAString"),
    (r#"{"n": [{"prefix": ["x"]}]}"#, "n[0].prefix", "NotAString"),
    (r#"{"n": [{"prefix": {}}]}"#, "n[0].prefix", "NoOperator"),
    (r#"{"n": [{"prefix": {"suffix": "x"}}]}"#, "n[0].prefix.suffix", "UnsupportedNested"),
    (r#"{"n": [{"prefix": {"equals-ignore-case": 1}}]}"#, "n[0].prefix.equals-ignore-case", "NotAString"),
    (r#"{"n": [{"suffix": null}]}"#, "n[0].suffix", "NotAString"),
    (r#"{"n": [{"suffix": {"wildcard": "*"}}]}"#, "n[0].suffix.wildcard", "UnsupportedNested"),
    (r#"{"n": [{"equals-ignore-case": ["x"]}]}"#, "n[0].equals-ignore-case", "NotAString"),
    (r#"{"n": [{"equals-ignore-case": {"prefix": "x"}}]}"#, "n[0].equals-ignore-case", "NotAString"),
    (r#"{"n": [{"wildcard": 7}]}"#, "n[0].wildcard", "NotAString"),
    (r#"{"n": [{"wildcard": "a**b"}]}"#, "n[0].wildcard", "WildcardRepeated"),
    (r#"{"n": [{"wildcard": "a\\b"}]}"#, "n[0].wildcard", "WildcardEscape"),
    (r#"{"n": [{"wildcard": "a\\"}]}"#, "n[0].wildcard", "WildcardEscape"),
    (r#"{"n": [{"wildcard": "*:*:*:*:*:queue/*"}]}"#, "n", "TooComplex"),
    (r#"{"n": [{"wildcard": "a*xxxxxxxxxxxx"}]}"#, "n", "TooComplex"),
    (r#"{"n": [{"wildcard": "*/in/*.a"}, {"wildcard": "*/in/*.b"}, {"wildcard": "*/in/*.c"}, {"wildcard": "*/in/*.d"}]}"#, "n", "TooComplex"),
    (r#"{"n": [{"anything-but": null}]}"#, "n[0].anything-but", "AnythingButValue"),
    (r#"{"n": [{"anything-but": true}]}"#, "n[0].anything-but", "AnythingButValue"),
    (r#"{"n": [{"anything-but": ["x", null]}]}"#, "n[0].anything-but[1]", "AnythingButItem"),
    (r#"{"n": [{"anything-but": [false]}]}"#, "n[0].anything-but[0]", "AnythingButItem"),
    (r#"{"n": [{"anything-but": ["x", 1]}]}"#, "n[0].anything-but", "AnythingButMixed"),
    (r#"{"n": [{"anything-but": []}]}"#, "n[0].anything-but", "AnythingButMixed"),
    (r#"{"n": [{"anything-but": {}}]}"#, "n[0].anything-but", "NoOperator"),
    (r#"{"n": [{"anything-but": {"numeric": [">", 1]}}]}"#, "n[0].anything-but.numeric", "UnsupportedAnythingBut"),
    (r#"{"n": [{"anything-but": {"exists": true}}]}"#, "n[0].anything-but.exists", "UnsupportedAnythingBut"),
    (r#"{"n": [{"anything-but": {"prefix": "", "suffix": ""}}]}"#, "n[0].anything-but", "SeveralOperators"),
    (r#"{"n": [{"anything-but": {"prefix": ""}}]}"#, "n[0].anything-but.prefix", "EmptyAffix"),
    (r#"{"n": [{"anything-but": {"suffix": ["x", ""]}}]}"#, "n[0].anything-but.suffix[1]", "EmptyAffix"),
    (r#"{"n": [{"anything-but": {"prefix": 7}}]}"#, "n[0].anything-but.prefix", "NotAString"),
    (r#"{"n": [{"anything-but": {"suffix": [null, "x"]}}]}"#, "n[0].anything-but.suffix[0]", "NotAString"),
    (r#"{"n": [{"anything-but": {"prefix": {"equals-ignore-case": "x"}}}]}"#, "n[0].anything-but.prefix", "AnythingButValue"),
    (r#"{"n": [{"anything-but": {"prefix": []}}]}"#, "n[0].anything-but.prefix", "EmptyArray"),
    (r#"{"n": [{"anything-but": {"equals-ignore-case": 7}}]}"#, "n[0].anything-but.equals-ignore-case", "AnythingButIgnoreCase"),
    (r#"{"n": [{"anything-but": {"equals-ignore-case": ["x", 7]}}]}"#, "n[0].anything-but.equals-ignore-case[1]", "AnythingButIgnoreCase"),
    (r#"{"n": [{"anything-but": {"wildcard": ["*", 7]}}]}"#, "n[0].anything-but.wildcard[1]", "NotAString"),
    (r#"{"n": [{"anything-but": {"wildcard": "**"}}]}"#, "n[0].anything-but.wildcard", "WildcardRepeated"),
    (r#"{"n": [{"anything-but": 5000000001}]}"#, "n[0].anything-but", "NumericLimit"),
    (r#"{"n": [{"numeric": 10}]}"#, "n[0].numeric", "NumericNotAnArray"),
    (r#"{"n": [{"numeric": []}]}"#, "n[0].numeric", "NumericMember"),
    (r#"{"n": [{"numeric": [5, ">"]}]}"#, "n[0].numeric", "NumericMember"),
    (r#"{"n": [{"numeric": ["=="]}]}"#, "n[0].numeric", "NumericOperator"),
    (r#"{"n": [{"numeric": ["="]}]}"#, "n[0].numeric", "NumericValue"),
    (r#"{"n": [{"numeric": [">", "0"]}]}"#, "n[0].numeric", "NumericValue"),
    (r#"{"n": [{"numeric": [">", 0, "<"]}]}"#, "n[0].numeric", "NumericValue"),
    (r#"{"n": [{"numeric": [">", 0, ">", 0]}]}"#, "n[0].numeric", "NumericRangeOperator"),
    (r#"{"n": [{"numeric": [">", 0, "=", 0]}]}"#, "n[0].numeric", "NumericRangeOperator"),
    (r#"{"n": [{"numeric": ["<", 5, ">", 0]}]}"#, "n[0].numeric", "NumericTooMany"),
    (r#"{"n": [{"numeric": ["=", 5, "<", 9]}]}"#, "n[0].numeric", "NumericTooMany"),
    (r#"{"n": [{"numeric": [">", 0, "<", 5, "<"]}]}"#, "n[0].numeric", "NumericTooMany"),
    (r#"{"n": [{"numeric": [">", 5, "<", 5.0]}]}"#, "n[0].numeric", "NumericRange"),
    (r#"{"n": [{"numeric": [">=", 9, "<=", 1]}]}"#, "n[0].numeric", "NumericRange"),
    (r#"{"n": [{"numeric": ["<", 5.1e9]}]}"#, "n[0].numeric[1]", "NumericLimit"),
    (r#"{"n": [{"numeric": [">", 0, "<", 1e12]}]}"#, "n[0].numeric[3]", "NumericLimit"),
    (r#"{"n": [{"cidr": ["203.0.113.0/24"]}]}"#, "n[0].cidr", "NotAString"),
    (r#"{"n": [{"cidr": "203.0.113.0"}]}"#, "n[0].cidr", "CidrSlash"),
    (r#"{"n": [{"cidr": "203.0.113.0/"}]}"#, "n[0].cidr", "CidrSlash"),
    (r#"{"n": [{"cidr": "203.0.113.0/2/4"}]}"#, "n[0].cidr", "CidrSlash"),
    (r#"{"n": [{"cidr": "203.0.113.0/x"}]}"#, "n[0].cidr", "CidrMask"),
    (r#"{"n": [{"cidr": "203.0.113.0/-1"}]}"#, "n[0].cidr", "CidrNegative"),
    (r#"{"n": [{"cidr": "203.0.113.0/32"}]}"#, "n[0].cidr", "CidrTooLong"),
    (r#"{"n": [{"cidr": "2001:db8::/128"}]}"#, "n[0].cidr", "CidrTooLong"),
    (r#"{"n": [{"cidr": "sqs.amazonaws.com/8"}]}"#, "n[0].cidr", "NotAnAddress"),
    (r#"{"n": [{"cidr": "203.0.113/8"}]}"#, "n[0].cidr", "NotAnAddress"),
    (r#"{"n": [{"cidr": "xxxx:db8::/32"}]}"#, "n[0].cidr", "NotAnAddress"),
    (r#"{"n": [{"exists": "true"}]}"#, "n[0].exists", "NotABoolean"),
    (r#"{"n": [{"exists": null}]}"#, "n[0].exists", "NotABoolean"),
    (r#"{"$or": {"a": [1]}}"#, "$or", "OrNotAnArray"),
    (r#"{"$or": [{"a": [1]}]}"#, "$or", "OrTooFew"),
    (r#"{"$or": []}"#, "$or", "OrTooFew"),
    (r#"{"d": {"$or": [{"a": [1]}, "b"]}}"#, "d.$or[1]", "OrNotAnObject"),
    (r#"{"$or": [{"a": [1]}, {}]}"#, "$or[1]", "EmptyObject"),
    (r#"{"$or": [{"a": [1]}, {"prefix": ["x"]}]}"#, "$or[1].prefix", "OrReserved"),
    (r#"{"$or": [{"a": [1]}, {"b": {"=": ["x"]}}]}"#, "$or[1].b.=", "OrReserved"),
    (r#"{"$or": [{"a": [1]}, {"b": [{"prefix": 1}]}]}"#, "$or[1].b[0].prefix", "NotAString"),
];

fn kind(reason: &Reason) -> String {
    let text = format!("{reason:?}");
    text.split([' ', '{']).next().unwrap_or_default().to_owned()
}

#[track_caller]
fn refused(text: &str, path: &str, wanted: &str) {
    let error = Pattern::parse(text).expect_err(text);
    assert_eq!((error.path(), kind(error.reason()).as_str()), (path, wanted), "{text}");
    let sentence = error.to_string();
    assert!(sentence.starts_with("Event pattern is not valid. Reason: "), "{sentence}");
    assert!(path.is_empty() || sentence.ends_with(&format!(" at {path}")), "{sentence}");
}

#[test]
fn every_invalid_form_is_refused_at_its_place() {
    for (text, path, wanted) in REFUSED {
        refused(text, path, wanted);
    }
    say(format!("{} invalid forms of patterns refused at their places", REFUSED.len()));
}

#[test]
fn sizes() {
    let pattern = |length: usize| format!(r#"{{"n": ["{}"]}}"#, "é".repeat(length - 11));
    let short = Pattern::parse(&pattern(Pattern::DEFAULT_QUOTA)).expect("short enough");
    assert_eq!((short.size(), short.exceeds_default_quota()), (2_048, false));
    let long = Pattern::parse(&pattern(Pattern::MAX_SIZE)).expect("just short enough");
    assert!(long.exceeds_default_quota());
    refused(&pattern(Pattern::MAX_SIZE + 1), "", "TooLong");
}

#[test]
fn combinations_and_fields() {
    let or = |name: &str, branches: usize| {
        let list: Vec<_> = (0..branches).map(|n| json!({ name: [n] })).collect();
        json!({"$or": list})
    };
    let mut pattern = json!({"a": or("x", 10), "b": or("x", 10), "c": or("x", 10)});
    assert!(Pattern::from_value(&pattern).is_ok(), "1,000 combinations are allowed");
    pattern["d"] = or("x", 2);
    refused(&pattern.to_string(), "d.$or", "TooManyCombinations");

    let fields = |n: usize| (0..n).map(|n| (format!("{n}"), json!([1]))).collect::<serde_json::Map<_, _>>();
    assert!(Pattern::from_value(&json!(fields(256))).is_ok());
    assert_eq!(kind(Pattern::from_value(&json!(fields(257))).expect_err("257").reason()), "TooManyFields");
}

#[test]
fn nesting() {
    let deep = format!("{}[1]{}", r#"{"a":"#.repeat(200), "}".repeat(200));
    refused(&deep, "", "NotJson");
    let mut value = json!([1]);
    for _ in 0..200 {
        value = json!({"a": value});
    }
    assert_eq!(kind(Pattern::from_value(&value).expect_err("deep").reason()), "TooDeep");
}
