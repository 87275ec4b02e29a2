//! Every operator and every rule: a pattern, events that match it, events that do not.
//!
//! The events are fragments of CloudTrail envelopes; a pattern sees nothing else than what it
//! names. `tests/it/pattern_refused.rs` holds the patterns that are no patterns.

use serde_json::Value;
use trailhook::pattern::Pattern;
use trailhook_tests::say;

/// What is shown, the pattern, events that match, events that do not.
type Row = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

#[rustfmt::skip]
const EXACT: &[Row] = &[
    ("a string", r#"{"source": ["aws.sqs"]}"#, &[r#"{"source": "aws.sqs"}"#], &[r#"{"source": "aws.SQS"}"#, r#"{"source": "aws.sqs "}"#, r#"{"SOURCE": "aws.sqs"}"#, "{}", "[]", "7"]),
    ("one of several", r#"{"n": ["CreateQueue", 7, null]}"#, &[r#"{"n": "CreateQueue"}"#, r#"{"n": 7}"#, r#"{"n": null}"#], &[r#"{"n": "7"}"#, r#"{"n": "null"}"#]),
    ("the empty string", r#"{"errorMessage": [""]}"#, &[r#"{"errorMessage": ""}"#], &[r#"{"errorMessage": " "}"#, r#"{"errorMessage": null}"#, "{}"]),
    ("null is JSON's null only", r#"{"responseElements": [null]}"#, &[r#"{"responseElements": null}"#, r#"{"responseElements": [1, null]}"#], &[r#"{"responseElements": []}"#, r#"{"responseElements": {}}"#, "{}", r#"{"responseElements": 0}"#]),
    ("booleans are not strings", r#"{"readOnly": [false]}"#, &[r#"{"readOnly": false}"#], &[r#"{"readOnly": true}"#, r#"{"readOnly": "false"}"#, r#"{"readOnly": 0}"#]),
    ("CloudTrail's strings are not booleans", r#"{"mfaAuthenticated": ["true"]}"#, &[r#"{"mfaAuthenticated": "true"}"#], &[r#"{"mfaAuthenticated": true}"#]),
    ("a number in any spelling", r#"{"delay": [300]}"#, &[r#"{"delay": 300}"#, r#"{"delay": 300.0}"#, r#"{"delay": 3e2}"#, r#"{"delay": 3.0E+2}"#], &[r#"{"delay": "300"}"#, r#"{"delay": 300.000001}"#, r#"{"delay": 301}"#]),
    ("a decimal in any spelling", r#"{"x": [3.018e2]}"#, &[r#"{"x": 301.8}"#, r#"{"x": 301.80}"#], &[r#"{"x": 301.9}"#]),
    ("zero has no sign", r#"{"x": [0]}"#, &[r#"{"x": -0}"#, r#"{"x": 0.0}"#, r#"{"x": -0.0}"#], &[r#"{"x": 1e-6}"#]),
    ("a number beyond the numeric limit", r#"{"account": [111122223333]}"#, &[r#"{"account": 111122223333}"#], &[r#"{"account": 111122223334}"#, r#"{"account": "111122223333"}"#]),
    ("integers to the last digit", r#"{"x": [9007199254740993]}"#, &[r#"{"x": 9007199254740993}"#], &[r#"{"x": 9007199254740992}"#]),
    ("an address in any spelling", r#"{"ip": ["2001:db8::1"]}"#, &[r#"{"ip": "2001:db8::1"}"#, r#"{"ip": "2001:0DB8:0:0:0:0:0:1"}"#], &[r#"{"ip": "2001:db8::2"}"#, r#"{"ip": "sqs.amazonaws.com"}"#]),
    ("an IPv4 address, also mapped", r#"{"ip": ["203.0.113.9"]}"#, &[r#"{"ip": "203.0.113.9"}"#, r#"{"ip": "203.0.113.009"}"#, r#"{"ip": "::ffff:cb00:7109"}"#], &[r#"{"ip": "203.0.113.90"}"#]),
    ("no normalisation of Unicode", r#"{"user": ["café 🚀"]}"#, &[r#"{"user": "café 🚀"}"#, r#"{"user": "caf\u00e9 🚀"}"#], &[r#"{"user": "cafe\u0301 🚀"}"#]),
    ("text that holds JSON stays text", r#"{"detail": {"x": [1]}}"#, &[r#"{"detail": {"x": 1}}"#], &[r#"{"detail": "{\"x\": 1}"}"#]),
];

#[rustfmt::skip]
const TEXT: &[Row] = &[
    ("prefix", r#"{"eventName": [{"prefix": "Create"}]}"#, &[r#"{"eventName": "CreateQueue"}"#, r#"{"eventName": "Create"}"#], &[r#"{"eventName": "createQueue"}"#, r#"{"eventName": "TagQueue"}"#, "{}"]),
    ("an empty prefix: any string", r#"{"source": [{"prefix": ""}]}"#, &[r#"{"source": ""}"#, r#"{"source": "x"}"#], &[r#"{"source": 1}"#, r#"{"source": null}"#, r#"{"source": {}}"#, "{}"]),
    ("prefix, ignoring case", r#"{"e": [{"prefix": {"equals-ignore-case": "create"}}]}"#, &[r#"{"e": "CREATEQueue"}"#], &[r#"{"e": "Creat"}"#]),
    ("prefix is of text only", r#"{"x": [{"prefix": "3"}]}"#, &[r#"{"x": "300"}"#], &[r#"{"x": 300}"#]),
    ("suffix", r#"{"q": [{"suffix": ".fifo"}]}"#, &[r#"{"q": "orders.fifo"}"#, r#"{"q": ".fifo"}"#], &[r#"{"q": "orders.FIFO"}"#, r#"{"q": "orders"}"#]),
    ("an empty suffix: any string", r#"{"q": [{"suffix": ""}]}"#, &[r#"{"q": "x"}"#], &[r#"{"q": false}"#, "{}"]),
    ("suffix, ignoring case", r#"{"q": [{"suffix": {"equals-ignore-case": ".Fifo"}}]}"#, &[r#"{"q": "orders.FIFO"}"#], &[r#"{"q": "fifo"}"#]),
    ("equals-ignore-case", r#"{"e": [{"equals-ignore-case": "createqueue"}]}"#, &[r#"{"e": "CreateQueue"}"#, r#"{"e": "createqueue"}"#], &[r#"{"e": "CreateQueues"}"#, r#"{"e": "CreateQueu"}"#]),
    ("equals-ignore-case, empty", r#"{"e": [{"equals-ignore-case": ""}]}"#, &[r#"{"e": ""}"#], &[r#"{"e": "x"}"#]),
    ("case of other alphabets", r#"{"u": [{"equals-ignore-case": "ÉLÈNE"}]}"#, &[r#"{"u": "élène"}"#], &[r#"{"u": "elene"}"#]),
    ("sharp s offers SS, not ss", r#"{"u": [{"equals-ignore-case": "ß"}]}"#, &[r#"{"u": "ß"}"#, r#"{"u": "SS"}"#], &[r#"{"u": "ss"}"#]),
    ("beyond the basic plane case folding breaks", r#"{"u": [{"equals-ignore-case": "🚀"}]}"#, &[r#"{"u": "??"}"#], &[r#"{"u": "🚀"}"#]),
    ("wildcard", r#"{"arn": [{"wildcard": "arn:aws:sqs:*:orders*"}]}"#, &[r#"{"arn": "arn:aws:sqs:eu-west-1:111122223333:orders"}"#, r#"{"arn": "arn:aws:sqs::orders.fifo"}"#], &[r#"{"arn": "arn:aws:sqs:orders"}"#, r#"{"arn": 1}"#]),
    ("one star is any string", r#"{"x": [{"wildcard": "*"}]}"#, &[r#"{"x": ""}"#, r#"{"x": "**"}"#], &[r#"{"x": 0}"#]),
    ("no star is equality", r#"{"x": [{"wildcard": "orders"}]}"#, &[r#"{"x": "orders"}"#], &[r#"{"x": "orders2"}"#]),
    ("an empty wildcard is the empty string", r#"{"x": [{"wildcard": ""}]}"#, &[r#"{"x": ""}"#], &[r#"{"x": "x"}"#]),
    ("escapes", r#"{"x": [{"wildcard": "a\\*\\\\*"}]}"#, &[r#"{"x": "a*\\"}"#, r#"{"x": "a*\\b"}"#], &[r#"{"x": "ab\\"}"#]),
    ("pieces may not overlap", r#"{"x": [{"wildcard": "aba*aba"}]}"#, &[r#"{"x": "abaaba"}"#], &[r#"{"x": "ababa"}"#]),
    ("the last piece is the last", r#"{"x": [{"wildcard": "*/b*/c"}]}"#, &[r#"{"x": "/b/c/c"}"#], &[r#"{"x": "/b/c/d"}"#]),
];

#[rustfmt::skip]
const ANYTHING_BUT: &[Row] = &[
    ("a string", r#"{"e": [{"anything-but": "x"}]}"#, &[r#"{"e": "y"}"#, r#"{"e": null}"#, r#"{"e": 1}"#, r#"{"e": true}"#, r#"{"e": ["x", "y"]}"#], &[r#"{"e": "x"}"#, r#"{"e": ["x"]}"#, "{}", r#"{"e": []}"#, r#"{"e": {}}"#]),
    ("several strings", r#"{"e": [{"anything-but": ["x", "y"]}]}"#, &[r#"{"e": "z"}"#], &[r#"{"e": "y"}"#, "{}"]),
    ("a number", r#"{"n": [{"anything-but": 300}]}"#, &[r#"{"n": 301}"#, r#"{"n": "300"}"#], &[r#"{"n": 3e2}"#, "{}"]),
    ("several numbers", r#"{"n": [{"anything-but": [0, 1]}]}"#, &[r#"{"n": 2}"#], &[r#"{"n": 0.0}"#]),
    ("a prefix", r#"{"e": [{"anything-but": {"prefix": "Get"}}]}"#, &[r#"{"e": "CreateQueue"}"#, r#"{"e": 7}"#, r#"{"e": null}"#], &[r#"{"e": "GetQueueUrl"}"#, "{}"]),
    ("prefixes", r#"{"e": [{"anything-but": {"prefix": ["Get", "List"]}}]}"#, &[r#"{"e": "CreateQueue"}"#], &[r#"{"e": "ListQueues"}"#]),
    ("a suffix", r#"{"q": [{"anything-but": {"suffix": ".fifo"}}]}"#, &[r#"{"q": "orders"}"#, r#"{"q": null}"#], &[r#"{"q": "orders.fifo"}"#, "{}"]),
    ("suffixes", r#"{"q": [{"anything-but": {"suffix": [".fifo", "-dlq"]}}]}"#, &[r#"{"q": "orders"}"#], &[r#"{"q": "orders-dlq"}"#]),
    ("ignoring case", r#"{"q": [{"anything-but": {"equals-ignore-case": "orders"}}]}"#, &[r#"{"q": "order"}"#, r#"{"q": null}"#], &[r#"{"q": "Orders"}"#, "{}"]),
    ("several, ignoring case", r#"{"q": [{"anything-but": {"equals-ignore-case": ["a", "B"]}}]}"#, &[r#"{"q": "c"}"#], &[r#"{"q": "b"}"#]),
    ("a wildcard", r#"{"arn": [{"anything-but": {"wildcard": "*/trailhook/*"}}]}"#, &[r#"{"arn": "arn:aws:iam::111122223333:user/alice"}"#, r#"{"arn": 1}"#], &[r#"{"arn": "arn:aws:iam::111122223333:role/trailhook/x"}"#, "{}"]),
    ("wildcards", r#"{"e": [{"anything-but": {"wildcard": ["Get*", "*Tags"]}}]}"#, &[r#"{"e": "TagQueue"}"#], &[r#"{"e": "ListQueueTags"}"#]),
    ("absent or something else", r#"{"d": {"arn": [{"anything-but": "me"}, {"exists": false}]}}"#, &[r#"{"d": {"arn": "you"}}"#, r#"{"d": {}}"#, "{}", r#"{"d": "x"}"#], &[r#"{"d": {"arn": "me"}}"#]),
];

#[rustfmt::skip]
const NUMBERS: &[Row] = &[
    ("equal", r#"{"n": [{"numeric": ["=", 5]}]}"#, &[r#"{"n": 5}"#, r#"{"n": 5.0}"#], &[r#"{"n": 5.1}"#, r#"{"n": "5"}"#]),
    ("less", r#"{"n": [{"numeric": ["<", 10]}]}"#, &[r#"{"n": 9.999999}"#, r#"{"n": -1e9}"#], &[r#"{"n": 10}"#, r#"{"n": "9"}"#, r#"{"n": null}"#, "{}"]),
    ("less or equal", r#"{"n": [{"numeric": ["<=", 10]}]}"#, &[r#"{"n": 10.0}"#], &[r#"{"n": 10.000001}"#]),
    ("greater", r#"{"n": [{"numeric": [">", 100]}]}"#, &[r#"{"n": 101}"#, r#"{"n": 1767225600000}"#], &[r#"{"n": 100}"#, r#"{"n": true}"#]),
    ("greater or equal", r#"{"n": [{"numeric": [">=", -1.5]}]}"#, &[r#"{"n": -1.5}"#, r#"{"n": 0}"#], &[r#"{"n": -2}"#]),
    ("a range", r#"{"n": [{"numeric": [">", 0, "<=", 5]}]}"#, &[r#"{"n": 5}"#, r#"{"n": [9, 1]}"#], &[r#"{"n": 0}"#, r#"{"n": 6}"#, r#"{"n": [0, 6]}"#]),
    ("the limits themselves", r#"{"n": [{"numeric": [">=", -5e9, "<=", 5000000000]}]}"#, &[r#"{"n": 5e9}"#], &[r#"{"n": 5000000001}"#]),
    ("cidr", r#"{"ip": [{"cidr": "203.0.113.0/24"}]}"#, &[r#"{"ip": "203.0.113.0"}"#, r#"{"ip": "203.0.113.255"}"#], &[r#"{"ip": "203.0.114.1"}"#, r#"{"ip": "203.0.113.256"}"#, r#"{"ip": "AWS Internal"}"#, r#"{"ip": "cloudformation.amazonaws.com"}"#, r#"{"ip": "2001:db8::1"}"#, r#"{"ip": 1}"#, "{}"]),
    ("cidr drops the bits beyond the mask", r#"{"ip": [{"cidr": "203.0.113.77/24"}]}"#, &[r#"{"ip": "203.0.113.1"}"#], &[r#"{"ip": "203.0.112.1"}"#]),
    ("cidr of version 6", r#"{"ip": [{"cidr": "2001:db8::/32"}]}"#, &[r#"{"ip": "2001:0db8:ffff:0:0:0:0:1"}"#], &[r#"{"ip": "2001:db9::1"}"#, r#"{"ip": "32.1.13.184"}"#]),
    ("cidr of everything", r#"{"ip": [{"cidr": "0.0.0.0/0"}]}"#, &[r#"{"ip": "198.51.100.7"}"#], &[r#"{"ip": "::1"}"#]),
];

#[rustfmt::skip]
const PRESENCE: &[Row] = &[
    ("exists", r#"{"d": {"e": [{"exists": true}]}}"#, &[r#"{"d": {"e": "x"}}"#, r#"{"d": {"e": null}}"#, r#"{"d": {"e": ""}}"#, r#"{"d": {"e": [1]}}"#, r#"{"d": [{}, {"e": 1}]}"#], &["{}", r#"{"d": {}}"#, r#"{"d": {"e": []}}"#, r#"{"d": {"e": {"x": 1}}}"#, r#"{"d": "e"}"#]),
    ("exists not", r#"{"d": {"e": [{"exists": false}]}}"#, &["{}", r#"{"d": {}}"#, r#"{"d": {"e": []}}"#, r#"{"d": {"e": {"x": 1}}}"#, r#"{"d": 1}"#, r#"{"d": []}"#], &[r#"{"d": {"e": null}}"#, r#"{"d": {"e": ["x"]}}"#, r#"{"d": [{}, {"e": 1}]}"#]),
    ("successful calls only", r#"{"eventName": ["CreateQueue"], "errorCode": [{"exists": false}]}"#, &[r#"{"eventName": "CreateQueue"}"#], &[r#"{"eventName": "CreateQueue", "errorCode": "AccessDenied"}"#]),
    ("an object has no leaf of its own", r#"{"responseElements": [{"exists": true}]}"#, &[r#"{"responseElements": "x"}"#], &[r#"{"responseElements": {"queueUrl": "u"}}"#]),
];

#[rustfmt::skip]
const PATHS: &[Row] = &[
    ("dots in the pattern", r#"{"detail.eventName": ["x"]}"#, &[r#"{"detail": {"eventName": "x"}}"#, r#"{"detail.eventName": "x"}"#], &[r#"{"detail": {"eventName": {"x": "x"}}}"#]),
    ("dots in the event", r#"{"detail": {"a": {"b": [1]}}}"#, &[r#"{"detail.a": {"b": 1}}"#, r#"{"detail": {"a.b": 1}}"#, r#"{"detail.a.b": 1}"#, r#"{"detail": [{"a.b": 1}]}"#], &[r#"{"detail": {"a.b": {"b": 1}}}"#, r#"{"detail": {"a.c": 1}}"#]),
    ("both spellings at once", r#"{"a": {"b": [1]}}"#, &[r#"{"a": {"b": 2}, "a.b": 1}"#, r#"{"a": {"b": 1}, "a.b": 2}"#], &[r#"{"a": {"b": 2}, "a.b": 3}"#]),
    ("the same path twice: the later counts", r#"{"a.b": ["x"], "a": {"b": ["y"]}}"#, &[r#"{"a": {"b": "y"}}"#], &[r#"{"a": {"b": "x"}}"#]),
    ("the same name twice: the later counts", r#"{"r": [{"prefix": "us-"}], "r": [{"anything-but": "us-east-1"}]}"#, &[r#"{"r": "eu-west-1"}"#], &[r#"{"r": "us-east-1"}"#]),
    ("the same object twice: both count", r#"{"d": {"a": [1]}, "d": {"b": [2]}}"#, &[r#"{"d": {"a": 1, "b": 2}}"#], &[r#"{"d": {"b": 2}}"#, r#"{"d": {"a": 1}}"#]),
    ("a leaf and an object at one path", r#"{"a": ["x"], "a.b": ["y"]}"#, &[r#"{"a": ["x", {"b": "y"}]}"#], &[r#"{"a": "x"}"#, r#"{"a": {"b": "y"}}"#]),
    ("operators' names are names", r#"{"prefix": {"exists": ["x"]}}"#, &[r#"{"prefix": {"exists": "x"}}"#], &[r#"{"prefix": "x"}"#]),
    ("empty names", r#"{"": {"": [1]}}"#, &[r#"{"": 1}"#], &[r#"{"": {"": 1}}"#]),
];

#[rustfmt::skip]
const ARRAYS: &[Row] = &[
    ("one element in common", r#"{"resources": ["a", "b"]}"#, &[r#"{"resources": ["b", "c"]}"#, r#"{"resources": [["x", ["a"]]]}"#], &[r#"{"resources": ["c"]}"#, r#"{"resources": []}"#]),
    ("any element's field", r#"{"resources": {"ARN": ["x"]}}"#, &[r#"{"resources": [{"ARN": "y"}, {"ARN": "x"}]}"#, r#"{"resources": [[{"ARN": "x"}]]}"#], &[r#"{"resources": [{"arn": "x"}]}"#]),
    ("fields of one element", r#"{"r": {"type": ["q"], "id": [1]}}"#, &[r#"{"r": [{"type": "p", "id": 2}, {"type": "q", "id": 1}]}"#], &[r#"{"r": [{"type": "q", "id": 2}, {"type": "p", "id": 1}]}"#]),
    ("nested arrays agree as well", r#"{"r": {"t": {"k": [1], "v": [2]}, "n": [3]}}"#, &[r#"{"r": [{"n": 3, "t": [{"k": 0}, {"k": 1, "v": 2}]}]}"#], &[r#"{"r": [{"n": 3, "t": [{"k": 1}, {"v": 2}]}]}"#, r#"{"r": [{"n": 3}, {"t": {"k": 1, "v": 2}}]}"#]),
    ("different arrays need not agree", r#"{"r": {"a": [1]}, "s": {"b": [2]}}"#, &[r#"{"r": [{"a": 1}, {}], "s": [{}, {"b": 2}]}"#], &[r#"{"r": [{"a": 1}], "s": [{"a": 2}]}"#]),
    ("absence inside the element that an earlier field took", r#"{"r": {"a": [1], "z": [{"exists": false}]}}"#, &[r#"{"r": [{"a": 1}, {"a": 2, "z": 0}]}"#], &[r#"{"r": [{"a": 1, "z": 0}, {"a": 2}]}"#]),
    ("absence everywhere for the first field", r#"{"r": {"a": [{"exists": false}], "z": [1]}}"#, &[r#"{"r": [{"z": 1}, {"y": 0}]}"#], &[r#"{"r": [{"z": 1}, {"a": 0}]}"#]),
    ("anything-but inside one element", r#"{"r": {"a": [{"anything-but": 1}], "b": [2]}}"#, &[r#"{"r": [{"a": 1, "b": 2}, {"a": 3, "b": 2}]}"#], &[r#"{"r": [{"a": 1, "b": 2}, {"a": 3, "b": 4}, {"b": 2}]}"#]),
    ("$or inside one element", r#"{"r": {"a": [1], "$or": [{"b": [2]}, {"c": [3]}]}}"#, &[r#"{"r": [{"a": 1, "c": 3}]}"#], &[r#"{"r": [{"a": 1}, {"b": 2, "c": 3}]}"#]),
];

#[rustfmt::skip]
const OR: &[Row] = &[
    ("one of two fields", r#"{"source": ["s"], "$or": [{"a": [1]}, {"b": [2]}]}"#, &[r#"{"source": "s", "a": 1}"#, r#"{"source": "s", "b": 2}"#], &[r#"{"source": "s"}"#, r#"{"a": 1, "b": 2}"#]),
    ("at any level, nested", r#"{"d": {"$or": [{"a": [1]}, {"b": [2], "$or": [{"c": [3]}, {"e": {"f": [4]}}]}]}}"#, &[r#"{"d": {"a": 1}}"#, r#"{"d": {"b": 2, "c": 3}}"#, r#"{"d": {"b": 2, "e": {"f": 4}}}"#], &[r#"{"d": {"b": 2}}"#, r#"{"d": {"c": 3}}"#, r#"{"a": 1}"#]),
    ("two side by side multiply", r#"{"$or": [{"a": [1]}, {"b": [1]}], "d": {"$or": [{"c": [1]}, {"e": [1]}]}}"#, &[r#"{"b": 1, "d": {"c": 1}}"#], &[r#"{"a": 1, "b": 1}"#, r#"{"d": {"c": 1, "e": 1}}"#]),
    ("with absence", r#"{"$or": [{"errorCode": [{"exists": false}]}, {"errorCode": [{"suffix": "Denied"}]}]}"#, &["{}", r#"{"errorCode": "AccessDenied"}"#], &[r#"{"errorCode": "ThrottlingException"}"#]),
    ("a field before $or is replaced by the branch's", r#"{"a": [1], "$or": [{"a": [2]}, {"b": [3]}]}"#, &[r#"{"a": 2}"#, r#"{"a": 1, "b": 3}"#], &[r#"{"a": 1}"#, r#"{"b": 3}"#]),
    ("a field after $or replaces the branch's", r#"{"$or": [{"a": [2]}, {"b": [3]}], "a": [1]}"#, &[r#"{"a": 1}"#], &[r#"{"a": 2}"#, r#"{"a": 2, "b": 3}"#]),
];

#[test]
fn every_row_holds() {
    let tables = [EXACT, TEXT, ANYTHING_BUT, NUMBERS, PRESENCE, PATHS, ARRAYS, OR];
    let (mut patterns, mut events) = (0, 0);
    for (about, text, matching, others) in tables.concat() {
        let pattern = Pattern::parse(text).unwrap_or_else(|error| panic!("{about}: {text}: {error}"));
        assert!(!matching.is_empty() && !others.is_empty(), "{about}: events on both sides");
        patterns += 1;
        for (event, expected) in
            matching.iter().map(|event| (event, true)).chain(others.iter().map(|event| (event, false)))
        {
            let value: Value = serde_json::from_str(event).expect("the event is JSON");
            assert_eq!(pattern.matches(&value), expected, "{about}: {text} on {event}");
            assert_eq!(pattern.explain(&value).matched, expected, "{about}: {text} on {event}");
            events += 1;
        }
    }
    say(format!("{patterns} patterns on {events} events, each as EventBridge answers"));
}
