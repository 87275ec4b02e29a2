//! What AWS, chat and people's eyes take: the rules that everything made from a record keeps to, whatever a caller put into
//! it. The fuzz targets hold the responses to the same rules, so nothing here needs more than the pure half.

use chrono::TimeDelta;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use trailhook::history::{Fact, QueueHistory, QueueSnapshot};
use trailhook::responses::notify::{Addition, JournalLine, Notification, NotifyAction};
use trailhook::responses::revert::{DeleteQueueAction, RevertAction};
use trailhook::responses::tag_new_queue::TagQueueAction;

/// The rule that is broken, if one is.
pub type Kept = Result<(), String>;

fn must(kept: bool, rule: impl FnOnce() -> String) -> Kept {
    if kept { Ok(()) } else { Err(rule()) }
}

/// What breaks a line, turns the direction of a text or has no width, and what is no character. Written out here, so that
/// the sources' own list is not held against itself.
pub fn is_unseen(character: char) -> bool {
    let number = u32::from(character);
    matches!(number,
        0..=0x1f | 0x7f..=0x9f | 0xad | 0x61c | 0x180e | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x2064
        | 0x2066..=0x206f | 0xfdd0..=0xfdef | 0xfeff | 0xfff9..=0xfffb | 0xe0001 | 0xe0020..=0xe007f)
        || number & 0xfffe == 0xfffe
}

/// A line of text that reads as it is.
pub fn line(text: &str) -> Kept {
    must(!text.contains(is_unseen), || format!("not a line that can be read: {text:?}"))
}

/// JSON on one line that reads as it is.
pub fn json_line(text: &str) -> Kept {
    line(text)?;
    serde_json::from_str::<&RawValue>(text).map(drop).map_err(|error| format!("{error}: {text}"))
}

/// An action can be written into a report.
pub fn report(action: &impl Serialize) -> Kept {
    let json = serde_json::to_value(action).map_err(|error| format!("an action that can't be written: {error}"))?;
    json_line(&trailhook::shown_json(&json.to_string()))
}

/// Tags as SQS takes them.
pub fn tags(action: &TagQueueAction) -> Kept {
    let allowed = |text: &str| text.chars().all(|c| c.is_alphanumeric() || " _.:/=+-@".contains(c));
    let reserved = |text: &str| text.to_lowercase().starts_with("aws:");
    must(action.tags.len() <= 50, || format!("{} tags", action.tags.len()))?;
    for (key, value) in &action.tags {
        let lengths = (1..=128).contains(&key.chars().count()) && (1..=256).contains(&value.chars().count());
        let kept = lengths && allowed(key) && allowed(value) && !reserved(key) && !reserved(value);
        must(kept && value.trim() == value, || format!("a tag SQS refuses: {key:?} {value:?}"))?;
    }
    report(action)
}

/// The queue that is to be deleted is of this account and Region, and has the name that was asked for.
pub fn deletion(action: &DeleteQueueAction, account: &str, region: &str, asked_for: &str) -> Kept {
    let (url, arn) = (&action.queue_url, &action.queue_arn);
    let own = url.account() == account && arn.account() == account && arn.region() == region && arn.service() == "sqs";
    must(own && url.region().is_none_or(|of_url| of_url == region), || format!("somebody else's queue: {action:?}"))?;
    must(url.name() == asked_for && arn.resource() == asked_for, || format!("not {asked_for:?}: {action:?}"))?;
    line(url.as_str())?;
    report(action)
}

/// What undoes a call is done to the queue that the call was about, in this account and Region.
pub fn undone(action: &RevertAction, account: &str, region: &str, asked_for: &str) -> Kept {
    if let RevertAction::DeleteQueue(action) = action {
        return deletion(action, account, region, asked_for);
    }
    let arn = action.queue_arn();
    let own = arn.account() == account && arn.region() == region && arn.service() == "sqs";
    must(own && arn.resource() == asked_for, || format!("not {asked_for:?}: {action:?}"))?;
    line(arn.as_str())?;
    report(action)
}

/// What is told of a call: as it is planned, with what it changed, and with others like it.
pub fn told(action: &NotifyAction, log_group: &str, chat: bool) -> Kept {
    let keeps = |action: &NotifyAction| match action {
        NotifyAction::Journal(line) => journal(line, log_group),
        NotifyAction::Topic(message) => notification(message, chat),
    };
    keeps(action)?;
    if let Some(set) = action.set() {
        let attributes = [("Policy", r#"{"Statement": [{"Sid": "\u202e\n"}]}"#), ("VisibilityTimeout", "\r\n30")];
        let attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let queue = QueueSnapshot { attributes, ..QueueSnapshot::default() };
        let mut history = QueueHistory::default();
        history.add(vec![Fact::Seen { at: set.queue.event_time - TimeDelta::hours(1), queue, with: Vec::new() }]);
        if let Some(changed) = set.held_against(&history) {
            keeps(&action.with(&changed))?;
        }
    }
    if let NotifyAction::Topic(Notification { alike: Some(alike), .. }) = action {
        let told = (0..3).map(|number| (format!("{number}"), alike.line.clone())).collect();
        if let Some(others) = Addition::others(&told, 7) {
            keeps(&action.with(&others))?;
        }
    }
    Ok(())
}

/// A line of the journal, in the group of the settings.
pub fn journal(action: &JournalLine, log_group: &str) -> Kept {
    must(action.log_group == log_group, || format!("another log group: {:?}", action.log_group))?;
    must(action.message.len() <= 256 * 1024, || format!("a line of {} bytes", action.message.len()))?;
    json_line(&action.message)
}

/// A message as SNS takes it, and what its subscribers read.
pub fn notification(message: &Notification, chat: bool) -> Kept {
    let subject = &message.subject;
    let printable = subject.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && !subject.starts_with(' ');
    must((1..=100).contains(&subject.len()) && printable, || format!("a subject SNS refuses: {subject:?}"))?;
    let attributes: usize = message.attributes.iter().map(|(name, value)| name.len() + value.len() + 6).sum();
    let size = message.message().len() + subject.len() + attributes;
    must(size <= 262_144, || format!("a message of {size} bytes"))?;
    for value in message.attributes.values() {
        line(value)?;
        must((1..=256).contains(&value.chars().count()), || format!("an attribute SNS refuses: {value:?}"))?;
    }
    let protocols: Value = serde_json::from_str(&message.message()).map_err(|error| error.to_string())?;
    let text = |protocol: &str| protocols.get(protocol).and_then(Value::as_str).unwrap_or_default();
    must(text("email") == message.email, || "the report shows another e-mail than is sent".to_owned())?;
    email(&message.email)?;
    line(text("sms"))?;
    if chat {
        self::chat(text("default"))?;
    }
    story(text(if chat { "sqs" } else { "default" }))?;
    report(message)
}

/// Lines of our own only: each name of a fact begins one of them, and the request stands behind them.
fn email(text: &str) -> Kept {
    text.lines().try_for_each(line)?;
    must(!text.contains('\r'), || format!("a carriage return: {text:?}"))?;
    let facts = text.split("\nRequest parameters\n").next().unwrap_or_default();
    for name in [
        "Severity", "Console", "History", "Call", "Service", "When", "Region", "Account", "Who", "From", "Error",
        "Event id",
    ] {
        let times = facts.lines().skip(1).filter(|line| line.starts_with(&format!("{name:<12}"))).count();
        must(times <= 1, || format!("{name} is there {times} times:\n{text}"))?;
    }
    Ok(())
}

fn story(text: &str) -> Kept {
    // A record keeps the layout it came in.
    text.lines().try_for_each(|piece| must(!piece.replace('\t', " ").contains(is_unseen), || format!("{piece:?}")))?;
    serde_json::from_str::<&RawValue>(text).map(drop).map_err(|error| format!("{error}: {text}"))
}

/// In the schema of the chat service, and with nothing of a caller's outside code spans.
fn chat(text: &str) -> Kept {
    json_line(text)?;
    let chat: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let at = |pointer: &str| chat.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let of_names = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || " .:?_-".contains(c));
    let list = |pointer: &str| chat.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
    let title = at("/content/title");
    must((1..=250).contains(&title.len()) && of_names(title), || format!("a title: {title:?}"))?;
    must(of_names(at("/metadata/eventType")), || format!("an event type: {text}"))?;
    for keyword in list("/content/keywords") {
        must(keyword.as_str().is_some_and(of_names), || format!("a keyword: {keyword}"))?;
    }
    let description = at("/content/description");
    must(description.chars().count() <= 8_000, || "a description that is too long".to_owned())?;
    for fact in description.split('\n').chain([at("/metadata/summary")]) {
        if let Some(link) = fact.strip_prefix("*Console* ").or_else(|| fact.strip_prefix("*History* ")) {
            page(link)?;
            continue;
        }
        let (name, span) = fact.split_once('`').unwrap_or_default();
        let own = [
            "",
            "*Severity* ",
            "*When* ",
            "*Region* ",
            "*Account* ",
            "*From* ",
            "*With* ",
            "*Error* ",
            "*Message* ",
            "*Event id* ",
        ];
        let span = span.strip_suffix('`').ok_or_else(|| format!("not a code span: {fact:?}"))?;
        must(own.contains(&name), || format!("a fact of nobody's: {fact:?}"))?;
        escaped(span)?;
    }
    for resource in list("/metadata/relatedResources").iter().filter_map(Value::as_str) {
        escaped(resource)?;
    }
    escaped(at("/id")).and(escaped(at("/metadata/threadId")))
}

/// A page of a console of AWS's, with nothing in it that could end the link or lead elsewhere.
fn page(link: &str) -> Kept {
    let (host, path) = link.strip_prefix("https://").and_then(|rest| rest.split_once('/')).unwrap_or_default();
    let hosts = [".console.aws.amazon.com", ".console.amazonaws.cn", ".console.amazonaws-us-gov.com"];
    let region = hosts.iter().find_map(|of_aws| host.strip_suffix(of_aws)).unwrap_or_default();
    let is_region =
        !region.is_empty() && region.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let of_links = |c: char| c.is_ascii_alphanumeric() || "-._~%/?#:;=&$".contains(c);
    must(is_region && path.chars().all(of_links) && link.len() <= 600, || format!("not a page of AWS's: {link:?}"))
}

/// Neither a mention nor a link, nor the end of a code span.
fn escaped(text: &str) -> Kept {
    let plain = text.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "");
    line(text)?;
    must(!plain.contains(['<', '>', '[', ']', '`', '&']), || format!("mark-up: {text:?}"))
}
