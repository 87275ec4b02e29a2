//! Whether a function can run, and where what it fails with ends.

use super::super::{Row, Seen};
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
    rows.push(on_failure(function, &subject, seen));
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

fn on_failure(function: &Function, subject: &str, seen: &Seen) -> Row {
    if let (None, Some(arn)) = (&function.on_failure, &function.dead_letter) {
        return Row::good("on-failure", subject, format!("{arn} gets what it fails with, without the error"));
    }
    let Some(arn) = &function.on_failure else {
        let cause = "it has no on-failure destination: what it fails with three times is lost";
        return Row::bad(
            "on-failure",
            subject,
            cause,
            "give it an EventInvokeConfig with an OnFailure destination in the template",
        );
    };
    if !is_queue(arn) {
        return Row::good("on-failure", subject, format!("{arn} gets what it fails with"));
    }
    match seen.queues.get(arn) {
        Some(Ok(Some(queue))) if queue.messages > 0 => Row::note(
            "on-failure",
            subject,
            format!(
                "about {} that a function gave up on in {}",
                crate::show::counted(usize::try_from(queue.messages).unwrap_or(usize::MAX), "event"),
                name(arn)
            ),
            "`trailhook redrive` lists them by cause; mend that, and let it send them again",
        ),
        Some(Ok(Some(_))) => {
            Row::good("on-failure", subject, format!("{} gets what it fails with, and is empty", name(arn)))
        }
        Some(Err(error)) => Row::not_told("on-failure", subject, error),
        _ => Row::bad(
            "on-failure",
            subject,
            format!("its on-failure queue {} is not there: what it fails with is lost", name(arn)),
            "somebody deleted it: deploy the stack again",
        ),
    }
}
