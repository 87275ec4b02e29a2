//! What reasons and outcomes mean, in words.

/// What a guard's reason for leaving an event alone means.
pub(super) fn of_skip(reason: &str) -> &'static str {
    match reason {
        "not-watched" => "the rule hands over a call that this function does not answer",
        "failed-call" => "a call that failed changed nothing, so there is nothing to answer",
        "own-call" => "what our own roles do is never answered, or it would go on for ever",
        "foreign-account" => "it answers for its own account, and those that it is told of",
        "foreign-region" => "it answers for its own Region, and those that it is told of",
        "replayed" => "what comes out of an archive is left alone unless ReplayedEvents says otherwise",
        "stale" => "it came too late to be acted on; MaxEventAgeSeconds and RevertMaxEventAgeSeconds are the limits",
        "exempt" => "the stack's Exempt… parameters, or a tag of the queue, let the caller or the queue be",
        _ => "docs/guards.md says what each reason means",
    }
}

/// What a response has done, and what it would have done.
pub(super) fn deed(response: &str) -> (&'static str, &'static str) {
    match response {
        "tag-new-queue" => ("tagged it", "would have tagged it"),
        "notify" => ("told of it", "would have told of it"),
        "revert" => ("undid it", "would have undone it"),
        "snapshot" => ("kept what the queue is like", "would have kept what the queue is like"),
        _ => ("acted", "would have acted"),
    }
}

/// `1 try`, `3 tries`.
pub(super) fn tries(number: u32) -> String {
    if number == 1 { "1 try".to_owned() } else { format!("{number} tries") }
}
