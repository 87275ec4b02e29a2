//! The parts of ARNs, as AWS tells them.
//!
//! [`trailhook::Arn`] refuses what is none. What is asked here is told by AWS or stands in a message, and is looked at as it
//! is: a part that is not there is empty, and a name alone is a name.

/// As in `aws`, which it is where nothing is said.
pub fn partition(arn: &str) -> &str {
    Some(part(arn, 1)).filter(|partition| !partition.is_empty()).unwrap_or("aws")
}

/// As in `sqs`.
pub fn service(arn: &str) -> &str {
    part(arn, 2)
}

/// As in `eu-west-1`.
pub fn region(arn: &str) -> &str {
    part(arn, 3)
}

/// Twelve digits.
pub fn account(arn: &str) -> &str {
    part(arn, 4)
}

/// Everything behind the account.
pub fn resource(arn: &str) -> &str {
    part(arn, 5)
}

/// The last part, which is a name; a text that is no ARN is its own.
pub fn name(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or(arn)
}

/// Whether it is a queue's.
pub fn is_queue(arn: &str) -> bool {
    service(arn) == "sqs"
}

/// Whether it is an event bus's.
pub fn is_bus(arn: &str) -> bool {
    service(arn) == "events" && resource(arn).starts_with("event-bus/")
}

/// A function's ARN without its version or alias, and that, where there is one; `None` for anything else's.
pub fn function(arn: &str) -> Option<(String, Option<&str>)> {
    let parts: Vec<&str> = arn.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "lambda", _, _, "function", _] => Some((arn.to_owned(), None)),
        ["arn", _, "lambda", _, _, "function", _, qualifier] => Some((first(&parts, 7), Some(qualifier))),
        _ => None,
    }
}

/// A log group's ARN without what may stand behind it, and its name; `None` for anything else's.
pub fn log_group(arn: &str) -> Option<(String, &str)> {
    let parts: Vec<&str> = arn.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "logs", _, _, "log-group", name, ..] => Some((first(&parts, 7), name)),
        _ => None,
    }
}

fn part(arn: &str, index: usize) -> &str {
    arn.splitn(6, ':').nth(index).unwrap_or_default()
}

fn first(parts: &[&str], number: usize) -> String {
    parts.iter().take(number).copied().collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_is_taken_apart_and_what_is_none_has_no_parts() {
        let topic = "arn:aws-cn:sns:cn-north-1:111122223333:alarms";
        assert_eq!((partition(topic), service(topic), region(topic)), ("aws-cn", "sns", "cn-north-1"));
        assert_eq!((account(topic), resource(topic), name(topic)), ("111122223333", "alarms", "alarms"));
        assert!(!is_queue(topic) && is_queue("arn:aws:sqs:eu-west-1:111122223333:q"));
        assert_eq!(resource("arn:aws:iam::111122223333:role/a:b"), "role/a:b");
        assert_eq!((partition("orders"), service("orders"), account(""), name("orders")), ("aws", "", "", "orders"));
    }

    #[test]
    fn what_stands_behind_a_function_or_a_log_group_is_told_apart() {
        let notify = "arn:aws:lambda:eu-west-1:111122223333:function:notify";
        assert_eq!(function(notify), Some((notify.to_owned(), None)));
        assert_eq!(function(&format!("{notify}:live")), Some((notify.to_owned(), Some("live"))));
        assert_eq!(function(&format!("{notify}:live:2")), None);
        let group = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/events/t";
        for told in [group.to_owned(), format!("{group}:*"), format!("{group}:log-stream:s")] {
            assert_eq!(log_group(&told), Some((group.to_owned(), "/aws/events/t")), "{told}");
            assert_eq!(function(&told), None);
        }
        assert_eq!(log_group("arn:aws:logs:eu-west-1:111122223333:destination:d"), None);
    }
}
