//! Whether the keys of encrypted queues and topics let in who writes to those. A dead letter that can't be encrypted
//! is lost without a word, and so is an alarm's message.
//!
//! EventBridge's requests to KMS name neither rule nor account, so a condition on them refuses it.

use super::super::{Key, Row, Seen};
use super::topic::telling;
use super::{ALARMS, EVENTS, lets};
use crate::aws::arn::{self, name};
use crate::template::ServiceCall;

pub(super) fn judge(seen: &Seen) -> Vec<Row> {
    let mut rows = Vec::new();
    let undelivered = |arn: &String| {
        let is = |target: &crate::aws::Target| target.dead_letter_queue.as_ref() == Some(arn);
        seen.told_rules().flat_map(|rule| &rule.targets).any(is)
    };
    for (arn, queue) in seen.queues.iter().filter(|(arn, _)| undelivered(arn)) {
        let Ok(Some(queue)) = queue else { continue };
        match &queue.key {
            None => rows.push(Row::note(
                "key",
                name(arn),
                "it has no key of its own: AWS's pages disagree on whether EventBridge can write to a queue that SQS's own encrypts",
                format!("encrypt it with a key that lets {EVENTS} in, as our template does"),
            )),
            Some(key) => rows.push(of(seen, arn, key, EVENTS, &[""])),
        }
    }
    for (topic_arn, topic) in &seen.topics {
        if let Ok(Some(topic)) = topic
            && let Some(key) = &topic.key
        {
            // Alarms that are not told of are a row of the topic's.
            let alarms: Vec<&str> =
                telling(topic_arn, seen).into_iter().flatten().map(|alarm| alarm.arn.as_str()).collect();
            rows.push(of(seen, topic_arn, key, ALARMS, &alarms));
        }
    }
    rows
}

/// Whether a service can use the key of what it writes to, on behalf of each of these; of nobody, whether anybody can.
fn of(seen: &Seen, written: &str, id: &str, service: &str, sources: &[&str]) -> Row {
    let subject = name(written);
    let key: &Key = match seen.keys.get(id) {
        Some(Ok(key)) => key,
        Some(Err(error)) if error.is_missing() => {
            let fix = "give it another key: with this one nothing can be written to it, and nothing in it can be read";
            return Row::bad("key", subject, format!("its key {id} is not there"), fix);
        }
        Some(Err(error)) => return Row::not_told("key", subject, error),
        None => {
            return Row::untold("key", subject, format!("nobody asked about {id}"), "look at the key in the console");
        }
    };
    if key.state != "Enabled" {
        let fix = format!("aws kms enable-key --key-id {} (or cancel its deletion first)", key.arn);
        return Row::bad("key", subject, format!("its key {} is {}", key.arn, key.state), fix);
    }
    if sources.is_empty() {
        return Row::good("key", subject, "its key is enabled");
    }
    if key.is_of_aws {
        let cause = format!("AWS manages its key {id}, whose policy never lets {service} in");
        return Row::bad(
            "key",
            subject,
            cause,
            format!("encrypt {subject} with a key of your own that lets {service} in"),
        );
    }
    let mut lacking = Vec::new();
    let calls = ["kms:Decrypt", "kms:GenerateDataKey"]
        .into_iter()
        .flat_map(|action| sources.iter().map(move |source_arn| (action, *source_arn)));
    for (action, source_arn) in calls {
        let source_account = arn::account(source_arn);
        let call = ServiceCall { service, action, resource: &key.arn, source_arn, source_account };
        match lets([key.policy.as_str()], &call) {
            Ok(true) => {}
            Ok(false) if lacking.contains(&action) => {}
            Ok(false) => lacking.push(action),
            Err(why) => {
                let fix = format!("look whether {service} may kms:Decrypt and kms:GenerateDataKey with {}", key.arn);
                return Row::untold("key", subject, format!("the key's policy can't be judged here: {why}"), fix);
            }
        }
    }
    if lacking.is_empty() {
        return Row::good("key", subject, format!("its key lets {service} in"));
    }
    let cause = format!(
        "the key {} does not let {service} do {}: what it writes to {subject} is lost",
        key.arn,
        lacking.join(" and ")
    );
    let bare = if sources == [""] { ", without a condition on the source, which its requests don't name" } else { "" };
    let fix = format!(
        "allow {service} kms:Decrypt and kms:GenerateDataKey in the key's policy{bare} (docs/operations.md, a key of your own)"
    );
    Row::bad("key", subject, cause, fix)
}
