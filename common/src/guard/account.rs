//! Does the event belong to the account and the Region we act in?
//!
//! `recipientAccountId` is the account the event was delivered to; in a cross-account call it is
//! not the caller's. A bus may hand on events of other accounts and Regions, and a response that
//! looked a queue's name up in its own would act on the wrong queue.

use super::{Guards, Refusal, Skip, Undecidable, undecidable};
use crate::Envelope;

pub(super) fn ask(envelope: &Envelope, guards: &Guards) -> Result<(), Refusal> {
    account(envelope, &guards.account)?;
    region(envelope, &guards.region)
}

fn account(envelope: &Envelope, own: &str) -> Result<(), Refusal> {
    let cannot = undecidable("foreign-account");
    let recipient = envelope.detail.recipient_account_id.known("detail.recipientAccountId");
    let recipient = recipient.map_err(|form| cannot(form.into()))?;
    // The envelope's account is the one the event arose in; records before version 1.02 have no recipient.
    let said = [recipient, envelope.account.as_ref()];
    let mut said = said.into_iter().flatten().filter(|account| !account.is_empty()).peekable();
    if said.peek().is_none() {
        return Err(cannot(Undecidable::Missing("detail.recipientAccountId")));
    }
    match said.find(|account| account.as_str() != own) {
        None => Ok(()),
        Some(account) => Err(Refusal::Skip(Skip::ForeignAccount { account: account.clone(), own: own.to_owned() })),
    }
}

fn region(envelope: &Envelope, own: &str) -> Result<(), Refusal> {
    let cannot = undecidable("foreign-account");
    let region = envelope.detail.aws_region.known("detail.awsRegion").map_err(|form| cannot(form.into()))?;
    match region.ok_or_else(|| cannot(Undecidable::Missing("detail.awsRegion")))? {
        region if region == own => Ok(()),
        region => Err(Refusal::Skip(Skip::ForeignRegion { region: region.clone(), own: own.to_owned() })),
    }
}
