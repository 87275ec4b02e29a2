//! What is in the dead-letter queues, and what became of it.

use super::{counted, table};
use crate::commands::redrive::{Entry, Fate, Found, Group};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write;
use trailhook::shown_line;

/// So many of a kind are told one by one.
const MOST: usize = 10;

/// So much of a name is told.
const LONGEST_NAME: usize = 80;

/// So much of a message is told.
const LONGEST: usize = 240;

/// The table by cause, what helps against each, and what is left.
pub fn dead_letters(found: &Found) -> String {
    let mut text = String::new();
    if !found.letters.is_empty() {
        let groups = found.groups();
        let head = ["events", "cause", "was for", "calls", "oldest, newest"];
        text.push_str(&table::table(head, groups.iter().map(row)));
        text.push('\n');
        let mut told = BTreeSet::new();
        for group in groups.iter().filter(|group| told.insert(&group.cause)) {
            // Writing into a text can't fail, here and below.
            writeln!(text, "cause    {}: {}", name(&group.cause), shortened(&group.message)).ok();
            writeln!(text, "         what helps: {}", group.advice).ok();
        }
    }
    let queue = |url: &str| url.rsplit('/').next().unwrap_or(url).to_owned();
    let unread =
        found.unread.iter().map(|one| (format!("{} in {}", one.message_id, queue(&one.queue)), one.why.clone()));
    several(&mut text, "unread", unread.collect());
    several(&mut text, "left", with(found, |fate| if let Fate::Left { why } = fate { Some(why) } else { None }));
    text
}

/// What became of it, with the sums; `send` when something was to be done.
pub fn redriven(found: &Found, send: bool) -> String {
    let mut text = String::new();
    several(&mut text, "FAILED", with(found, |fate| if let Fate::Failed { why } = fate { Some(why) } else { None }));
    let twice = with(found, |fate| if let Fate::NotDeleted { why } = fate { Some(why) } else { None });
    if !twice.is_empty() {
        text.push_str("sent, and the message is still there; sent again, one of our functions says duplicate, and a log group has it twice\n");
        several(&mut text, "twice", twice);
    }
    for note in &found.notes {
        writeln!(text, "note     {}", shown_line(note)).ok();
    }
    let would = found.count(|fate| *fate == Fate::WouldSend);
    let sent = found.count(|fate| matches!(fate, Fate::Sent | Fate::NotDeleted { .. }));
    let failed = found.count(|fate| matches!(fate, Fate::Failed { .. }));
    let left = found.count(|fate| matches!(fate, Fate::Left { .. }));
    let done = if send { format!("{sent} sent, {failed} failed") } else { format!("{would} would be sent") };
    write!(
        text,
        "{}: {}, {done}, {left} left alone, {} not understood",
        counted(found.queues.len(), "queue"),
        counted(found.letters.len(), "dead letter"),
        found.unread.len(),
    )
    .ok();
    if found.others > 0 {
        write!(text, ", {} not asked for", found.others).ok();
    }
    if found.away > 0 {
        write!(
            text,
            "\n{} somebody else has in hand at the moment: look again in some minutes",
            counted(usize::try_from(found.away).unwrap_or(usize::MAX), "message")
        )
        .ok();
    }
    if found.more {
        text.push_str("\nthere may be more; --max looks at more of each queue");
    }
    if !send && would > 0 {
        text.push_str("\nnothing was changed: mend the cause, then --send sends them to the same targets again");
    } else if send && would > 0 {
        write!(text, "\n{} were not sent, because it was ended before", counted(would, "event")).ok();
    }
    text
}

/// All of it for programs.
pub fn redriven_json(found: &Found) -> Value {
    let letter = |entry: &Entry| {
        let letter = &entry.letter;
        let mut told = json!({
            "queue": entry.queue,
            "messageId": entry.message.id,
            "cause": letter.cause.code,
            "message": letter.cause.message,
            "target": letter.target.arn(),
            "qualifier": letter.target.qualifier(),
            "eventId": letter.event_id,
            "eventName": letter.event_name,
            "eventTime": letter.time,
        });
        // A fate is plain data: it can always be written.
        if let (Some(told), Ok(Value::Object(fate))) = (told.as_object_mut(), serde_json::to_value(&entry.fate)) {
            told.extend(fate);
        }
        told
    };
    json!({
        "queues": found.queues,
        "causes": found.groups(),
        "letters": found.letters.iter().map(letter).collect::<Vec<_>>(),
        "unread": found.unread,
        "notAskedFor": found.others,
        "inOtherHands": found.away,
        "more": found.more,
        "leftOut": found.left_out,
        "notes": found.notes,
    })
}

fn row(group: &Group) -> [String; 5] {
    let time = |time: Option<DateTime<Utc>>| time.map(|time| time.to_rfc3339_opts(SecondsFormat::Secs, true));
    let (oldest, newest) = (time(group.oldest), time(group.newest).filter(|_| group.oldest != group.newest));
    let times: Vec<String> = [oldest, newest].into_iter().flatten().collect();
    // Whoever writes to the queue says how long all of it is.
    let mut calls: Vec<String> = group.calls.iter().take(MOST).map(|call| name(call)).collect();
    if group.calls.len() > MOST {
        calls.push(format!("and {} more", group.calls.len() - MOST));
    }
    [group.events.to_string(), name(&group.cause), name(&group.called), calls.join("\n"), times.join("\n")]
}

fn shortened(message: &str) -> String {
    cut(message, LONGEST)
}

/// A name as it fits into a cell.
fn name(text: &str) -> String {
    cut(text, LONGEST_NAME)
}

fn cut(text: &str, longest: usize) -> String {
    let mut shown: String = shown_line(text).chars().take(longest).collect();
    if text.chars().count() > longest {
        shown.push_str("...");
    }
    shown
}

/// The letters with a fate, by their messages' ids.
fn with<'a>(found: &'a Found, why: impl Fn(&'a Fate) -> Option<&'a String>) -> Vec<(String, String)> {
    let told = |entry: &'a Entry| {
        let event = entry.letter.event_id.as_deref().map(|id| format!(" (event {id})")).unwrap_or_default();
        Some((format!("{}{event}", entry.message.id), why(&entry.fate)?.clone()))
    };
    found.letters.iter().filter_map(told).collect()
}

fn several(text: &mut String, label: &str, all: Vec<(String, String)>) {
    for (what, why) in all.iter().take(MOST) {
        writeln!(text, "{label:8} {}: {}", shown_line(what), shown_line(why)).ok();
    }
    if all.len() > MOST {
        writeln!(text, "{label:8} and {} more", all.len() - MOST).ok();
    }
}
