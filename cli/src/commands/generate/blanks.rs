//! Records with blanks in them, made of the samples: who, when, which queue and the ids are filled in.

use crate::commands::CommandError;
use crate::commands::event::{Sample, all, each_text};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use fastrand::Rng;
use serde_json::{Value, json};
use trailhook::Record;
use uuid::Builder;

/// What stands around a blank's name. No sample has it.
const MARK: &str = "@@";
/// The call of which there is to be a share.
const MATCH: &str = "CreateQueue";
/// What the sample's queue and its caller are called, where the call comes from, and whose key it is signed with.
const SAMPLES: [(&str, &str); 4] =
    [("orders", "name"), ("alice", "who"), ("203.0.113.24", "address"), ("IOSFODNN7EXAMPLE", "key")];
/// Calls that only read, as most of an account's calls do: service and name.
const READS: [(&str, &str); 10] = [
    ("ec2", "DescribeInstances"),
    ("ec2", "DescribeNetworkInterfaces"),
    ("sts", "AssumeRole"),
    ("kms", "Decrypt"),
    ("s3", "GetBucketAcl"),
    ("iam", "GetRole"),
    ("logs", "DescribeLogStreams"),
    ("lambda", "GetFunction20150331v2"),
    ("monitoring", "DescribeAlarms"),
    ("sqs", "GetQueueAttributes"),
];
/// What a key's id is written with.
const KEY_LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// So many people call.
const PEOPLE: u64 = 200;

/// All of them.
pub(super) struct Blanks {
    matching: Blank,
    others: Vec<Blank>,
}

/// Text, and a blank behind it, and so on.
struct Blank(Vec<(String, Option<What>)>);

#[derive(Clone, Copy)]
enum What {
    Name,
    Who,
    Address,
    Key,
    Time,
    Begun,
    Id,
}

/// What the next record is filled with.
pub(super) struct Filling {
    time: DateTime<Utc>,
}

impl Blanks {
    pub(super) fn read(region: &str) -> Result<Blanks, CommandError> {
        let samples: Vec<Sample> = all().into_iter().filter(|sample| sample.case == "success").collect();
        let unread = || CommandError::Event("the samples can't be read".to_owned());
        let is_match = |sample: &Sample| sample.service == "sqs" && sample.name == MATCH;
        let matching = samples.iter().find(|sample| is_match(sample)).and_then(Sample::event).ok_or_else(unread)?;
        let mut others: Vec<Value> =
            samples.iter().filter(|sample| sample.name != MATCH).filter_map(Sample::event).collect();
        // As many calls that read.
        for (index, read) in READS.iter().cycle().take(others.len()).enumerate() {
            others.push(reading(&matching, read, index));
        }
        let blank = |event: Value| Blank::of(event, region).ok_or_else(unread);
        Ok(Blanks { matching: blank(matching)?, others: others.into_iter().map(blank).collect::<Result<_, _>>()? })
    }

    /// Writes one record.
    pub(super) fn fill(&self, is_match: bool, filling: &mut Filling, random: &mut Rng, to: &mut Vec<u8>) {
        let other = self.others.get(random.usize(..self.others.len().max(1)));
        let blank = other.filter(|_| !is_match).unwrap_or(&self.matching);
        filling.time += TimeDelta::milliseconds(random.i64(0..40));
        let name = random.u32(..);
        let who = random.u64(..PEOPLE);
        for (text, what) in &blank.0 {
            to.extend(text.as_bytes());
            match what {
                None => {}
                Some(What::Name) => to.extend(format!("q-{name:08x}").into_bytes()),
                Some(What::Who) => to.extend(format!("person-{who}").into_bytes()),
                // Of a block that is kept for examples.
                Some(What::Address) => to.extend(format!("203.0.113.{}", random.u8(..)).into_bytes()),
                Some(What::Key) => {
                    to.extend((0..9).map(|_| random.choice(KEY_LETTERS).copied().unwrap_or(b'A')));
                    to.extend(b"EXAMPLE");
                }
                Some(What::Begun) => {
                    let begun = filling.time - TimeDelta::seconds(random.i64(1..3_600));
                    to.extend(begun.to_rfc3339_opts(SecondsFormat::Secs, true).into_bytes());
                }
                Some(What::Time) => to.extend(filling.time.to_rfc3339_opts(SecondsFormat::Secs, true).into_bytes()),
                Some(What::Id) => {
                    let id = Builder::from_random_bytes(random.u128(..).to_le_bytes()).into_uuid();
                    to.extend(id.hyphenated().to_string().into_bytes());
                }
            }
        }
    }
}

impl Filling {
    pub(super) fn of(time: DateTime<Utc>) -> Filling {
        Filling { time }
    }
}

impl Blank {
    fn of(event: Value, region: &str) -> Option<Blank> {
        let here = event.get("region").and_then(Value::as_str)?.to_owned();
        let mut record = event.get("detail")?.clone();
        let blank = |name: &str| format!("{MARK}{name}{MARK}");
        each_text(&mut record, &mut |text| {
            *text = text.replace(&here, region);
            for (sample, name) in SAMPLES {
                *text = text.replace(sample, &blank(name));
            }
        });
        for (member, name) in [("eventTime", "time"), ("eventID", "id"), ("requestID", "id")] {
            if let Some(member) = record.get_mut(member) {
                *member = json!(blank(name));
            }
        }
        if let Some(begun) = record.pointer_mut("/userIdentity/sessionContext/attributes/creationDate") {
            *begun = json!(blank("begun"));
        }
        // In the order in which CloudTrail writes the members.
        let record: Record = serde_json::from_value(record).ok()?;
        let text = serde_json::to_string(&record).ok()?;
        let mut parts = text.split(MARK);
        let mut blanks = Vec::new();
        while let Some(text) = parts.next() {
            let what = parts.next().map(|name| match name {
                "name" => What::Name,
                "who" => What::Who,
                "address" => What::Address,
                "key" => What::Key,
                "begun" => What::Begun,
                "time" => What::Time,
                _ => What::Id,
            });
            blanks.push((text.to_owned(), what));
        }
        Some(Blank(blanks))
    }
}

/// A call that reads, by the caller of this event.
fn reading(event: &Value, (service, name): &(&str, &str), index: usize) -> Value {
    let mut event = event.clone();
    let members = [
        ("eventSource", json!(format!("{service}.amazonaws.com"))),
        ("eventName", json!(name)),
        ("userAgent", json!(format!("Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux md/command#{service} {index}"))),
        ("requestParameters", json!({ "maxResults": 100, "filterSet": {} })),
        ("responseElements", Value::Null),
        ("readOnly", json!(true)),
        ("resources", json!([])),
    ];
    if let Some(record) = event.get_mut("detail").and_then(Value::as_object_mut) {
        record.extend(members.map(|(name, value)| (name.to_owned(), value)));
        if let Some(host) = record.get_mut("tlsDetails").and_then(|tls| tls.get_mut("clientProvidedHostHeader")) {
            *host = json!(format!("{service}.eu-west-1.amazonaws.com"));
        }
    }
    event
}
