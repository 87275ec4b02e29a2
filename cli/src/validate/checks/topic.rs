//! Whether anybody hears of what is published to a topic, and whether the stack's alarms may publish to it: an alarm that
//! may not changes its state and says nothing.
//!
//! The functions need no statement in its policy: their roles are of the same account.

use super::super::{Row, Seen, Topic};
use super::{ALARMS, lets};
use crate::aws::arn;
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

/// Nothing, where the stack has no alarm, or the policy can't be judged.
fn alarms(topic: &Topic, topic_arn: &str, seen: &Seen) -> Option<Row> {
    let policy = topic.policy.as_deref()?;
    let (partition, region, account) = (arn::partition(topic_arn), arn::region(topic_arn), arn::account(topic_arn));
    let (mut told, mut untold, mut unread) = (0, Vec::new(), None);
    for alarm in seen.stack.as_ref()?.of_kind("AWS::CloudWatch::Alarm").map(|made| &made.physical_id) {
        let source = format!("arn:{partition}:cloudwatch:{region}:{account}:alarm:{alarm}");
        let call = ServiceCall {
            service: ALARMS,
            action: "sns:Publish",
            resource: topic_arn,
            source_arn: &source,
            source_account: account,
        };
        match lets([policy], &call) {
            Ok(true) => told += 1,
            Ok(false) => untold.push(alarm.as_str()),
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
            let cause = format!(
                "its policy does not let {ALARMS} publish for {first}{more}: nobody would be told of an alarm that tells it"
            );
            let fix =
                format!("allow {ALARMS} sns:Publish on {topic_arn} in an AWS::SNS::TopicPolicy, as our template does");
            Some(Row::bad("topic-permission", subject, cause, fix))
        }
    }
}
