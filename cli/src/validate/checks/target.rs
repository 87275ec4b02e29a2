//! Whether a target gets what the rule hands over: it is there, it lets EventBridge in, and what can't be handed over
//! is kept. A mistake in any of it deploys without an error.
//!
//! Learned from <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html>.

use super::super::seen::log_group;
use super::super::{Queue, Row, Seen};
use super::{EVENTS, call, lets};
use crate::aws::arn::{self, name};
use crate::aws::{Rule, Target};
use crate::template::ServiceCall;

const DELIVERY: &str = "delivery.logs.amazonaws.com";

pub(super) fn judge(target: &Target, rule: &Rule, seen: &Seen) -> Vec<Row> {
    let subject = &target.id;
    let mut rows = Vec::new();
    match arn::service(&target.arn) {
        "lambda" | "logs" if arn::region(&target.arn) != arn::region(&rule.arn) => rows.push(elsewhere(target, rule)),
        "lambda" => rows.extend(function(target, rule, seen)),
        "logs" => rows.extend(group(target, rule, seen, arn::account(&target.arn))),
        _ if arn::is_bus(&target.arn) => rows.push(bus(target)),
        other => rows.push(Row::untold(
            "target",
            subject,
            format!("it is of {other}, which validate does not know"),
            "look at FailedInvocations of the rule after a call",
        )),
    }
    rows.extend(dead_letters(target, rule, seen));
    rows
}

/// A bus is handed over to in whatever account and Region it is; another target is not.
fn elsewhere(target: &Target, rule: &Rule) -> Row {
    let (region, at) = (arn::region(&target.arn), arn::region(&rule.arn));
    let cause = format!(
        "{} is in {region}, and the rule in {at}: EventBridge hands over to functions and log groups within a Region",
        target.arn
    );
    Row::bad("target-region", &target.id, cause, format!("give the target the ARN of one in {at}"))
}

fn bus(target: &Target) -> Row {
    let role = target.role.as_ref().map_or_else(|| "no role".to_owned(), |role| format!("the role {role}"));
    Row::note(
        "target",
        &target.id,
        format!("the bus {}, for which EventBridge takes {role}: neither is looked at", target.arn),
        "try it, without --read-only: FailedInvocations of the rule says whether it is handed over",
    )
}

fn function(target: &Target, rule: &Rule, seen: &Seen) -> Vec<Row> {
    let (subject, arn) = (&target.id, target.arn.as_str());
    let function = match seen.functions.get(arn) {
        Some(Ok(function)) => function,
        Some(Err(error)) if !error.is_missing() => return vec![Row::not_told("target", subject, error)],
        _ => {
            let cause = format!("the function {} is not there", arn::resource(arn).trim_start_matches("function:"));
            return vec![Row::bad("target", subject, cause, "somebody deleted it: deploy the stack again")];
        }
    };
    let qualifier = arn::function(arn).and_then(|(_, qualifier)| qualifier.map(str::to_owned));
    let called = match &qualifier {
        Some(qualifier) => format!("{}:{qualifier}", function.name),
        None => function.name.clone(),
    };
    let mut rows = vec![Row::good("target", subject, format!("the function {called}"))];
    if target.is_transformed {
        let cause = "it gets another text than the event, and the functions take whole events only";
        rows.push(Row::bad(
            "target-input",
            subject,
            cause,
            "take Input, InputPath and InputTransformer off the target",
        ));
    }
    // EventBridge's call names the rule and no account.
    let asked = ServiceCall { source_account: "", ..call("lambda:InvokeFunction", arn, rule, "") };
    let policy = match seen.policies.get(arn) {
        Some(Err(error)) => {
            rows.push(Row::not_told("target-permission", subject, error));
            return rows;
        }
        Some(Ok(policy)) => policy.as_deref(),
        None => None,
    };
    rows.push(match lets(policy, &asked) {
        Ok(true) => Row::good("target-permission", subject, format!("{EVENTS} may invoke it for this rule")),
        Ok(false) if target.role.is_some() => Row::untold(
            "target-permission",
            subject,
            format!(
                "EventBridge takes the role {} for it, which is not looked at",
                target.role.as_deref().unwrap_or_default()
            ),
            "look whether that role may lambda:InvokeFunction; or try it, without --read-only",
        ),
        Ok(false) => Row::bad(
            "target-permission",
            subject,
            format!(
                "nothing lets {EVENTS} invoke {called} for this rule (a SourceAccount in the permission never fits)"
            ),
            format!(
                "put an AWS::Lambda::Permission into the template, or: aws lambda add-permission --function-name {called} \
                 --statement-id {subject} --action lambda:InvokeFunction --principal {EVENTS} --source-arn {}",
                rule.arn
            ),
        ),
        Err(why) => unread("target-permission", subject, &why),
    });
    rows
}

fn group(target: &Target, rule: &Rule, seen: &Seen, account: &str) -> Vec<Row> {
    let (subject, arn) = (&target.id, target.arn.as_str());
    let Some(group) = log_group(arn) else {
        let cause = format!("{arn} is no log group");
        return vec![Row::bad(
            "target-arn",
            subject,
            cause,
            "give the target the ARN arn:aws:logs:REGION:ACCOUNT:log-group:NAME",
        )];
    };
    let bare = arn.strip_suffix(":*");
    if bare.is_some() {
        let cause = "the ARN ends in \":*\", as !GetAtt gives it: the rule takes it, and no event ever arrives";
        let fix = "write it out: !Sub arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${NAME}";
        return vec![Row::bad("target-arn", subject, cause, fix)];
    }
    let mut rows = vec![Row::good("target-arn", subject, "a log group's, without \":*\"")];
    rows.push(match seen.log_groups.get(&group) {
        Some(Ok(Some(_))) => Row::good("target", subject, format!("the log group {group}")),
        Some(Err(error)) => Row::not_told("target", subject, error),
        _ => Row::bad(
            "target",
            subject,
            format!("the log group {group} is not there"),
            format!("aws logs create-log-group --log-group-name {group}, or deploy the stack again"),
        ),
    });
    if target.role.is_some() {
        let cause = "it has a RoleArn; a log group lets EventBridge in by its resource policy, and by no role";
        rows.push(Row::bad("target-role", subject, cause, "take RoleArn off the target"));
    }
    rows.push(writes(target, rule, seen, account));
    rows
}

/// Whether EventBridge may write to a log group: the account's policies say so, or the group's own.
fn writes(target: &Target, rule: &Rule, seen: &Seen, account: &str) -> Row {
    let (subject, arn) = (&target.id, target.arn.as_str());
    let told = [Some(&seen.log_policies), seen.group_policies.get(arn)];
    let untold = told.into_iter().flatten().find_map(|policies| policies.as_ref().err());
    let policies: Vec<&str> = told.into_iter().flatten().flatten().flatten().map(String::as_str).collect();
    let resource = format!("{arn}:log-stream:any");
    let mut lacking = Vec::new();
    for service in [EVENTS, DELIVERY] {
        for action in ["logs:CreateLogStream", "logs:PutLogEvents"] {
            let asked = ServiceCall { service, ..call(action, &resource, rule, account) };
            match lets(policies.iter().copied(), &asked) {
                Ok(true) => {}
                Ok(false) => lacking.push(format!("{service} {action}")),
                Err(why) => return unread("target-permission", subject, &why),
            }
        }
    }
    match untold {
        // A policy that is not told may deny what the others allow.
        Some(error) if lacking.is_empty() => {
            let row = Row::not_told("target-permission", subject, error);
            let known = "what is told of its resource policies lets both of EventBridge's services write, and another may deny it";
            Row { seen: format!("{known}: {}", row.seen), ..row }
        }
        None if lacking.is_empty() => {
            Row::good("target-permission", subject, "its resource policy lets both of EventBridge's services write")
        }
        Some(error) => Row::not_told("target-permission", subject, error),
        None => {
            let cause = format!("no resource policy of CloudWatch Logs lets {}", lacking.join(", "));
            let fix = format!(
                "put an AWS::Logs::ResourcePolicy into the template that allows both {EVENTS} and {DELIVERY} \
                 logs:CreateLogStream and logs:PutLogEvents on {arn}:*"
            );
            Row::bad("target-permission", subject, cause, fix)
        }
    }
}

fn dead_letters(target: &Target, rule: &Rule, seen: &Seen) -> Vec<Row> {
    let subject = &target.id;
    let Some(arn) = &target.dead_letter_queue else {
        let cause = "it has no dead-letter queue: what can't be handed over is lost";
        return vec![Row::bad(
            "dead-letter-queue",
            subject,
            cause,
            "give the target a DeadLetterConfig in the template",
        )];
    };
    let queue: &Queue = match seen.queues.get(arn) {
        Some(Ok(Some(queue))) => queue,
        Some(Err(error)) => return vec![Row::not_told("dead-letter-queue", subject, error)],
        _ => {
            let cause = format!("its dead-letter queue {} is not there", name(arn));
            return vec![Row::bad("dead-letter-queue", subject, cause, "somebody deleted it: deploy the stack again")];
        }
    };
    let account = arn::account(&rule.arn);
    vec![match lets(queue.policy.as_deref(), &call("sqs:SendMessage", arn, rule, account)) {
        Ok(true) if queue.messages > 0 => Row::note(
            "dead-letter-queue",
            subject,
            format!(
                "EventBridge may send to {}; about {} in it could not be handed over",
                name(arn),
                crate::show::counted(usize::try_from(queue.messages).unwrap_or(usize::MAX), "event")
            ),
            "`trailhook redrive` lists them by cause; mend that, and let it send them again",
        ),
        Ok(true) => {
            Row::good("dead-letter-queue", subject, format!("EventBridge may send to {}, which is empty", name(arn)))
        }
        Ok(false) => Row::bad(
            "dead-letter-queue",
            subject,
            format!(
                "the policy of {} does not let {EVENTS} send to it for this rule: what can't be handed over is lost",
                name(arn)
            ),
            format!("allow {EVENTS} sqs:SendMessage on {arn} in the queue's policy, with aws:SourceArn {}", rule.arn),
        ),
        Err(why) => unread("dead-letter-queue", subject, &why),
    }]
}

pub(super) fn unread(check: &'static str, subject: &str, why: &str) -> Row {
    Row::untold(
        check,
        subject,
        format!("a policy can't be judged here: {why}"),
        "make a call, and look at FailedInvocations of the rule",
    )
}

#[cfg(test)]
mod tests {
    use super::super::super::Verdict;
    use super::*;
    use crate::aws::AwsError;

    #[test]
    fn a_log_group_whose_own_policies_are_not_told_is_not_good() {
        let statement = |effect: &str| {
            let services = [EVENTS, DELIVERY];
            serde_json::json!({"Statement": [{"Effect": effect, "Action": "logs:*", "Resource": "*",
                "Principal": {"Service": services}}]})
            .to_string()
        };
        let group = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/events/t";
        let rule = Rule { arn: "arn:aws:events:eu-west-1:111122223333:rule/r".to_owned(), ..Rule::default() };
        let target = Target { id: "EventLog".to_owned(), arn: group.to_owned(), ..Target::default() };
        let judged = |of_account: &[String], own: Result<Vec<String>, AwsError>| {
            let mut seen = Seen { log_policies: Ok(of_account.to_vec()), ..Seen::nothing("eu-west-1") };
            seen.group_policies.insert(group.to_owned(), own);
            writes(&target, &rule, &seen, "111122223333")
        };
        let denied = || {
            let call = "logs:DescribeResourcePolicies";
            Err(AwsError { call, code: Some("AccessDeniedException".to_owned()), message: "no".to_owned() })
        };
        let allow = [statement("Allow")];
        assert_eq!(judged(&allow, Ok(Vec::new())).verdict, Verdict::Good);
        assert_eq!(judged(&allow, Ok(vec![statement("Deny")])).verdict, Verdict::Bad);
        let open = judged(&allow, denied());
        assert_eq!(open.verdict, Verdict::Untold);
        assert!(
            open.seen.contains("another may deny it") && open.seen.contains("DescribeResourcePolicies"),
            "{open:?}"
        );
        assert_eq!(judged(&[], denied()).verdict, Verdict::Untold);
        assert_eq!(judged(&[], Ok(Vec::new())).verdict, Verdict::Bad);
    }
}
