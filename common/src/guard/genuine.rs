//! Is this an API call that AWS itself put on the bus?
//!
//! Nobody but AWS can put an event whose source begins with `aws.` on a bus, so a forged
//! `mycompany.sqs` stops here; `aws.partner/…` are the sources of partners, who write what they
//! like. A declared call comes from its own service's source. An event that gets this far wrongly is
//! a mistake in a rule, and a failure: it must be seen, not skipped.

use super::{Misrouted, Refusal, undecidable};
use crate::event_pattern::bus_source;
use crate::{DetailType, Envelope, EventType, Watched};

pub(super) fn ask(envelope: &Envelope, watched: &Watched) -> Result<(), Refusal> {
    let source = &envelope.source;
    if !source.starts_with("aws.") || source.starts_with("aws.partner/") {
        return Err(Refusal::Misrouted(Misrouted::Source(source.clone())));
    }
    match DetailType::of(&envelope.detail_type) {
        DetailType::ApiCall => {}
        other => return Err(Refusal::Misrouted(Misrouted::DetailType(other.as_str().to_owned()))),
    }
    let cannot = undecidable("genuine");
    let kind = envelope.detail.event_type.known("detail.eventType").map_err(|form| cannot(form.into()))?;
    if let Some(kind) = kind
        && EventType::from(kind.as_str()) != EventType::ApiCall
    {
        return Err(Refusal::Misrouted(Misrouted::EventType(kind.clone())));
    }
    // A response to any call takes the source as it is: a few services' sources are not the first
    // word of their event source.
    let event_source = envelope.detail.event_source.text();
    match (watched, event_source) {
        (Watched::Calls(calls), Some(event_source))
            if calls.iter().any(|call| call.event_source == event_source) && bus_source(event_source) != *source =>
        {
            Err(Refusal::Misrouted(Misrouted::OtherSource {
                bus_source: source.clone(),
                event_source: event_source.to_owned(),
            }))
        }
        _ => Ok(()),
    }
}
