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

use super::item::{Item, expires, number, text, time};
use super::{Change, Changed, Ledger};
use crate::ApplyError;
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{BTreeMap, HashMap};
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

/// What a closed carrier had.
enum Along {
    /// These sentences, and how many more if that was counted.
    Lines(BTreeMap<String, String>, Option<u64>),
    /// Another event brings them.
    BroughtBy(String),
    /// It is none.
    Nothing,
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
            match self.take_along(&group, &alike.event_id, None).await? {
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
                // It is in the group's count since it was counted in, and so in what this carrier tells.
                Some(by) if item.text("full") == Some(&by) && !lost => return Ok(Turn::CarriedBy(by)),
                Some(by) if by != alike.event_id && !lost => {
                    if self.join(&group, &by, alike).await? {
                        return Ok(Turn::CarriedBy(by));
                    }
                    item = self.let_go(&group, &by).await?;
                }
                _ if again || !may_carry => return Ok(Turn::Alone),
                before => match self.carry(&group, alike, before.as_deref(), now).await? {
                    Changed::Done(_) => return Ok(Turn::Carrier),
                    Changed::Not(there) => item = there,
                },
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
            let change = Change {
                update: "REMOVE untold.#event",
                condition: "attribute_exists(untold.#event)",
                names: &[("#event", carrier.as_str())],
                values: Vec::new(),
            };
            // Off the list already: then there is nothing to take off.
            self.change(&group, change).await?;
        }
        Ok(())
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
                             untold = if_not_exists(untold, :nobody), expires = :expires",
                    condition: "attribute_not_exists(since) OR since > :old OR attribute_exists(carrier)",
                    names: &[],
                    values: [
                        common(),
                        vec![
                            (":none", number(0)),
                            (":now", time(now)),
                            (":old", time(now - window)),
                            (":nobody", AttributeValue::M(HashMap::new())),
                        ],
                    ]
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
        // Its own stands among them, for who may have to bring it.
        let held = HashMap::from([(event_id.to_owned(), text(alike.line.as_str()))]);
        let own = Change {
            update: "SET held = if_not_exists(held, :held), expires = :expires",
            condition: "attribute_not_exists(closed)",
            names: &[],
            values: vec![(":held", AttributeValue::M(held)), (":expires", expires(now))],
        };
        // One that is closed was brought: whoever joins it finds that out.
        self.change(&own_id(group, event_id), own).await?;
        let mut values = vec![(":event", text(event_id)), (":now", time(now))];
        values.extend(lost.map(|lost| (":lost", text(lost))));
        let condition = if lost.is_some() { "carrier = :lost" } else { "attribute_not_exists(carrier)" };
        let update = "SET carrier = :event, carrierSince = :now, toldBefore = told, untold.#event = :now REMOVE #full";
        let change = Change { update, condition, names: &[("#event", event_id), ("#full", "full")], values };
        self.change(group, change).await
    }

    /// Puts an event among those that another one brings; not, when that one has gone.
    async fn join(&self, group: &str, by: &str, alike: &Alike) -> Result<bool, ApplyError> {
        let change = Change {
            update: "SET held.#event = :line",
            condition: "attribute_exists(held) AND attribute_not_exists(closed) AND size(held) < :most",
            names: &[("#event", alike.event_id.as_str())],
            values: vec![(":line", text(alike.line.as_str())), (":most", number(MOST))],
        };
        let there = match self.change(&own_id(group, by), change).await? {
            Changed::Done(_) => return Ok(true),
            Changed::Not(there) => there,
        };
        let Some(held) = there.map("held") else { return Ok(false) };
        if held.contains_key(&alike.event_id) {
            return Ok(true);
        }
        if held.len() < MOST || there.number("closed").is_some() {
            return Ok(false);
        }
        // Those that come now needn't try: they are counted with the group.
        let full = Change {
            update: "SET #full = :by",
            condition: "carrier = :by",
            names: &[("#full", "full")],
            values: vec![(":by", text(by))],
        };
        Ok(matches!(self.change(group, full).await?, Changed::Done(_)))
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
        let gone = self.let_go(group, own).await?;
        let more = match more {
            // An earlier try has let go, and the group counts for others by now.
            Some(more) => more,
            None => self.counted(group, own, &gone, told.len().saturating_sub(1)).await?,
        };
        let mut brought = Brought { told: BTreeMap::new(), more, carriers: vec![own.to_owned()] };
        let now = Utc::now();
        let untold = gone.map("untold").into_iter().flatten();
        let lost = untold.filter_map(|(event, since)| Some((event, since.as_n().ok()?.parse::<i64>().ok()?)));
        let lost = lost.filter(|(event, since)| *event != own && *since < (now - LOST).timestamp_millis());
        for (event, _) in lost.take(TRIES) {
            // One that has expired is on the list for nothing.
            if let Along::Lines(lines, more) = self.take_along(group, event, Some(own)).await? {
                told.extend(lines);
                brought.more += more.unwrap_or(0);
            }
            brought.carriers.push(event.clone());
        }
        // It is told of by itself.
        told.remove(own);
        brought.told = told;
        Ok(brought)
    }

    /// How many came when there was no room for another sentence, from the group as the carrier let go of
    /// it; noted for the tries to come.
    async fn counted(&self, group: &str, own: &str, gone: &Item, joined: usize) -> Result<u64, ApplyError> {
        let counted = gone.number("told").zip(gone.number("toldBefore"));
        let all = counted.and_then(|(told, before)| u64::try_from(told - before).ok()).unwrap_or(0);
        let full = gone.text("full") == Some(own);
        let more = if full { all.saturating_sub(joined as u64) } else { 0 };
        let change = Change {
            update: "SET more = :more",
            condition: "attribute_exists(held)",
            names: &[],
            values: vec![(":more", number(more))],
        };
        // It was there a moment ago, and stays for days.
        self.change(&own_id(group, own), change).await?;
        Ok(more)
    }

    /// What a carrier has: nobody joins it any more. With an heir, the heir brings it from now on.
    async fn take_along(&self, group: &str, event_id: &str, heir: Option<&str>) -> Result<Along, ApplyError> {
        let mut values = vec![(":now", time(Utc::now()))];
        values.extend(heir.map(|heir| (":heir", text(heir))));
        let change = Change {
            update: if heir.is_some() { "SET closed = :now, heir = :heir" } else { "SET closed = :now" },
            condition: if heir.is_some() {
                "attribute_exists(held) AND (attribute_not_exists(heir) OR heir = :heir)"
            } else {
                "attribute_exists(held) AND attribute_not_exists(heir)"
            },
            names: &[],
            values,
        };
        let item = match self.change(&own_id(group, event_id), change).await? {
            Changed::Done(item) => item,
            Changed::Not(item) => {
                return Ok(item.text("heir").map_or(Along::Nothing, |heir| Along::BroughtBy(heir.to_owned())));
            }
        };
        let held = item.map("held").into_iter().flatten();
        let lines = held.filter_map(|(id, line)| Some((id.clone(), line.as_s().ok()?.clone()))).collect();
        Ok(Along::Lines(lines, item.number("more").and_then(|more| u64::try_from(more).ok())))
    }

    /// The group without this carrier; as it is, where another has taken its place.
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
