//! What a decision means to who expected another one, and what changes it.

use super::super::Row;
use super::decision::text;
use serde_json::Value;

/// The row of a decision; `tries` is how often the function decided about this event.
pub(super) fn of(subject: &str, report: &Value, tries: usize) -> Row {
    let (outcome, message) = (text(report, "outcome"), text(report, "message"));
    let reason = text(report, "reason");
    match outcome {
        "acted" => Row::good("decision", subject, message),
        "dry-run" => Row::good("decision", subject, format!("a dry run: {message}")),
        "nothing" => {
            Row::note("decision", subject, message, "nothing, if that is what you want: there was nothing to do")
        }
        "duplicate" => Row::good("decision", subject, message),
        "postponed" => Row::note(
            "decision",
            subject,
            format!("put off: {message}"),
            "nothing: it is told with others like it, some minutes later",
        ),
        "stopped" => Row::bad(
            "decision",
            subject,
            format!("the circuit breaker stopped it: {message}"),
            "docs/operations.md, when the circuit breaker opens: find out who makes so many calls, or wait until its window is over",
        ),
        "skipped" => Row::bad("decision", subject, format!("skipped, {reason}: {message}"), of_skip(reason)),
        "failed" => {
            let kind = text(report, "errorType");
            let kind = if kind.is_empty() { reason } else { kind };
            let times = if tries == 1 { String::new() } else { format!(" in {tries} tries") };
            Row::bad("decision", subject, format!("failed{times}, {kind}: {message}"), of_failure(kind, message))
        }
        other => Row::untold("decision", subject, format!("{other:?}: {message}"), "read its log"),
    }
}

fn of_skip(reason: &str) -> &'static str {
    match reason {
        "exempt" => {
            "you, your account, your tool or the queue is exempt: validate as somebody who is not (--profile), or take it \
             out of the stack's Exempt… parameters"
        }
        "own-call" => "you are one of our own roles, whose calls are never answered: validate as somebody else",
        "foreign-account" => "the queue is in another account than the function: validate in the function's account",
        "foreign-region" => "the queue is in another Region than the function: validate in the function's Region",
        "stale" => "the event came too late: raise MaxEventAgeSeconds, or find out what held it up",
        "replayed" => "the event came out of an archive: stop the replay, or set ReplayedEvents",
        "not-watched" => "the rule hands over calls that the function does not answer: take them out of EventNames",
        _ => "docs/guards.md says what each reason means",
    }
}

fn of_failure(kind: &str, message: &str) -> String {
    match kind.rsplit('.').next().unwrap_or_default() {
        "Configuration" => "set the variables that it names, and deploy again".to_owned(),
        "Denied" => format!(
            "let the function's role do what it was refused ({}), or the key or the queue let it",
            action_of(message)
        ),
        "Transient" | "Timeout" => "try again; if it stays, look at the service's health and the endpoint".to_owned(),
        "Refused" if message.contains("NotFound") || message.contains("not exist") => {
            "what it writes to is gone: deploy the stack again".to_owned()
        }
        "Refused" => "read the service's words, and mend what they name".to_owned(),
        "Undecidable" | "Decode" | "Shape" | "Misrouted" => {
            "keep the event, and see docs/operations.md, nothing happened".to_owned()
        }
        "InProgress" | "Postponed" => "wait: it is tried again in a minute (--wait 300)".to_owned(),
        "Panic" => "a defect: report it with the event".to_owned(),
        _ => "docs/operations.md says what each error type means".to_owned(),
    }
}

/// The action in a sentence, as in `sqs:TagQueue`; or a word for it.
fn action_of(message: &str) -> &str {
    let is_action = |word: &&str| {
        word.split_once(':').is_some_and(|(service, action)| {
            !service.is_empty()
                && service.chars().all(|letter| letter.is_ascii_lowercase())
                && action.starts_with(|letter: char| letter.is_ascii_uppercase())
                && action.chars().all(char::is_alphanumeric)
        })
    };
    let words = message.split(|letter: char| !letter.is_alphanumeric() && letter != ':');
    words.map(|word| word.trim_matches(':')).find(|word| is_action(word)).unwrap_or("the action that it names")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_is_known() {
        let verdict = |outcome: &str| {
            of("f", &serde_json::json!({"outcome": outcome, "reason": "exempt", "message": "m"}), 1).verdict
        };
        use super::super::super::Verdict::{Bad, Good, Note, Untold};
        let known = ["acted", "dry-run", "duplicate", "nothing", "postponed", "skipped", "failed", "stopped"];
        assert_eq!(known.map(verdict), [Good, Good, Good, Note, Note, Bad, Bad, Bad]);
        assert_eq!(verdict("of another version"), Untold);
    }

    #[test]
    fn the_action_that_was_refused_is_named() {
        let message = "User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform: sqs:TagQueue on resource: x";
        assert_eq!(action_of(message), "sqs:TagQueue");
        assert_eq!(action_of("AccessDenied"), "the action that it names");
    }
}
