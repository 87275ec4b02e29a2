//! Does the event belong to an account and a Region that we answer for?
//!
//! `recipientAccountId` is the account the event was delivered to; in a cross-account call it is
//! not the caller's. A bus may hand on events of other accounts and Regions, and a response that
//! looked a queue's name up in its own would act on the wrong queue. So others are refused unless
//! the configuration lists them, and it may list them only for a response that touches nothing there
//! ([`Response::ELSEWHERE`](crate::Response::ELSEWHERE)).

use super::{Guards, Refusal, Skip, Undecidable, undecidable};
use crate::Envelope;

/// Other accounts and Regions whose events are answered as well.
///
/// ```
/// use trailhook::Elsewhere;
///
/// let elsewhere = Elsewhere { accounts: vec!["444455556666".to_owned()], regions: Vec::new() };
/// assert!(!elsewhere.is_empty());
/// assert!(Elsewhere::default().is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Elsewhere {
    /// Accounts beside the function's own.
    pub accounts: Vec<String>,
    /// Regions beside the function's own.
    pub regions: Vec<String>,
}

impl Elsewhere {
    /// Whether no account and no Region is listed.
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty() && self.regions.is_empty()
    }
}

/// The account that the event belongs to, if it is one that we answer for.
pub(super) fn ask(envelope: &Envelope, guards: &Guards) -> Result<String, Refusal> {
    let account = account(envelope, guards)?;
    region(envelope, guards)?;
    Ok(account)
}

fn account(envelope: &Envelope, guards: &Guards) -> Result<String, Refusal> {
    let cannot = undecidable("foreign-account");
    let recipient = envelope.detail.recipient_account_id.known("detail.recipientAccountId");
    let recipient = recipient.map_err(|form| cannot(form.into()))?;
    // The envelope's account is the one the event arose in; records before version 1.02 have no recipient.
    let said = [recipient, envelope.account.as_ref()];
    let said = || said.into_iter().flatten().filter(|account| !account.is_empty());
    let answered = |account: &String| *account == guards.account || guards.elsewhere.accounts.contains(account);
    if let Some(account) = said().find(|account| !answered(account)) {
        let own = guards.account.clone();
        return Err(Refusal::Skip(Skip::ForeignAccount { account: account.clone(), own }));
    }
    said().next().cloned().ok_or_else(|| cannot(Undecidable::Missing("detail.recipientAccountId")))
}

fn region(envelope: &Envelope, guards: &Guards) -> Result<(), Refusal> {
    let cannot = undecidable("foreign-account");
    let region = envelope.detail.aws_region.known("detail.awsRegion").map_err(|form| cannot(form.into()))?;
    match region.ok_or_else(|| cannot(Undecidable::Missing("detail.awsRegion")))? {
        region if *region == guards.region || guards.elsewhere.regions.contains(region) => Ok(()),
        region => Err(Refusal::Skip(Skip::ForeignRegion { region: region.clone(), own: guards.region.clone() })),
    }
}
