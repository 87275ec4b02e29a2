//! Calls in a row on one attribute or tag, and policies that two calls have changed: before the real binary, with
//! a history and a live queue that the test makes up.

use crate::reverting_refused::{Aws, QUEUE, answered_with, time};
use chrono::{SecondsFormat, TimeDelta};
use serde_json::{Value, json};
use trailhook_tests::functions::binaries;
use trailhook_tests::root;

const ARN: &str = "arn:aws:sqs:eu-west-1:111122223333:orders";
const CI: (&str, &str) = ("TRAILHOOK_EXEMPT_PRINCIPALS", "arn:aws:iam::111122223333:role/ci/*");

/// A call of the history: how many seconds ago, whose, and what it did.
struct Made {
    ago: i64,
    by: &'static str,
    effect: Value,
}

fn set(ago: i64, by: &'static str, name: &str, value: &str) -> Made {
    Made { ago, by, effect: json!({ "call": "SetQueueAttributes", "attributes": { name: value } }) }
}

fn timeout(ago: i64, by: &'static str, seconds: &str) -> Made {
    set(ago, by, "VisibilityTimeout", seconds)
}

fn id(made: &Made) -> String {
    format!("5e7a0000-0000-4000-8000-{:06}{:06}", made.by.len(), made.ago)
}

fn at(ago: i64) -> Value {
    json!(time(TimeDelta::seconds(ago)).to_rfc3339_opts(SecondsFormat::Secs, true))
}

fn who(by: &str) -> Value {
    json!({
        "type": "AssumedRole", "arn": format!("arn:aws:sts::111122223333:assumed-role/{by}/x"),
        "accountId": "111122223333",
        "sessionContext": { "sessionIssuer": { "arn": format!("arn:aws:iam::111122223333:role/{by}") } },
    })
}

/// A queue that was seen so an hour ago, these calls since, and what is there now.
struct Story {
    before: (Value, Value),
    calls: Vec<Made>,
    live: (Value, Value),
}

fn attributes(before: Value, calls: Vec<Made>, live: Value) -> Story {
    Story { before: (before, json!({})), calls, live: (live, json!({})) }
}

impl Story {
    /// What becomes of the call that was made so many seconds ago: the word for it, and what is set.
    async fn of(&self, ago: i64, more: &[(&str, &str)]) -> (String, Value) {
        let call = self.calls.iter().find(|made| made.ago == ago).unwrap();
        let name = call.effect["call"].as_str().unwrap();
        let file = root().join(format!("events/sqs/{name}.success.json"));
        let mut event: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        event["time"] = at(ago);
        event["detail"]["eventTime"] = at(ago);
        event["detail"]["eventID"] = json!(id(call));
        event["detail"]["userIdentity"] = who(call.by);
        let mut request = call.effect.clone();
        request.as_object_mut().unwrap().remove("call");
        request["queueUrl"] = json!(QUEUE);
        event["detail"]["requestParameters"] = request;
        let queue = json!({ "attributes": self.before.0, "tags": self.before.1 });
        let mut facts = vec![json!({ "fact": "seen", "at": at(3600), "queue": queue })];
        facts.extend(self.calls.iter().map(|made| {
            let mut fact = json!({ "fact": "called", "at": at(made.ago), "eventId": id(made), "effect": made.effect });
            if made.by != "nobody" {
                fact["who"] = who(made.by);
                fact["by"] = json!(format!("arn:aws:iam::111122223333:role/{}", made.by));
            }
            fact
        }));
        let history = json!({ "facts": facts }).to_string();
        let item = json!({
            "id": { "S": format!("queue#{ARN}") }, "version": { "N": "1" }, "history": { "S": history }
        });
        let aws = Aws { live: Some(self.live.clone()), history: Some(item), events: Vec::new() };
        let (report, changes) = answered_with(aws, &event, "enforce", &[&[CI], more].concat()).await;
        let action = report["actions"].as_array().into_iter().flatten().find(|action| action["outcome"] == "applied");
        let Some(action) = action else {
            assert_eq!(changes, Vec::<String>::new(), "{report}");
            let code = report["reason"].as_str().unwrap();
            return (code.to_owned(), report["actions"][0]["message"].clone());
        };
        let back = ["attributes", "tags"].map(|of| action["action"][of].clone());
        let back = back.into_iter().find(Value::is_object).unwrap_or_else(|| action["action"].clone());
        (format!("acted by {}", changes.join(", ")), back)
    }

    /// The value that is put back for the call of so long ago, or the word for what became of it.
    async fn back(&self, ago: i64, more: &[(&str, &str)]) -> String {
        let (word, back) = self.of(ago, more).await;
        let mut wanted = back.as_object().into_iter().flatten().map(|(_, back)| &back["wanted"]);
        wanted.next().and_then(Value::as_str).map_or(word, str::to_owned)
    }
}

fn v(seconds: &str) -> Value {
    json!({ "VisibilityTimeout": seconds })
}

fn row(live: &str) -> Story {
    let calls = [50, 48, 46, 44, 42].into_iter().zip(["1", "2", "3", "4", "5"]);
    attributes(v("45"), calls.map(|(ago, seconds)| timeout(ago, "Developer", seconds)).collect(), v(live))
}

#[tokio::test]
async fn calls_in_a_row_are_undone_as_one_whoever_comes_first() {
    binaries().unwrap();
    for ago in [50, 46, 42] {
        assert_eq!(row("5").back(ago, &[]).await, "45", "of {ago} seconds ago");
    }
    // SQS shows an older one of them still.
    assert_eq!(row("3").back(42, &[]).await, "45");
    assert_eq!(row("45").back(46, &[]).await, "already-reverted");
    // By two callers, and with what we did ourselves in between.
    let by_two = |live: &str| {
        let ours = timeout(46, "trailhook/RevertFunctionRole", "1");
        let calls = vec![timeout(50, "Developer", "1"), timeout(48, "Admin", "2"), ours, timeout(44, "Admin", "4")];
        attributes(v("45"), calls, v(live))
    };
    for ago in [50, 48, 44] {
        assert_eq!(by_two("4").back(ago, &[]).await, "45", "of {ago} seconds ago");
    }
    assert_eq!(by_two("1").back(48, &[]).await, "45", "what we put back ourselves was of the row");

    let tag = |ago, value: &str| Made {
        ago,
        by: "Developer",
        effect: json!({ "call": "TagQueue", "tags": { "owner": value } }),
    };
    let owner = |owner: &str| (json!({}), json!({ "owner": owner }));
    let tags =
        Story { before: owner("alice"), calls: vec![tag(50, "m"), tag(48, "n"), tag(46, "o")], live: owner("o") };
    for ago in [50, 48, 46] {
        assert_eq!(tags.back(ago, &[]).await, "alice", "of {ago} seconds ago");
    }
}

#[tokio::test]
async fn what_is_not_proved_to_be_undone_is_no_part_of_the_row() {
    binaries().unwrap();
    let three = |middle: Made, live: &str| {
        attributes(v("45"), vec![timeout(50, "Developer", "1"), middle, timeout(44, "Developer", "3")], v(live))
    };
    // Somebody who is let be came between: theirs is put back, and is kept from the older one.
    let legitimate = || timeout(47, "ci/Deploy", "9");
    assert_eq!(three(legitimate(), "3").back(44, &[]).await, "9");
    assert_eq!(three(legitimate(), "3").back(50, &[]).await, "Trailhook.Postponed");
    // And came last: it stays, and nobody has to wait for that.
    let last = attributes(v("45"), vec![timeout(50, "Developer", "1"), timeout(47, "ci/Deploy", "9")], v("9"));
    let (word, why) = last.of(50, &[]).await;
    assert!(word == "changed-since" && why.as_str().unwrap().contains("which stays"), "{word}: {why}");
    // A caller that the history does not name may be anybody.
    assert_eq!(three(timeout(47, "nobody", "9"), "3").back(44, &[]).await, "9");
    // Another value than any of them set was there in between: by a call that nobody kept.
    assert_eq!(row("77").back(42, &[]).await, "Trailhook.Postponed");
    // What was done long before was let be, for all that is known: revert was not there yet.
    let old = attributes(v("45"), vec![timeout(1000, "Developer", "1"), timeout(44, "Developer", "3")], v("3"));
    assert_eq!(old.back(44, &[]).await, "1");
    // Nor is the row proved of a queue that may have been exempt for a while.
    let mut exempt = row("5");
    exempt.live.1 = json!({ "trailhook:exempt-until": "2020-01-01T00:00:00Z" });
    assert_eq!(exempt.back(42, &[]).await, "4");
    // So was what no rule is about.
    let closed = policy(&[("a", "444455556666")]);
    let open = policy(&[("a", "*")]);
    let calls = vec![set(50, "Developer", "Policy", &closed), set(47, "Developer", "Policy", &open)];
    let rules = std::fs::read_to_string(root().join("docs/rules/no-public-queues.json")).unwrap().replace('\n', "");
    let story = attributes(json!({}), calls, json!({ "Policy": open }));
    let word = story.back(47, &[("TRAILHOOK_REVERT_RULES", &rules)]).await;
    assert_eq!(sids(&word), ["a 444455556666"], "the closed one is put back");
}

fn policy(statements: &[(&str, &str)]) -> String {
    let statement = |(sid, account): &(&str, &str)| json!({ "Sid": sid, "Effect": "Allow", "Principal": { "AWS": account }, "Action": "sqs:SendMessage", "Resource": ARN });
    json!({ "Version": "2012-10-17", "Statement": statements.iter().map(statement).collect::<Vec<_>>() }).to_string()
}

fn sids(policy: &str) -> Vec<String> {
    let policy: Value = serde_json::from_str(policy).unwrap_or_else(|_| panic!("{policy}"));
    let statements = policy["Statement"].as_array().unwrap().iter();
    statements.map(|one| format!("{} {}", one["Sid"], one["Principal"]["AWS"]).replace('"', "")).collect()
}

/// AddPermission and RemovePermission after a SetQueueAttributes are no shelter for it, and are not undone with it.
#[tokio::test]
async fn a_policy_is_put_back_statement_by_statement() {
    binaries().unwrap();
    let (a, bad, c) = (("a", "444455556666"), ("bad", "*"), ("c", "777788889999"));
    let story = |live: &[(&str, &str)]| {
        let calls = vec![set(50, "Developer", "Policy", &policy(&[bad, a]))];
        attributes(json!({ "Policy": policy(&[a]) }), calls, json!({ "Policy": policy(live) }))
    };
    // SQS keeps its own order.
    assert_eq!(sids(&story(&[a, bad]).back(50, &[]).await), ["a 444455556666"]);
    // A permission was added since.
    assert_eq!(sids(&story(&[bad, c, a]).back(50, &[]).await), ["c 777788889999", "a 444455556666"]);
    // One that was there before was removed since: that is another call's doing.
    assert_eq!(sids(&story(&[bad, c]).back(50, &[]).await), ["c 777788889999"]);
    let (word, back) = story(&[bad]).of(50, &[]).await;
    assert_eq!((word.as_str(), &back["Policy"]["wanted"]), ("acted by SetQueueAttributes", &Value::Null), "{back}");
    // Somebody has taken it out already.
    assert_eq!(story(&[c]).back(50, &[]).await, "already-reverted");
    // Its own statement says something else by now.
    assert_eq!(story(&[a, ("bad", "111122223333")]).back(50, &[]).await, "Trailhook.Postponed");
}
