//! Whether anybody hears of what is published to a topic, and whether the stack's alarms may publish to it: an alarm that
//! may not changes its state and says nothing.
//!
//! The functions need no statement in its policy: their roles are of the same account.

use super::super::{Alarm, Row, Seen, Topic};
use super::{ALARMS, lets};
use crate::aws::{AwsError, arn};
use crate::template::ServiceCall;

pub(super) fn judge(seen: &Seen) -> Vec<Row> {
    let mut rows = Vec::new();
    for (topic_arn, topic) in &seen.topics {
        let subject = arn::name(topic_arn);
        match topic {
            Err(error) => rows.push(Row::not_told("topic", subject, error)),
            Ok(None) => {
                let cause = "the topic is not there, so nobody is told of anything";
                rows.push(Row::bad("topic", subject, cause, "somebody deleted it: deploy the stack again"));
            }
            Ok(Some(topic)) => {
                rows.push(listeners(topic, topic_arn));
                rows.extend(alarms(topic, topic_arn, seen));
            }
        }
    }
    rows
}

fn listeners(topic: &Topic, topic_arn: &str) -> Row {
    let subject = arn::name(topic_arn);
    if topic.confirmed > 0 {
        return Row::good("topic", subject, format!("{} confirmed, {} not yet", topic.confirmed, topic.pending));
    }
    let (why, first) = match topic.pending {
        0 => ("it has no subscription".to_owned(), ""),
        some => {
            let number = usize::try_from(some).unwrap_or(usize::MAX);
            let pending = format!("{} not confirmed yet", crate::show::counted(number, "subscription"));
            (pending, "follow the link in the message that AWS sent, or: ")
        }
    };
    let subscribe = format!("aws sns subscribe --topic-arn {topic_arn} --protocol email --notification-endpoint YOU");
    Row::note("topic", subject, format!("nobody gets its messages: {why}"), format!("{first}{subscribe}"))
}

/// The stack's alarms that tell a topic, where CloudWatch tells of them.
pub(super) fn telling<'a>(topic_arn: &str, seen: &'a Seen) -> Result<Vec<&'a Alarm>, &'a AwsError> {
    let alarms = seen.alarms.as_ref()?;
    Ok(alarms.iter().filter(|alarm| alarm.tells.contains(topic_arn)).collect())
}

/// Nothing, where no alarm of the stack tells it, or the policy can't be judged.
fn alarms(topic: &Topic, topic_arn: &str, seen: &Seen) -> Option<Row> {
    let policy = topic.policy.as_deref()?;
    let telling = match telling(topic_arn, seen) {
        Ok(telling) => telling,
        Err(error) => return Some(Row::not_told("topic-permission", arn::name(topic_arn), error)),
    };
    let (mut told, mut untold, mut unread) = (0, Vec::new(), None);
    for alarm in telling {
        let call = ServiceCall {
            service: ALARMS,
            action: "sns:Publish",
            resource: topic_arn,
            source_arn: &alarm.arn,
            source_account: arn::account(&alarm.arn),
            log_group: "",
        };
        match lets([policy], &call) {
            Ok(true) => told += 1,
            Ok(false) => untold.push(alarm.name.as_str()),
            Err(why) => unread = unread.or(Some(why)),
        }
    }
    let subject = arn::name(topic_arn);
    match untold.first() {
        // As SNS's default policy, which asks for the topic's owner; that of an alarm is the same account, or it isn't.
        None if unread.as_ref().is_some_and(|why| why.to_ascii_lowercase().contains("aws:sourceowner")) => None,
        None if unread.is_some() => unread.map(|why| super::target::unread("topic-permission", subject, &why)),
        None if told == 0 => None,
        None => {
            let told = crate::show::counted(told, "alarm");
            Some(Row::good("topic-permission", subject, format!("its policy lets {told} of the stack publish")))
        }
        Some(first) => {
            let more = untold.len() - 1;
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            let cause =
                format!("its policy does not let {ALARMS} publish for {first}{more}: nobody would be told of it");
            let fix =
                format!("allow {ALARMS} sns:Publish on {topic_arn} in an AWS::SNS::TopicPolicy, as our template does");
            Some(Row::bad("topic-permission", subject, cause, fix))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Key, Verdict};
    use super::super::key;
    use super::*;
    use serde_json::json;

    const TOPIC: &str = "arn:aws:sns:eu-central-1:444455556666:central";
    const OURS: &str = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:ours";

    /// A policy that lets alarms whose ARN fits do anything.
    fn policy(source: &str) -> String {
        json!({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": {"Service": ALARMS},
            "Condition": {"ArnLike": {"aws:SourceArn": source}, "StringEquals": {"aws:SourceAccount": "111122223333"}}}]})
        .to_string()
    }

    fn seen(policy: String, alarms: Result<Vec<Alarm>, AwsError>) -> Seen {
        let mut seen = Seen { alarms, ..Seen::nothing("eu-west-1") };
        let topic = Topic { key: Some("k".to_owned()), policy: Some(policy.clone()), ..Topic::default() };
        seen.topics.insert(TOPIC.to_owned(), Ok(Some(topic)));
        let key = Key { arn: "arn:aws:kms:eu-central-1:444455556666:key/k".to_owned(), policy, ..Key::default() };
        seen.keys.insert("k".to_owned(), Ok(Key { state: "Enabled".to_owned(), ..key }));
        seen
    }

    fn alarm(name: &str, tells: &str) -> Alarm {
        let arn = format!("arn:aws:cloudwatch:eu-west-1:111122223333:alarm:{name}");
        Alarm { name: name.to_owned(), arn, tells: [tells.to_owned()].into() }
    }

    /// What is said of the topic's policy, and of its key's.
    fn judged(seen: &Seen) -> (Option<Verdict>, Vec<Verdict>) {
        let of_topic = judge(seen).into_iter().find(|row| row.check == "topic-permission");
        (of_topic.map(|row| row.verdict), key::judge(seen).into_iter().map(|row| row.verdict).collect())
    }

    #[test]
    fn an_alarm_is_judged_as_itself_and_by_the_topic_that_it_tells() {
        let ours = || Ok(vec![alarm("ours", TOPIC), alarm("other", "arn:aws:sns:eu-west-1:111122223333:other")]);
        let good = (Some(Verdict::Good), vec![Verdict::Good]);
        assert_eq!(judged(&seen(policy(OURS), ours())), good, "of its own account and Region, and no other alarm");
        let bad = (Some(Verdict::Bad), vec![Verdict::Bad]);
        let others = "arn:aws:cloudwatch:eu-central-1:444455556666:alarm:*";
        assert_eq!(judged(&seen(policy(others), ours())), bad);
        assert_eq!(judged(&seen(policy(OURS), Ok(vec![alarm("ours", TOPIC), alarm("second", TOPIC)]))), bad);
        let nobody = Ok(vec![alarm("other", "arn:aws:sns:eu-west-1:111122223333:other")]);
        assert_eq!(judged(&seen(policy(others), nobody)), (None, vec![Verdict::Good]), "no alarm has to get through");
        let call = "cloudwatch:DescribeAlarms";
        let error = AwsError { call, code: Some("AccessDenied".to_owned()), message: "no".to_owned() };
        assert_eq!(judged(&seen(policy(OURS), Err(error))).0, Some(Verdict::Untold));
    }
}
