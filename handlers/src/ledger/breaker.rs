//! The circuit breaker: so many places for actions in a window, and none beyond.
//!
//! The places are members of one item, each with the time at which it was last taken. A place is free
//! once that time is a window ago. Taking one is a conditional write on that place, so that any number
//! of functions at once can't take more places than there are, and in no stretch of the window's length
//! is a place taken twice.

use super::item::{Item, expires, text, time};
use super::{Change, Changed, Ledger};
use crate::ApplyError;
use chrono::{DateTime, Utc};
use trailhook::BreakerLimit;

/// What asking for a place comes to.
#[derive(Debug)]
pub(crate) enum Slot {
    /// There was one, and it is taken.
    Taken,
    /// There is none before this time.
    None {
        /// When the first place is free again.
        until: DateTime<Utc>,
    },
}

impl Ledger {
    /// Takes a place for one action.
    ///
    /// # Errors
    /// The table can't be reached.
    pub(crate) async fn take_slot(&self, id: &str, limit: BreakerLimit) -> Result<Slot, ApplyError> {
        // Anywhere, so that functions that come at once don't all ask for the same place.
        let mut place = fastrand::u32(0..limit.actions.max(1));
        // Whoever finds a place taken sees all of them; none is freed in the meantime.
        for _ in 0..=limit.actions.saturating_mul(2) {
            let now = Utc::now();
            let name = format!("taken{place}");
            let change = Change {
                update: "SET #place = :now, expires = :expires",
                condition: "attribute_not_exists(#place) OR #place <= :before",
                names: &[("#place", &name)],
                values: vec![(":now", time(now)), (":before", time(now - limit.window)), (":expires", expires(now))],
            };
            let there = match self.change(id, change).await? {
                Changed::Done(_) => return Ok(Slot::Taken),
                Changed::Not(item) => item,
            };
            match free(&there, limit, now) {
                Ok(free) => place = free,
                Err(until) => return Ok(Slot::None { until }),
            }
        }
        let message = format!("{id}: every place that was free was taken by another first");
        Err(ApplyError::Transient { call: "dynamodb:UpdateItem", message })
    }

    /// Whether this try is the one that tells people of the open breaker: one in each window.
    ///
    /// # Errors
    /// The table can't be reached.
    pub(crate) async fn claim_notice(&self, id: &str, limit: BreakerLimit) -> Result<bool, ApplyError> {
        let (now, by) = (Utc::now(), format!("{:016x}", fastrand::u64(..)));
        let change = Change {
            update: "SET noticed = :now, noticedBy = :by",
            condition: "attribute_not_exists(noticed) OR noticed <= :before",
            names: &[],
            values: vec![(":now", time(now)), (":by", text(by.as_str())), (":before", time(now - limit.window))],
        };
        Ok(match self.change(id, change).await? {
            Changed::Done(_) => true,
            // A try of the SDK whose answer was lost.
            Changed::Not(item) => item.text("noticedBy") == Some(&by),
        })
    }

    /// The notice could not be published: the next one may try.
    ///
    /// # Errors
    /// The table can't be reached.
    pub(crate) async fn unclaim_notice(&self, id: &str) -> Result<(), ApplyError> {
        let change = Change {
            update: "REMOVE noticed",
            condition: "attribute_exists(noticed) AND id = :id",
            names: &[],
            values: vec![(":id", text(id))],
        };
        self.change(id, change).await.map(drop)
    }
}

/// One of the places that are free, or when the first one is.
fn free(there: &Item, limit: BreakerLimit, now: DateTime<Utc>) -> Result<u32, DateTime<Utc>> {
    let free_from = |place: u32| there.time(&format!("taken{place}")).map(|taken| taken + limit.window);
    let free: Vec<u32> = (0..limit.actions).filter(|place| free_from(*place).is_none_or(|from| from <= now)).collect();
    if let Some(place) = fastrand::choice(&free) {
        return Ok(*place);
    }
    Err((0..limit.actions).filter_map(free_from).min().unwrap_or(now + limit.window))
}
