//! Is this an API call that AWS itself put on the bus?
//!
//! Nobody but AWS can put an event whose source begins with `aws.` on a bus, so a forged
//! `mycompany.sqs` stops here. An event that gets this far wrongly is a mistake in a rule, and a
//! failure: it must be seen, not skipped.

use super::{Misrouted, Refusal};
use crate::{DetailType, Envelope};

pub(super) fn ask(envelope: &Envelope) -> Result<(), Refusal> {
    if !envelope.source.starts_with("aws.") {
        return Err(Refusal::Misrouted(Misrouted::Source(envelope.source.clone())));
    }
    match DetailType::of(&envelope.detail_type) {
        DetailType::ApiCall => Ok(()),
        other => Err(Refusal::Misrouted(Misrouted::DetailType(other.as_str().to_owned()))),
    }
}
