//! What helps against a cause, in a sentence. `docs/operations.md` says more of each.

/// What is to be done before events with this cause are sent again.
pub fn advice(code: &str) -> &'static str {
    match code {
        // The functions' own.
        "Trailhook.Configuration" => "mend the variables that it names",
        "Trailhook.Decode" | "Trailhook.Shape" => "a newer shape has to be declared first; until then it fails again",
        "Trailhook.Misrouted" => "mend the rule or the target; this event fails again",
        "Trailhook.Undecidable" => "for you to carry out; sent again, it is decided by what is there now",
        "Trailhook.Transient" => "the service was not well: send it again",
        "Trailhook.Denied" => "mend the policy that it names; revert remembers for five minutes",
        "Trailhook.Refused" => "read the message: the service does not take the call as it is",
        "Trailhook.Timeout" => "look whether SQS or SNS answers, then send it again",
        "Trailhook.InProgress" => "another try had it in hand: send it again",
        "Trailhook.OtherContent" => "find out who sends another event under this id; it fails again",
        "Trailhook.Postponed" => "it was too early: send it again",
        "Trailhook.Panic" => "a defect: tell us, or mend your handler",
        // Lambda's.
        "RetriesExhausted" | "Runtime.ExitError" | "Runtime.ExitReason" => "look into the function's log",
        "Runtime.OutOfMemory" => "give the function more memory",
        "Sandbox.Timedout" | "Runtime.Timedout" => "give the function more time, or look why it needs it",
        "EventAgeExceeded" => "there was no room for the function for long: look at its concurrency",
        "ZeroReservedConcurrency" => "the function is stopped: aws lambda delete-function-concurrency",
        code if code.starts_with("ErrorCode ") => "look into the function's log",
        code if code.starts_with("Runtime.") || code.starts_with("Extension.") => "look into the function's log",
        // EventBridge's.
        "NO_PERMISSIONS" => "let EventBridge in: the function's permission, or the log group's resource policy",
        "NO_RESOURCE" => "the target was not there: deploy the stack, and send it again",
        "THROTTLING"
        | "TIMEOUT"
        | "INTERNAL_ERROR"
        | "TRANSIENT_ASSUME_ROLE"
        | "CONNECTION_FAILURE"
        | "RESOURCE_MODIFICATION_COLLISION" => "it passes: send it again",
        "RESOURCE_LIMIT_EXCEEDED" => "raise the target's quota",
        "FAILED_TO_ASSUME_ROLE" => "mend the trust policy of the target's role",
        "ACTION_DECRYPTION_FAILURE"
        | "EVENT_DECRYPTION_FAILURE"
        | "EVENT_ENCRYPTION_FAILURE"
        | "RULE_DECRYPTION_FAILURE" => "mend the key's policy",
        _ => UNKNOWN,
    }
}

const UNKNOWN: &str = "read the message";

#[cfg(test)]
mod tests {
    use super::*;

    /// The page's table of errors, and what is told here, are about the same ones.
    #[test]
    fn every_error_of_the_page_has_its_advice() {
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operations.md")).unwrap();
        let rows = page.lines().filter(|line| line.starts_with("| `Trailhook."));
        let codes: Vec<&str> =
            rows.flat_map(|row| row.split('|').nth(1).unwrap_or_default().split('`').skip(1).step_by(2)).collect();
        assert!(codes.len() >= 12, "{codes:?}");
        for code in codes {
            assert_ne!(advice(code), UNKNOWN, "{code}");
        }
        assert_eq!(advice("Handler.Odd"), UNKNOWN);
    }
}
