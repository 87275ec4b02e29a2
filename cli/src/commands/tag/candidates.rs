//! What the log files say: which calls may have made which queue, and which deleted one.

use super::tagger::Taggers;
use crate::commands::CommandError;
use crate::input::{Event, InputError};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use trailhook::calls::sqs::QueueRequest;
use trailhook::responses::tag_new_queue::TagQueueAction;
use trailhook::{Decision, Envelope, EventHeader, Record};

/// A call that may have made a queue.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    /// Where it was read.
    pub place: String,
    /// The event's id.
    pub event_id: Option<String>,
    /// Who made it.
    pub actor: Option<String>,
    /// What the function would do about it.
    pub action: TagQueueAction,
}

/// All that was found.
#[derive(Debug, Default)]
pub struct Candidates {
    /// How many files there were.
    pub files: usize,
    /// The files that could not be read, in sentences.
    pub unread: Vec<String>,
    /// The records that could not be understood, in sentences.
    pub undecided: Vec<String>,
    /// The calls that nothing is done about: the reason's code, and how many.
    pub left_alone: BTreeMap<String, usize>,
    /// By ARN.
    made: BTreeMap<String, Vec<Candidate>>,
    /// By ARN: when it was deleted last.
    deleted: BTreeMap<String, DateTime<Utc>>,
}

/// A queue, and the calls that may have made it: the earliest first, and none before its last deletion.
#[derive(Clone, Debug)]
pub(super) struct Queue {
    pub(super) arn: String,
    pub(super) candidates: Vec<Candidate>,
    /// When it was deleted, if that was after the last of them.
    pub(super) deleted: Option<DateTime<Utc>>,
}

impl Candidates {
    /// None yet, in so many files beside those that could not be looked into.
    pub(super) fn in_files(files: usize, unread: &[InputError]) -> Self {
        Candidates { files, unread: unread.iter().map(ToString::to_string).collect(), ..Candidates::default() }
    }

    /// Takes in an event.
    pub(super) fn take(&mut self, event: Event, taggers: &mut Taggers<'_>) -> Result<(), CommandError> {
        let detail = event.envelope.get("detail");
        let text = |name: &str| detail.and_then(|detail| detail.get(name)).and_then(Value::as_str);
        let name = match (text("eventSource"), text("eventName")) {
            (Some("sqs.amazonaws.com"), Some(name)) => name,
            _ => return Ok(()),
        };
        let deletes = match name {
            "CreateQueue" => false,
            "DeleteQueue" => true,
            _ => return Ok(()),
        };
        let bytes = event.envelope.to_string();
        let envelope = match trailhook::decode(bytes.as_bytes()) {
            Ok(envelope) => envelope,
            Err(error) => {
                self.undecided.push(format!("{}: {error}", event.place));
                return Ok(());
            }
        };
        if deletes {
            self.deleted(&envelope, &event.place);
            return Ok(());
        }
        self.made(envelope, event.place, taggers)
    }

    /// The queues, in the order of their ARNs.
    pub(super) fn queues(&self) -> Vec<Queue> {
        let queue = |(arn, made): (&String, &Vec<Candidate>)| {
            let deleted = self.deleted.get(arn).copied();
            let mut made = made.clone();
            made.sort_by_key(|candidate| candidate.action.event_time);
            // A name is free again a minute after its deletion: what was made in the same second is gone.
            let since: Vec<Candidate> = made
                .iter()
                .filter(|candidate| deleted.is_none_or(|deleted| candidate.action.event_time > deleted))
                .cloned()
                .collect();
            match since.is_empty() {
                true => Queue { arn: arn.clone(), candidates: made, deleted },
                false => Queue { arn: arn.clone(), candidates: since, deleted: None },
            }
        };
        self.made.iter().map(queue).collect()
    }

    fn made(&mut self, envelope: Envelope, place: String, taggers: &mut Taggers<'_>) -> Result<(), CommandError> {
        let header = EventHeader::of(&envelope);
        let (Some(account), Some(region)) = (header.account.as_deref(), header.aws_region.as_deref()) else {
            self.undecided.push(format!("{place}: the record has no recipientAccountId or no awsRegion"));
            return Ok(());
        };
        if !trailhook::is_account_id(account) || !crate::commands::is_region(region) {
            self.undecided.push(format!("{place}: {account:?}, {region:?}: not an account and a Region"));
            return Ok(());
        }
        if !taggers.is_asked_for(account, region) {
            *self.left_alone.entry("not-asked-for".to_owned()).or_default() += 1;
            return Ok(());
        }
        let actor = header.actor.as_ref().map(ToString::to_string);
        match taggers.decide(account, region, envelope)? {
            Ok(Decision::Act(actions)) => {
                for action in actions {
                    let arn = action.queue_arn.to_string();
                    let (event_id, actor) = (header.event_id.clone(), actor.clone());
                    let candidate = Candidate { place: place.clone(), event_id, actor, action };
                    let made = self.made.entry(arn).or_default();
                    // CloudTrail may write a record twice, and a folder may be there twice.
                    if candidate.event_id.is_none() || made.iter().all(|other| other.event_id != candidate.event_id) {
                        made.push(candidate);
                    }
                }
            }
            Ok(Decision::Skip(skip)) => *self.left_alone.entry(skip.code().to_owned()).or_default() += 1,
            Ok(Decision::Nothing(reason)) => *self.left_alone.entry(reason.code.to_owned()).or_default() += 1,
            Err(undecided) => self.undecided.push(format!("{place}: {undecided}")),
        }
        Ok(())
    }

    fn deleted(&mut self, envelope: &Envelope, place: &str) {
        let record = &envelope.detail;
        if !record.error_code.is_absent() {
            return;
        }
        match deletion(record) {
            Some((arn, at)) => {
                let last = self.deleted.entry(arn).or_insert(at);
                *last = at.max(*last);
            }
            // Then a queue may be proposed that is gone; a look finds that out.
            None => self.undecided.push(format!("{place}: the record does not say which queue was deleted, or when")),
        }
    }
}

fn deletion(record: &Record) -> Option<(String, DateTime<Utc>)> {
    let request: QueueRequest = serde_json::from_str(record.request_parameters.get()?.get()).ok()?;
    Some((request.queue_url.arn(record.aws_region.text()?).to_string(), record.time()?))
}
