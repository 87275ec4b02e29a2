//! The sentence about a call, and what stands around it: how much it matters, what it is about, where to look.
//!
//! `alice (SSO, PowerUser) created queue orders in eu-west-1 from 203.0.113.7 with the console`. A call that is not
//! declared, or not in its declared shape, has the general sentence: it names the call and what the record calls its
//! resource.

use super::place::Place;
use super::severity::Severity;
use super::story::{resource_arns, resource_name};
use super::tell::{self, Deed, Told, shown};
use super::tool;
use crate::shown::one_line;
use crate::{Actor, EventHeader, Record};
use serde::Serialize;

const LONGEST: usize = 1_000;
const LONGEST_THREAD: usize = 500;

/// What is told of a call, in every form of the message.
#[derive(Clone, Debug)]
pub(super) struct Summary {
    /// The sentence.
    pub(super) sentence: String,
    pub(super) severity: Severity,
    /// What groups the messages about one thing.
    pub(super) thread: Option<String>,
    pub(super) links: Links,
    /// The record does not have the shape of its declared call: what was done is not known, and may be anything.
    pub(super) odd: bool,
}

/// Pages of the console.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Links {
    /// The thing's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) resource: Option<String>,
    /// The event's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) event: Option<String>,
}

impl Summary {
    pub(super) fn of(record: &Record, header: &EventHeader) -> Summary {
        let told = tell::told(record);
        let odd = told.is_none() && tell::is_declared(record);
        let place = Place::of(header);
        let known = told.as_ref().and_then(|told| Some((told.kind, told.id.as_deref()?)));
        let arn = place.as_ref().zip(known).and_then(|(place, (kind, id))| place.arn(kind, id));
        let page = place.as_ref().zip(known).and_then(|(place, (kind, id))| place.page(kind, id));
        Summary {
            sentence: sentence(record, header, told.as_ref()),
            severity: severity(record, told.as_ref(), odd),
            odd,
            thread: arn.map(|arn| one_line(&arn, LONGEST_THREAD)).or_else(|| resource_arns(record).into_iter().next()),
            links: Links {
                // What a failed call was about may not be there.
                resource: page.filter(|_| record.error_code.is_absent()),
                event: place.zip(header.event_id.as_deref()).and_then(|(place, id)| place.event_page(id)),
            },
        }
    }
}

fn severity(record: &Record, told: Option<&Told>, odd: bool) -> Severity {
    let reads = record.read_only.get().is_some_and(|flag| flag.is_set());
    match (record.error(), told) {
        (Some(code), _) if code.is_denied() && !reads => Severity::Warning,
        (Some(_), _) => Severity::Notice,
        (None, Some(Told { deed: Some(deed), .. })) => deed.severity,
        // Whoever pads a call until CloudTrail leaves it out may have reasons to.
        (None, Some(Told { omitted: true, .. })) => Severity::Warning,
        // Or to write it in a way that is not read.
        (None, None) if odd => Severity::Warning,
        (None, _) => Severity::Info,
    }
}

fn sentence(record: &Record, header: &EventHeader, told: Option<&Told>) -> String {
    let actor = header.actor.as_ref().map(|actor| name(actor, record));
    let actor = actor.unwrap_or_else(|| "someone".to_owned());
    let mut sentence = match told {
        Some(told) => declared(record, header, told, &actor),
        None => general(record, header, &actor),
    };
    match told {
        Some(Told { deed: Some(Deed { note: Some(note), .. }), .. }) => sentence.push_str(&format!("; {note}")),
        Some(Told { omitted: true, .. }) => sentence.push_str("; what exactly was too large to be recorded"),
        _ => {}
    }
    one_line(&sentence, LONGEST)
}

/// `with CloudFormation` at the end says through whom.
fn name(actor: &Actor, record: &Record) -> String {
    if tool::is_cloudformation(record) {
        return Actor { through: None, ..actor.clone() }.to_string();
    }
    actor.to_string()
}

fn declared(record: &Record, header: &EventHeader, told: &Told, actor: &str) -> String {
    let mut sentence = match &told.deed {
        Some(deed) => format!("{actor} {}", deed.did),
        None => {
            let mut sentence = format!("{actor} {}", called(record, header));
            match (&told.id, resource_name(record)) {
                (Some(id), _) => sentence.push_str(&format!(" on {}", tell::thing(told.kind, Some(id)))),
                (None, Some(name)) => sentence.push_str(&format!(" on {}", shown(&name))),
                (None, None) => {}
            }
            sentence
        }
    };
    if let Some(region) = &header.aws_region {
        sentence.push_str(&format!(" in {region}"));
    }
    // A service's own name in place of an address says nothing new.
    if let Some(address) = header.source_ip_address.as_deref().filter(|address| !address.ends_with(".amazonaws.com")) {
        sentence.push_str(&format!(" from {address}"));
    }
    if let Some(with) = tool::with(record) {
        sentence.push_str(&format!(" {with}"));
    }
    sentence
}

/// `alice (role Developer) called CreateTopic in sns on orders, eu-west-1, from 203.0.113.7`.
fn general(record: &Record, header: &EventHeader, actor: &str) -> String {
    let service = header.event_source.as_deref().and_then(|source| source.split('.').next()).unwrap_or("AWS");
    let mut sentence = format!("{actor} {} in {service}", called(record, header));
    if let Some(resource) = resource_name(record) {
        sentence.push_str(&format!(" on {}", shown(&resource)));
    }
    if let Some(region) = &header.aws_region {
        sentence.push_str(&format!(", {region}"));
    }
    if let Some(address) = &header.source_ip_address {
        sentence.push_str(&format!(", from {address}"));
    }
    if let Some(with) = tool::with(record) {
        sentence.push_str(&format!(", {with}"));
    }
    sentence
}

fn called(record: &Record, header: &EventHeader) -> String {
    let name = header.event_name.as_deref().unwrap_or("an unnamed call");
    match (&header.error_code, record.error().is_some_and(|code| code.is_denied())) {
        (Some(_), true) => format!("was denied {name}"),
        (Some(code), false) => format!("failed at {name} ({code})"),
        (None, _) => format!("called {name}"),
    }
}
