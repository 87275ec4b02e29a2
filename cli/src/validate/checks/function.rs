//! Whether a function can run, and where what it fails with ends.

use super::super::{Row, Seen, Verdict};
use super::called;
use crate::aws::Function;
use crate::aws::arn::{is_queue, name};

pub(super) fn judge(function: &Function, seen: &Seen) -> Vec<Row> {
    let subject = called(function, seen);
    let mut rows = vec![state(function, &subject)];
    match seen.concurrencies.get(&function.arn) {
        Some(Ok(Some(0))) => {
            let cause = "its reserved concurrency is 0: Lambda throttles every event until it is too old";
            let fix = format!("aws lambda delete-function-concurrency --function-name {}", function.name);
            rows.push(Row::bad("function-concurrency", &subject, cause, fix));
        }
        Some(Err(error)) => rows.push(Row::not_told("function-concurrency", &subject, error)),
        _ => {}
    }
    rows.push(match seen.log_groups.get(&function.log_group) {
        Some(Ok(Some(_))) if function.hides_decisions() => Row::note(
            "function-log",
            &subject,
            format!("its log level is {}: what it did is not in {}", function.log_level, function.log_group),
            "deploy with LogLevel=INFO, and its decisions can be read",
        ),
        Some(Ok(Some(group))) => {
            let kept = group.retention_days.map_or_else(|| "for ever".to_owned(), |days| format!("for {days} days"));
            Row::good("function-log", &subject, format!("{}, kept {kept}", function.log_group))
        }
        Some(Err(error)) => Row::not_told("function-log", &subject, error),
        _ => Row::note(
            "function-log",
            &subject,
            format!("its log group {} is not there", function.log_group),
            "Lambda makes it at the first line, and keeps it for ever: deploy the stack again to have it as the template says",
        ),
    });
    rows.extend(failed(function, &subject, seen));
    rows
}

fn state(function: &Function, subject: &str) -> Row {
    let reason = function.state_reason.as_deref().unwrap_or_default();
    match function.state.as_deref() {
        // Lambda stops a function that nobody calls for long, and wakes it at the next event.
        Some(state @ ("Active" | "Inactive")) => {
            Row::good("function", subject, format!("{state}, {}", function.runtime.as_deref().unwrap_or("an image")))
        }
        Some("Pending") => {
            Row::note("function", subject, format!("Pending: {reason}"), "wait a minute and validate again")
        }
        Some(state) => {
            Row::bad("function", subject, format!("{state}: {reason}"), "mend what the reason names, and deploy again")
        }
        None => Row::good("function", subject, "it is there"),
    }
}

/// Where what it fails with goes: its on-failure destination, its own dead-letter queue, or both.
fn failed(function: &Function, subject: &str, seen: &Seen) -> Vec<Row> {
    let without_error = |row: Row| match row.verdict {
        Verdict::Good => Row { seen: format!("{}; a dead letter comes without its error", row.seen), ..row },
        _ => row,
    };
    let destination =
        function.on_failure.as_ref().map(|arn| kept("on-failure", "on-failure queue", arn, subject, seen));
    let own = function.dead_letter.as_ref().filter(|arn| function.on_failure.as_ref() != Some(arn));
    let own = own.map(|arn| without_error(kept("dead-letter-queue", "own dead-letter queue", arn, subject, seen)));
    let rows: Vec<Row> = destination.into_iter().chain(own).collect();
    if rows.is_empty() {
        let cause = "it has no on-failure destination: what it fails with three times is lost";
        let fix = "give it an EventInvokeConfig with an OnFailure destination in the template";
        return vec![Row::bad("on-failure", subject, cause, fix)];
    }
    rows
}

fn kept(check: &'static str, what: &str, arn: &str, subject: &str, seen: &Seen) -> Row {
    if !is_queue(arn) {
        let fix = "look there whether it is at work and lets the function's role in, or name a queue";
        return Row::note(check, subject, format!("{arn} gets what it fails with, and is not looked at"), fix);
    }
    match seen.queues.get(arn) {
        Some(Ok(Some(queue))) if queue.messages > 0 => Row::note(
            check,
            subject,
            format!(
                "about {} that a function gave up on in {}",
                crate::show::counted(usize::try_from(queue.messages).unwrap_or(usize::MAX), "event"),
                name(arn)
            ),
            "`trailhook redrive` lists them by cause; mend that, and let it send them again",
        ),
        Some(Ok(Some(_))) => Row::good(check, subject, format!("{} gets what it fails with, and is empty", name(arn))),
        Some(Err(error)) => Row::not_told(check, subject, error),
        _ => Row::bad(
            check,
            subject,
            format!("its {what} {} is not there: what was to be kept in it is lost", name(arn)),
            "somebody deleted it: deploy the stack again",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::Queue;

    #[test]
    fn what_a_function_fails_with_is_looked_for_wherever_it_goes() {
        let queue = |name: &str| format!("arn:aws:sqs:eu-west-1:111122223333:{name}");
        let mut seen = Seen::nothing("eu-west-1");
        seen.queues.insert(queue("there"), Ok(Some(Queue::default())));
        seen.queues.insert(queue("full"), Ok(Some(Queue { messages: 2, ..Queue::default() })));
        seen.queues.insert(queue("gone"), Ok(None));
        let judged = |on_failure: Option<&str>, dead_letter: Option<&str>| {
            let arn = |name: Option<&str>| name.map(queue);
            let (on_failure, dead_letter) = (arn(on_failure), arn(dead_letter));
            let rows = failed(&Function { on_failure, dead_letter, ..Function::default() }, "F", &seen);
            rows.into_iter().map(|row| (row.check, row.verdict)).collect::<Vec<_>>()
        };
        let (failure, dead) = ("on-failure", "dead-letter-queue");
        assert_eq!(judged(None, None), [(failure, Verdict::Bad)]);
        assert_eq!(judged(Some("there"), None), [(failure, Verdict::Good)]);
        assert_eq!(judged(None, Some("there")), [(dead, Verdict::Good)]);
        assert_eq!(judged(None, Some("full")), [(dead, Verdict::Note)]);
        assert_eq!(judged(None, Some("gone")), [(dead, Verdict::Bad)]);
        assert_eq!(judged(Some("there"), Some("gone")), [(failure, Verdict::Good), (dead, Verdict::Bad)]);
        assert_eq!(judged(Some("there"), Some("there")), [(failure, Verdict::Good)], "the same queue is one");
        let on_failure = Some("arn:aws:sns:eu-west-1:111122223333:failed".to_owned());
        let rows = failed(&Function { on_failure, ..Function::default() }, "F", &seen);
        let unseen = rows.iter().map(|row| (row.check, row.verdict, row.seen.contains("not looked at")));
        assert_eq!(unseen.collect::<Vec<_>>(), [(failure, Verdict::Note, true)]);
    }
}
