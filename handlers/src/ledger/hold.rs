//! One resource: held while it is looked at and changed, and kept from older events afterwards.
//!
//! Events arrive in any order, and late. Whoever is about to change a resource marks it with the time of
//! the event that it does so for; who comes with an older one finds it superseded. A look that ends in
//! nothing marks nothing: a call that changed nothing must not take a resource away from the one that
//! did. Two events for one resource are dealt with one after the other.

use super::item::{Item, expires, number, text, time};
use super::{Change, Changed, Ledger, LedgerError, WAITS};
use crate::ApplyError;
use crate::attempt::Attempt;
use chrono::{DateTime, SecondsFormat, Utc};
use trailhook::Reason;

/// Nobody holds it.
const FREE: &str = "attribute_not_exists(leaseUntil) OR leaseUntil < :now OR holder = :holder";
/// And it was not changed for a newer event.
const FREE_AND_NOT_NEWER: &str = "(attribute_not_exists(newest) OR newest <= :time) AND \
                                  (attribute_not_exists(leaseUntil) OR leaseUntil < :now OR holder = :holder)";

/// Which resource, for which response and event.
#[derive(Debug)]
pub(crate) struct Hold<'a> {
    pub(crate) response: &'static str,
    pub(crate) resource: &'a str,
    /// Whether a newer event's change stands in the way.
    pub(crate) ordered: bool,
    pub(crate) event_id: &'a str,
    pub(crate) event_time: DateTime<Utc>,
    pub(crate) holder: &'a str,
}

/// What taking hold of a resource comes to.
#[derive(Debug)]
pub(crate) enum Holding<'a> {
    /// It is held until this is released.
    Held(Held<'a>),
    /// It was changed for a newer event.
    Superseded(Reason),
}

/// A resource that is held.
#[derive(Debug)]
pub(crate) struct Held<'a> {
    ledger: &'a Ledger,
    id: String,
    holder: String,
    event_id: String,
    event_time: DateTime<Utc>,
    ordered: bool,
    /// Whether an earlier try of this event was about to change it.
    pub(crate) marked: bool,
}

impl Ledger {
    /// Takes hold of a resource.
    ///
    /// # Errors
    /// Another try holds it, or the table can't be reached.
    pub(crate) async fn hold(&self, hold: &Hold<'_>, attempt: &Attempt) -> Result<Holding<'_>, LedgerError> {
        let id = format!("resource#{}#{}", hold.response, hold.resource);
        let held = |id: String, item: &Item| {
            let marked = item.text("lastEvent") == Some(hold.event_id);
            let (holder, event_id) = (hold.holder.to_owned(), hold.event_id.to_owned());
            let (event_time, ordered) = (hold.event_time, hold.ordered);
            Holding::Held(Held { ledger: self, id, holder, event_id, event_time, ordered, marked })
        };
        let mut waits = WAITS.iter();
        loop {
            let now = Utc::now();
            let mut values = vec![
                (":holder", text(hold.holder)),
                (":lease", time(attempt.lease_until())),
                (":expires", expires(now)),
                (":now", time(now)),
            ];
            // DynamoDB refuses a value that no expression uses.
            values.extend(hold.ordered.then(|| (":time", time(hold.event_time))));
            let change = Change {
                update: "SET holder = :holder, leaseUntil = :lease, expires = :expires",
                condition: if hold.ordered { FREE_AND_NOT_NEWER } else { FREE },
                names: &[],
                values,
            };
            let there = match self.change(&id, change).await? {
                Changed::Done(item) => return Ok(held(id, &item)),
                Changed::Not(item) => item,
            };
            if let Some(newest) = there.time("newest").filter(|newest| hold.ordered && *newest > hold.event_time) {
                let (newest, event) = (rfc3339(newest), there.text("newestEvent").unwrap_or("unknown"));
                let message = format!("the resource was changed for a newer event ({event}, of {newest})");
                return Ok(Holding::Superseded(Reason::new("superseded", message)));
            }
            match waits.next() {
                Some(wait) if attempt.too_little().is_none() => tokio::time::sleep(*wait).await,
                _ => {
                    let by = there.text("holder").and_then(|holder| holder.split('#').next()).unwrap_or("unknown");
                    let message = format!("the request {by} is dealing with {} for another event", hold.resource);
                    return Err(LedgerError::InHand(message));
                }
            }
        }
    }
}

impl Held<'_> {
    /// Marks it: it is about to be changed for this event.
    ///
    /// # Errors
    /// The table can't be reached, or another holds it by now.
    pub(crate) async fn mark(&self) -> Result<(), LedgerError> {
        let mut values = vec![(":event", text(self.event_id.as_str())), (":holder", text(self.holder.as_str()))];
        values.extend(self.ordered.then(|| (":time", time(self.event_time))));
        let update = if self.ordered {
            "SET lastEvent = :event, newest = :time, newestEvent = :event"
        } else {
            "SET lastEvent = :event"
        };
        let change = Change { update, condition: "holder = :holder", names: &[], values };
        match self.ledger.change(&self.id, change).await? {
            Changed::Done(_) => Ok(()),
            Changed::Not(_) => Err(LedgerError::InHand(format!("{} is in other hands by now", self.id))),
        }
    }

    /// Lets others have it.
    ///
    /// # Errors
    /// The table can't be reached.
    pub(crate) async fn release(&self) -> Result<(), ApplyError> {
        let change = Change {
            update: "SET leaseUntil = :over",
            condition: "holder = :holder",
            names: &[],
            values: vec![(":over", number(0)), (":holder", text(self.holder.as_str()))],
        };
        // Another's by now: then there is nothing to release.
        self.ledger.change(&self.id, change).await.map(drop)
    }
}

fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
