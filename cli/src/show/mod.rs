//! What became of events, for people.

mod live;
mod redrive;
mod replay;
mod replay_page;
mod table;
mod tag;
mod validate;
mod validate_page;
mod why;

pub use live::{step, told, walked};
pub use redrive::{dead_letters, redriven, redriven_json};
pub use replay::replayed;
pub use replay_page::{Replayed, RuleAsked, replayed_page};
pub use tag::{tags, tags_json};
pub use validate::{validated, validated_json};
pub use validate_page::validated_page;
pub use why::{why, why_json};

use crate::stage::{Delivery, DeliveryResult, LogLine, Played, RulePlayed};
use serde_json::{Value, json};
use std::fmt::Write;

/// One event's block: the event, what its call did, the rules with their targets, and what is there
/// afterwards.
pub fn played(played: &Played, verbose: bool) -> String {
    let mut text = String::new();
    line(&mut text, "event", &event(played));
    line(&mut text, "call", &played.happened);
    for rule in &played.rules {
        line(&mut text, "rule", &rule_line(rule, verbose));
        if !rule.targets.is_empty() {
            let rows = rule.targets.iter().map(|target| {
                let (outcome, did) = outcome(target);
                [target.target.clone(), target.destination.clone(), outcome, did]
            });
            text.push_str(&table::table(["target", "what it is", "outcome", "what it did"], rows));
            text.push('\n');
        }
        for target in rule.targets.iter().filter(|target| verbose || !target.is_ok()) {
            lines_of(&mut text, target, verbose);
        }
    }
    afterwards(&mut text, played, verbose);
    // What a record says is its caller's: on a terminal it must not move the cursor.
    text.split('\n').map(trailhook::shown_line).collect::<Vec<_>>().join("\n")
}

/// A JSON document as it is printed: the values are the same, and what would move a terminal's cursor, or make a line read
/// otherwise than it is, is escaped in it.
pub fn document(value: &Value) -> String {
    trailhook::shown_json(&format!("{value:#}"))
}

/// The sums over several events.
pub fn summary(all: &[Played]) -> String {
    let matched = all.iter().filter(|played| played.rules.iter().any(|rule| rule.enabled && rule.matches)).count();
    let good = all.iter().filter(|played| played.ok).count();
    let (events, failed) = (all.len(), matched - good);
    format!(
        "{}: {good} matched and were handed to every target, {failed} failed, {} did not match",
        counted(events, "event"),
        events - matched
    )
}

/// All of it for programs.
pub fn json(all: &[Played]) -> Value {
    json!({ "ok": all.iter().all(|played| played.ok), "events": all })
}

fn event(played: &Played) -> String {
    let Some(event) = &played.event else {
        return format!("{}: not an event with a CloudTrail record", played.place);
    };
    let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "?".to_owned());
    let who = event.actor.as_ref().map_or_else(|| "nobody known".to_owned(), ToString::to_string);
    let mut text = format!("{} by {who}", or(&event.event_name));
    // Writing into a text can't fail.
    write!(text, ", account {}, {}, at {}", or(&event.account), or(&event.aws_region), or(&event.event_time)).ok();
    if played.moved_to_now {
        text.push_str(" (moved to now)");
    }
    write!(text, "\n{:9}from {}", "", played.place).ok();
    text
}

/// Why it doesn't match is always told; why it does only to those who ask for more.
fn rule_line(rule: &RulePlayed, verbose: bool) -> String {
    let state = if rule.enabled { "" } else { " is disabled, but" };
    let verdict = if rule.matches && !verbose { "matches" } else { rule.explanation.as_str() };
    format!("{}{state} {verdict}", rule.rule)
}

/// The outcome in a word, and in a sentence.
fn outcome(delivery: &Delivery) -> (String, String) {
    match &delivery.result {
        DeliveryResult::Logged { stream } => ("logged".to_owned(), format!("the event is in the stream {stream}")),
        DeliveryResult::Failed { error_type, error_message } => {
            ("FAILED".to_owned(), format!("{error_type}: {error_message}"))
        }
        DeliveryResult::Reported { report } => {
            let outcome = delivery.reported("outcome").unwrap_or("answered");
            let reason = delivery.reported("reason").map(|reason| format!("{reason}: ")).unwrap_or_default();
            let message = delivery.reported("message").map_or_else(|| report.to_string(), str::to_owned);
            (outcome.to_owned(), format!("{reason}{message}"))
        }
    }
}

/// With a failure everything it wrote but the metrics, otherwise its decision line.
fn lines_of(text: &mut String, delivery: &Delivery, verbose: bool) {
    if delivery.is_ok() {
        if let Some(decision) = delivery.decision_line() {
            line(text, "decision", &format!("of {}: {decision}", delivery.target));
        }
        return;
    }
    let shown = |logged: &&LogLine| verbose || !logged.is_of_metrics();
    let written: Vec<&LogLine> = delivery.log.iter().filter(shown).collect();
    let last = written.len().saturating_sub(if verbose { usize::MAX } else { 20 });
    for logged in written.into_iter().skip(last) {
        line(text, &delivery.target, &logged.text);
    }
}

fn afterwards(text: &mut String, played: &Played, verbose: bool) {
    if let Some(queue) = &played.afterwards.queue {
        let tags: Vec<String> = queue.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
        line(text, "queue", &format!("{} has {}", queue.name, counted(tags.len(), "tag")));
        for tag in tags {
            line(text, "", &tag);
        }
    }
    if let Some(name) = &played.afterwards.queue_gone {
        line(text, "queue", &format!("{name} is gone"));
    }
    for message in &played.afterwards.published {
        let subject = message.subject.as_deref().unwrap_or("without a subject");
        let topic = message.topic_arn.rsplit(':').next().unwrap_or_default();
        line(text, "message", &format!("{topic} published {subject:?}"));
        if verbose {
            line(text, "", &message.message);
        }
    }
    for group in &played.afterwards.log_groups {
        line(text, "log", &format!("{}: {}", group.name, counted(group.events.len(), "event")));
        for event in &group.events {
            line(text, "", &if verbose { event.message.clone() } else { table::cut(&event.message) });
        }
    }
    for call in played.afterwards.calls.iter().filter(|_| verbose) {
        line(text, "AWS call", call);
    }
}

pub(crate) fn counted(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

fn line(text: &mut String, label: &str, content: &str) {
    // Writing into a text can't fail.
    writeln!(text, "{label:8} {content}").ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_says_the_same_and_moves_no_cursor() {
        let value = json!({"name": "a\u{9b}2J\u{202e}b\u{7f}é", "more": ["\u{1b}[2J"]});
        let text = document(&value);
        assert!(text.chars().all(|one| one == '\n' || !one.is_control() && one != '\u{202e}'), "{text:?}");
        assert!(text.contains(r"a\u009b2J\u202eb\u007fé"), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }

    #[test]
    fn one_event_is_one() {
        assert!(summary(&[]).starts_with("0 events: "));
        assert_eq!((counted(1, "event"), counted(2, "event")), ("1 event".to_owned(), "2 events".to_owned()));
    }
}
