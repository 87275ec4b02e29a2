//! Events that are alike and told of together.
//!
//! Each group has an item that counts its events within a window. The first few are told of at once. The
//! next one is put off until Lambda tries it again, a minute later, and carries with it those that come
//! until then: their sentences stand in an item of its own. Whoever comes after it has taken them
//! along finds the item closed, and the next one carries. A carrier that never comes back (Lambda gave it
//! up, and it is in the on-failure queue) is relieved by another, which takes along what it had.
//!
//! It refuses to lose one: what is not told at once is in the item of a carrier, or is one. A try that was
//! killed may be counted twice, and told of twice.

use super::item::{Item, expires, number, text, time};
use super::{Change, Changed, Ledger};
use crate::ApplyError;
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{BTreeMap, HashMap};
use trailhook::responses::notify::{Alike, DigestLimit};

/// So many sentences does one event bring; the others it brings are counted.
const MOST: usize = 100;
/// Lambda's last try of an event is some three minutes after the first: a carrier that is older is lost.
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
}

impl Ledger {
    /// An event's place in its group.
    ///
    /// # Errors
    /// The table can't be reached, or the group changes faster than it can be looked at.
    pub(crate) async fn turn(&self, alike: &Alike, limit: DigestLimit, again: bool) -> Result<Turn, ApplyError> {
        let group = format!("digest#notify#{}", alike.group);
        if again {
            let Some(mut brought) = self.take_along(&group, &alike.event_id).await? else {
                // Its turn came before, and something went wrong then.
                return Ok(Turn::Alone);
            };
            // It is told of by itself.
            brought.told.remove(&alike.event_id);
            self.let_go(&group, &alike.event_id).await?;
            return Ok(Turn::Bring(brought));
        }
        let mut item = self.count(&group, limit.window).await?;
        for _ in 0..TRIES {
            let now = Utc::now();
            let carrier = item.text("carrier").map(str::to_owned);
            let lost = item.time("carrierSince").is_none_or(|since| since + LOST < now);
            match carrier {
                None if item.number("told").is_none_or(|told| told <= i64::from(limit.at_once)) => {
                    return Ok(Turn::Alone);
                }
                Some(by) if by != alike.event_id && !lost => {
                    if self.join(&group, &by, alike).await? {
                        return Ok(Turn::CarriedBy(by));
                    }
                    item = self.let_go(&group, &by).await?;
                }
                before => match self.carry(&group, alike, before.as_deref(), now).await? {
                    Changed::Done(_) => return Ok(Turn::Carrier),
                    Changed::Not(there) => item = there,
                },
            }
        }
        let message = format!("{TRIES} times others were faster in the group {}", alike.group);
        Err(ApplyError::Transient { call: "dynamodb:UpdateItem", message })
    }

    /// Counts an event in, in the window that is open or in a new one. A window with a carrier stays open
    /// until the carrier has gone.
    async fn count(&self, group: &str, window: TimeDelta) -> Result<Item, ApplyError> {
        let mut item = None;
        for _ in 0..TRIES {
            let now = Utc::now();
            let common = || vec![(":one", number(1)), (":expires", expires(now))];
            let change = match &item {
                None => Change {
                    update: "SET told = if_not_exists(told, :none) + :one, since = if_not_exists(since, :now), \
                             expires = :expires",
                    condition: "attribute_not_exists(since) OR since > :old OR attribute_exists(carrier)",
                    names: &[],
                    values: [common(), vec![(":none", number(0)), (":now", time(now)), (":old", time(now - window))]]
                        .concat(),
                },
                Some(since) => Change {
                    update: "SET told = :one, since = :now, expires = :expires",
                    condition: "since = :since AND attribute_not_exists(carrier)",
                    names: &[],
                    values: [common(), vec![(":now", time(now)), (":since", number(since))]].concat(),
                },
            };
            match (self.change(group, change).await?, item) {
                (Changed::Done(counted), _) => return Ok(counted),
                (Changed::Not(there), None) => item = there.number("since"),
                (Changed::Not(_), Some(_)) => item = None,
            }
        }
        let message = format!("{TRIES} times others were faster in {group}");
        Err(ApplyError::Transient { call: "dynamodb:UpdateItem", message })
    }

    /// Becomes the group's carrier, in place of one that is lost.
    async fn carry(
        &self,
        group: &str,
        alike: &Alike,
        lost: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Changed, ApplyError> {
        let event_id = alike.event_id.as_str();
        let mut heir = match lost.filter(|lost| *lost != event_id) {
            Some(lost) => self.take_along(group, lost).await?.unwrap_or_default(),
            None => Brought::default(),
        };
        // Its own stands among them, for who may have to relieve it.
        heir.told.insert(event_id.to_owned(), alike.line.clone());
        let held = heir.told.into_iter().map(|(id, line)| (id, text(line))).collect();
        let own = Change {
            update: "SET held = if_not_exists(held, :held), more = if_not_exists(more, :more), expires = :expires",
            condition: "attribute_not_exists(closed)",
            names: &[],
            values: vec![(":held", AttributeValue::M(held)), (":more", number(heir.more)), (":expires", expires(now))],
        };
        // One that is closed has been taken along: it begins no second time.
        self.change(&own_id(group, event_id), own).await?;
        let mut values = vec![(":event", text(event_id)), (":now", time(now))];
        values.extend(lost.map(|lost| (":lost", text(lost))));
        let condition = if lost.is_some() { "carrier = :lost" } else { "attribute_not_exists(carrier)" };
        let change = Change { update: "SET carrier = :event, carrierSince = :now", condition, names: &[], values };
        self.change(group, change).await
    }

    /// Puts an event among those that another one brings; not, when that one has gone.
    async fn join(&self, group: &str, by: &str, alike: &Alike) -> Result<bool, ApplyError> {
        let id = own_id(group, by);
        let change = Change {
            update: "SET held.#event = :line",
            condition: "attribute_exists(held) AND attribute_not_exists(closed) AND size(held) < :most",
            names: &[("#event", alike.event_id.as_str())],
            values: vec![(":line", text(alike.line.as_str())), (":most", number(MOST))],
        };
        let there = match self.change(&id, change).await? {
            Changed::Done(_) => return Ok(true),
            Changed::Not(there) => there,
        };
        if there.map("held").is_none_or(|held| held.len() < MOST) {
            return Ok(false);
        }
        let change = Change {
            update: "SET more = more + :one",
            condition: "attribute_exists(held) AND attribute_not_exists(closed)",
            names: &[],
            values: vec![(":one", number(1))],
        };
        Ok(matches!(self.change(&id, change).await?, Changed::Done(_)))
    }

    /// What an event brings, if it is a carrier: nobody joins it any more.
    async fn take_along(&self, group: &str, event_id: &str) -> Result<Option<Brought>, ApplyError> {
        let change = Change {
            update: "SET closed = :now",
            condition: "attribute_exists(held)",
            names: &[],
            values: vec![(":now", time(Utc::now()))],
        };
        let Changed::Done(item) = self.change(&own_id(group, event_id), change).await? else {
            return Ok(None);
        };
        let held = item.map("held").cloned().unwrap_or_else(HashMap::new);
        let told = held.into_iter().filter_map(|(id, line)| Some((id, line.as_s().ok()?.clone()))).collect();
        let more = item.number("more").and_then(|more| u64::try_from(more).ok()).unwrap_or(0);
        Ok(Some(Brought { told, more }))
    }

    /// The group without this carrier, as it is now.
    async fn let_go(&self, group: &str, event_id: &str) -> Result<Item, ApplyError> {
        let change = Change {
            update: "REMOVE carrier, carrierSince",
            condition: "carrier = :event",
            names: &[],
            values: vec![(":event", text(event_id))],
        };
        Ok(match self.change(group, change).await? {
            Changed::Done(item) | Changed::Not(item) => item,
        })
    }
}

fn own_id(group: &str, event_id: &str) -> String {
    format!("{group}#{event_id}")
}
