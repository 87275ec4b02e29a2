//! One resource: held while it is changed, and kept from older events afterwards.
//!
//! Events arrive in any order, and late. Whoever changes a resource notes the time of the event that
//! it did so for; who comes with an older one finds it superseded. Two events for one resource are
//! dealt with one after the other.

use super::item::{expires, number, text, time};
use super::{Change, Changed, Ledger, LedgerError, WAITS};
use crate::ApplyError;
use crate::attempt::Attempt;
use chrono::{DateTime, SecondsFormat, Utc};
use trailhook::Reason;

/// Which resource, for which response and event.
#[derive(Debug)]
pub(crate) struct Hold<'a> {
    pub(crate) response: &'static str,
    pub(crate) resource: &'a str,
    pub(crate) event_id: &'a str,
    pub(crate) event_time: DateTime<Utc>,
    pub(crate) holder: &'a str,
}

/// What taking hold of a resource comes to.
#[derive(Debug)]
pub(crate) enum Holding<'a> {
    /// It is held until this is released.
    Held(Held<'a>),
    /// A newer event has been dealt with.
    Superseded(Reason),
}

/// A resource that is held.
#[derive(Debug)]
pub(crate) struct Held<'a> {
    ledger: &'a Ledger,
    id: String,
    holder: String,
}

impl Ledger {
    /// Takes hold of a resource.
    ///
    /// # Errors
    /// Another try holds it, or the table can't be reached.
    pub(crate) async fn hold(&self, hold: &Hold<'_>, attempt: &Attempt) -> Result<Holding<'_>, LedgerError> {
        let id = format!("resource#{}#{}", hold.response, hold.resource);
        let mut waits = WAITS.iter();
        loop {
            let now = Utc::now();
            let change = Change {
                update: "SET newest = :time, newestEvent = :event, holder = :holder, leaseUntil = :lease, \
                         expires = :expires",
                condition: "(attribute_not_exists(newest) OR newest <= :time) AND \
                            (attribute_not_exists(leaseUntil) OR leaseUntil < :now OR holder = :holder)",
                names: &[],
                values: vec![
                    (":time", time(hold.event_time)),
                    (":event", text(hold.event_id)),
                    (":holder", text(hold.holder)),
                    (":lease", time(attempt.lease_until())),
                    (":expires", expires(now)),
                    (":now", time(now)),
                ],
            };
            let there = match self.change(&id, change).await? {
                Changed::Done(_) => {
                    return Ok(Holding::Held(Held { ledger: self, id, holder: hold.holder.to_owned() }));
                }
                Changed::Not(item) => item,
            };
            if let Some(newest) = there.time("newest").filter(|newest| *newest > hold.event_time) {
                let (newest, event) = (rfc3339(newest), there.text("newestEvent").unwrap_or("unknown"));
                let message = format!("a newer event of the same resource ({event}, of {newest}) was dealt with first");
                return Ok(Holding::Superseded(Reason::new("superseded", message)));
            }
            match waits.next() {
                Some(wait) if attempt.too_little().is_none() => tokio::time::sleep(*wait).await,
                _ => {
                    let event = there.text("newestEvent").unwrap_or("unknown");
                    let message = format!("{} is being changed for the event {event}", hold.resource);
                    return Err(LedgerError::InHand(message));
                }
            }
        }
    }
}

impl Held<'_> {
    /// Lets others have it.
    pub(crate) async fn release(&self) -> Result<(), ApplyError> {
        let change = Change {
            update: "SET leaseUntil = :over",
            condition: "holder = :holder",
            names: &[],
            values: vec![(":over", number(0)), (":holder", text(&self.holder))],
        };
        // Another's by now: then there is nothing to release.
        self.ledger.change(&self.id, change).await.map(drop)
    }
}

fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
