//! Whether the keys of what is encrypted are at work, and let in who writes there. A dead letter that can't be encrypted
//! is lost without a word, and so are an alarm's message and a line of a log group.
//!
//! EventBridge's requests to KMS name neither rule nor account, so a condition on them refuses it; those of CloudWatch Logs
//! name the log group in the encryption context. What Lambda puts into a queue it encrypts as the function's role, which
//! is not looked at.
//!
//! Learned from <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html> and
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html>.

use super::super::{Key, Row, Seen};
use super::topic::telling;
use super::{ALARMS, EVENTS, lets};
use crate::aws::LogGroup;
use crate::aws::arn::{self, name};
use crate::template::ServiceCall;

/// What whoever writes has to do with a key.
const ACTIONS: [&str; 2] = ["kms:Decrypt", "kms:GenerateDataKey"];
/// What AWS's page asks for besides, of CloudWatch Logs.
const MORE: [&str; 4] = ["kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:DescribeKey"];

/// Something that is encrypted, and with what.
struct Written<'a> {
    subject: &'a str,
    /// As it knows its key.
    key: &'a str,
    /// On whose behalf the service writes that the key has to let in; empty where only its state can be judged.
    writers: Vec<ServiceCall<'a>>,
    /// What the service may need besides.
    more: &'static [&'static str],
    /// What a policy allows that lets it in, and how.
    how: &'static str,
}

pub(super) fn judge(seen: &Seen) -> Vec<Row> {
    let mut rows = queues(seen);
    rows.extend(topics(seen));
    for (group, told) in &seen.log_groups {
        if let Ok(Some(LogGroup { key: Some(key), arn, .. })) = told {
            let end = if arn::partition(arn) == "aws-cn" { ".cn" } else { "" };
            let service = format!("logs.{}.amazonaws.com{end}", arn::region(arn));
            let writers = vec![ServiceCall { log_group: arn, ..writer(&service, "") }];
            let how = "kms:Encrypt*, kms:Decrypt*, kms:ReEncrypt*, kms:GenerateDataKey* and kms:Describe*, with the group's ARN \
                       as kms:EncryptionContext:aws:logs:arn,";
            rows.push(judged(seen, &Written { subject: group, key, writers, more: &MORE, how }));
        }
    }
    rows
}

fn queues(seen: &Seen) -> Vec<Row> {
    let undelivered = |arn: &String| {
        let is = |target: &crate::aws::Target| target.dead_letter_queue.as_ref() == Some(arn);
        seen.told_rules().flat_map(|rule| &rule.targets).any(is)
    };
    let judge = |(arn, queue): (&String, &Result<Option<super::super::Queue>, crate::aws::AwsError>)| {
        let queue = queue.as_ref().ok()?.as_ref()?;
        let subject = name(arn);
        let Some(key) = &queue.key else {
            let cause = "it has no key of its own: AWS's pages disagree on whether EventBridge can write to a queue that SQS's own encrypts";
            let fix = format!("encrypt it with a key that lets {EVENTS} in, as our template does");
            return undelivered(arn).then(|| Row::note("key", subject, cause, fix));
        };
        let writers = if undelivered(arn) { vec![writer(EVENTS, "")] } else { Vec::new() };
        let how =
            "kms:Decrypt and kms:GenerateDataKey, without a condition on the source, which its requests don't name,";
        Some(judged(seen, &Written { subject, key, writers, more: &[], how }))
    };
    seen.queues.iter().filter_map(judge).collect()
}

fn topics(seen: &Seen) -> Vec<Row> {
    let judge = |(arn, topic): (&String, &Result<Option<super::super::Topic>, crate::aws::AwsError>)| {
        let key = topic.as_ref().ok()?.as_ref()?.key.as_deref()?;
        // Alarms that are not told of are a row of the topic's.
        let alarms = telling(arn, seen).into_iter().flatten();
        let writers = alarms.map(|alarm| writer(ALARMS, &alarm.arn)).collect();
        let how = "kms:Decrypt and kms:GenerateDataKey";
        Some(judged(seen, &Written { subject: name(arn), key, writers, more: &[], how }))
    };
    seen.topics.iter().filter_map(judge).collect()
}

/// A service that writes on behalf of this; the action and the key come later.
fn writer<'a>(service: &'a str, source_arn: &'a str) -> ServiceCall<'a> {
    let source_account = arn::account(source_arn);
    ServiceCall { service, action: "", resource: "", source_arn, source_account, log_group: "" }
}

/// Whether the key is at work and lets its writers in.
fn judged(seen: &Seen, written: &Written<'_>) -> Row {
    let (subject, id) = (written.subject, written.key);
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
    let Some(service) = written.writers.first().map(|writer| writer.service) else {
        return Row::good("key", subject, "its key is enabled");
    };
    if key.is_of_aws {
        let cause = format!("AWS manages its key {id}, whose policy never lets {service} in");
        let fix = format!("encrypt {subject} with a key of your own that lets {service} in");
        return Row::bad("key", subject, cause, fix);
    }
    let fix = format!("allow {service} {} in the key's policy (docs/operations.md, a key of your own)", written.how);
    let lacking = match lacking(&ACTIONS, key, written) {
        Ok(lacking) if lacking.is_empty() => self::lacking(written.more, key, written).map(|more| (lacking, more)),
        other => other.map(|lacking| (lacking, String::new())),
    };
    match lacking {
        Err(why) => Row::untold("key", subject, format!("the key's policy can't be judged here: {why}"), fix),
        Ok((lacking, _)) if !lacking.is_empty() => {
            let cause =
                format!("the key {} does not let {service} do {lacking}: what it writes to {subject} is lost", key.arn);
            Row::bad("key", subject, cause, fix)
        }
        Ok((_, more)) if !more.is_empty() => {
            let cause = format!("the key {} does not let {service} do {more}, for which AWS's page asks", key.arn);
            Row::untold("key", subject, cause, fix)
        }
        Ok(_) => Row::good("key", subject, format!("its key lets {service} in")),
    }
}

/// Which of these actions the key does not let all of its writers do; or why nobody can say.
fn lacking(actions: &[&str], key: &Key, written: &Written<'_>) -> Result<String, String> {
    let mut lacking = Vec::new();
    for action in actions {
        for writer in &written.writers {
            if !lets([key.policy.as_str()], &ServiceCall { action, resource: &key.arn, ..*writer })? {
                lacking.push(*action);
                break;
            }
        }
    }
    Ok(lacking.join(" and "))
}

#[cfg(test)]
mod tests {
    use super::super::super::{Queue, Verdict};
    use super::*;
    use serde_json::{Value, json};

    const GROUP: &str = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/events/trailhook";
    const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/k";

    fn key(state: &str, service: &str, condition: Value) -> Key {
        let actions = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"];
        key_for(state, service, condition, &actions)
    }

    fn key_for(state: &str, service: &str, condition: Value, actions: &[&str]) -> Key {
        let statement = json!({"Effect": "Allow", "Principal": {"Service": service}, "Resource": "*",
            "Action": actions, "Condition": condition});
        let policy = json!({ "Statement": [statement] }).to_string();
        Key { arn: KEY.to_owned(), state: state.to_owned(), is_of_aws: false, policy }
    }

    #[test]
    fn a_log_groups_key_lets_cloudwatch_logs_in_for_that_group() {
        let judged = |key: Key, arn: &str| {
            let mut seen = Seen::nothing("eu-west-1");
            let group = LogGroup { arn: arn.to_owned(), key: Some(KEY.to_owned()), retention_days: None };
            seen.log_groups.insert("/aws/events/trailhook".to_owned(), Ok(Some(group)));
            seen.keys.insert(KEY.to_owned(), Ok(key));
            judge(&seen).into_iter().map(|row| row.verdict).collect::<Vec<_>>()
        };
        let logs = "logs.eu-west-1.amazonaws.com";
        let context = |arn: &str| json!({"ArnLike": {"kms:EncryptionContext:aws:logs:arn": arn}});
        assert_eq!(judged(key("Enabled", logs, context(GROUP)), GROUP), [Verdict::Good]);
        assert_eq!(judged(key("Enabled", logs, json!({})), GROUP), [Verdict::Good]);
        for (key, group) in [
            (key("PendingDeletion", logs, context(GROUP)), GROUP),
            (key("Enabled", "logs.us-east-1.amazonaws.com", json!({})), GROUP),
            (key("Enabled", logs, context("arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/*")), GROUP),
            (key("Enabled", logs, json!({})), "arn:aws-cn:logs:cn-north-1:111122223333:log-group:g"),
        ] {
            assert_eq!(judged(key.clone(), group), [Verdict::Bad], "{key:?}");
        }
        let source = json!({"StringEquals": {"aws:SourceAccount": "111122223333"}});
        assert_eq!(judged(key("Enabled", logs, source), GROUP), [Verdict::Untold], "AWS says of no source");
        let less = |actions: &[&str]| judged(key_for("Enabled", logs, json!({}), actions), GROUP);
        assert_eq!(less(&["kms:Decrypt", "kms:GenerateDataKey"]), [Verdict::Untold], "AWS's page asks for more");
        assert_eq!(less(&["kms:Encrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]), [Verdict::Bad]);
    }

    #[test]
    fn the_key_of_a_functions_own_queue_has_to_be_at_work() {
        let judged = |state: &str| {
            let mut seen = Seen::nothing("eu-west-1");
            let queue = Queue { key: Some(KEY.to_owned()), ..Queue::default() };
            seen.queues.insert("arn:aws:sqs:eu-west-1:111122223333:failed".to_owned(), Ok(Some(queue)));
            seen.keys.insert(KEY.to_owned(), Ok(key(state, "s3.amazonaws.com", json!({}))));
            judge(&seen).into_iter().map(|row| row.verdict).collect::<Vec<_>>()
        };
        assert_eq!(judged("Enabled"), [Verdict::Good], "the function's role is let in by its own policy");
        assert_eq!(judged("Disabled"), [Verdict::Bad]);
    }
}
