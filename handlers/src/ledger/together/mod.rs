//! Events that are alike and told of together.
//!
//! Each group has an item that counts its events within a window. The first few are told of at once. The
//! next one is put off until Lambda tries it again, a minute later, and carries with it those that come
//! until then: their sentences stand in an item of its own. Whoever comes after it has taken them along
//! finds the item closed, and the next one carries. A carrier is on the group's list of those that have not
//! told yet until its message is published; one that is on it for too long (its publishing failed three
//! times, it was put aside, it became stale) is brought by the next carrier there is.
//!
//! It refuses to lose one: what is not told at once stands in the item of a carrier, its own sentence
//! included, until a message has it. A try that was killed may be counted twice, and told of twice.

mod carrier;
mod group;

use super::{Changed, Ledger};
use crate::ApplyError;
use carrier::{Along, Joined};
use chrono::{TimeDelta, Utc};
use std::collections::BTreeMap;
use trailhook::responses::notify::{Alike, DigestLimit};

/// So many sentences does one event bring; the others it brings are counted.
const MOST: usize = 50;
/// Lambda's last try of an event is some three minutes after the first, where it is not throttled: a carrier
/// that is older is taken for lost. It may come back all the same, and finds that it was brought.
const LOST: TimeDelta = TimeDelta::minutes(15);
/// How often the group may have changed while somebody looks for their place in it.
const TRIES: usize = 8;

/// How an event is told of.
#[derive(Debug)]
pub(crate) enum Turn {
    /// At once, alone.
    Alone,
    /// Not before the next try, together with those that come until then.
    Carrier,
    /// By the event with this id.
    CarriedBy(String),
    /// Now, together with these.
    Bring(Brought),
}

/// What an event brings along.
#[derive(Debug, Default)]
pub(crate) struct Brought {
    /// Event id to sentence.
    pub(crate) told: BTreeMap<String, String>,
    /// How many more there are.
    pub(crate) more: u64,
    /// The carriers whose sentences these are: on the list until they are published.
    pub(crate) carriers: Vec<String>,
}

impl Ledger {
    /// An event's place in its group. An event that was tried before and is no carrier may be carried, and
    /// becomes none: it is late enough. Without a limit nothing is gathered, and what was is brought.
    ///
    /// # Errors
    /// The table can't be reached, or the group changes faster than it can be looked at.
    pub(crate) async fn turn(
        &self,
        alike: &Alike,
        limit: Option<DigestLimit>,
        may_carry: bool,
        again: bool,
    ) -> Result<Turn, ApplyError> {
        let group = format!("digest#notify#{}", alike.group);
        if again {
            match self.come_back(&group, &alike.event_id).await? {
                Along::Lines(told, more) => return Ok(Turn::Bring(self.bring(&group, alike, told, more).await?)),
                Along::BroughtBy(heir) => return Ok(Turn::CarriedBy(heir)),
                Along::Nothing => {}
            }
        }
        let Some(limit) = limit else { return Ok(Turn::Alone) };
        let mut item = self.count(&group, limit.window).await?;
        for _ in 0..TRIES {
            let now = Utc::now();
            let carrier = item.text("carrier").map(str::to_owned);
            let lost = item.time("carrierSince").is_none_or(|since| since + LOST < now);
            match carrier {
                None if item.number("told").is_none_or(|told| told <= i64::from(limit.at_once)) => {
                    return Ok(Turn::Alone);
                }
                Some(by) if item.text("full") == Some(&by) && !lost => match self.overflow(&group, &by).await? {
                    Changed::Done(_) => return Ok(Turn::CarriedBy(by)),
                    Changed::Not(there) => item = there,
                },
                Some(by) if by != alike.event_id && !lost => match self.join(&group, &by, alike).await? {
                    Joined::Yes => return Ok(Turn::CarriedBy(by)),
                    Joined::Full if self.fill(&group, &by).await? => match self.overflow(&group, &by).await? {
                        Changed::Done(_) => return Ok(Turn::CarriedBy(by)),
                        Changed::Not(there) => item = there,
                    },
                    Joined::Full | Joined::Gone => match self.let_go(&group, &by).await? {
                        Changed::Done(there) | Changed::Not(there) => item = there,
                    },
                },
                _ if again || !may_carry => return Ok(Turn::Alone),
                before => {
                    self.prepare(&group, alike, now).await?;
                    // The group counts for others from now on: what it counted for the lost one goes with that.
                    let more = item.number("more").unwrap_or(0);
                    if let Some(lost) = before.as_deref().filter(|lost| item.text("full") == Some(lost)) {
                        self.note_more(&group, lost, u64::try_from(more).unwrap_or(0)).await?;
                    }
                    match self.appoint(&group, &alike.event_id, before.as_deref().map(|lost| (lost, more)), now).await?
                    {
                        Changed::Done(_) => return Ok(Turn::Carrier),
                        Changed::Not(there) => item = there,
                    }
                }
            }
        }
        let message = format!("{TRIES} times others were faster in the group {}", alike.group);
        Err(ApplyError::Transient { call: "dynamodb:UpdateItem", message })
    }

    /// Takes carriers off the list of those that have not told: their sentences are published.
    ///
    /// # Errors
    /// The table can't be reached: then they are told of once more.
    pub(crate) async fn told(&self, alike: &Alike, carriers: &[String]) -> Result<(), ApplyError> {
        let group = format!("digest#notify#{}", alike.group);
        for carrier in carriers {
            self.has_told(&group, carrier).await?;
        }
        Ok(())
    }

    /// What an event that was tried before has, if it is a carrier. The group lets go of it first: so nobody
    /// counts on it who is not in what it has.
    async fn come_back(&self, group: &str, own: &str) -> Result<Along, ApplyError> {
        let more = match self.let_go(group, own).await? {
            Changed::Done(gone) => {
                let more = gone.number("more").filter(|_| gone.text("full") == Some(own));
                let more = more.and_then(|more| u64::try_from(more).ok()).unwrap_or(0);
                self.note_more(group, own, more).await?;
                Some(more)
            }
            Changed::Not(_) => None,
        };
        Ok(match self.take_along(group, own, None, None).await? {
            Along::Lines(told, noted) => Along::Lines(told, more.or(noted)),
            other => other,
        })
    }

    /// What a carrier brings: its own, and what others had that have not told for too long.
    async fn bring(
        &self,
        group: &str,
        alike: &Alike,
        mut told: BTreeMap<String, String>,
        more: Option<u64>,
    ) -> Result<Brought, ApplyError> {
        let own = alike.event_id.as_str();
        let mut brought = Brought { told: BTreeMap::new(), more: more.unwrap_or(0), carriers: vec![own.to_owned()] };
        let lost = self.lost(group, own).await?;
        for event in &lost {
            let mut along = self.take_along(group, event, Some(own), None).await?;
            if let Along::BroughtBy(heir) = &along {
                if !lost.contains(heir) {
                    // It is told of when its heir is; until then it stays on the list.
                    continue;
                }
                along = self.take_along(group, event, Some(own), Some(heir)).await?;
            }
            match along {
                Along::Lines(lines, more) => {
                    told.extend(lines);
                    brought.more += more.unwrap_or(0);
                }
                // Somebody was faster.
                Along::BroughtBy(_) => continue,
                // One that has expired is on the list for nothing.
                Along::Nothing => {}
            }
            brought.carriers.push(event.clone());
        }
        // It is told of by itself.
        told.remove(own);
        brought.told = told;
        Ok(brought)
    }
}
