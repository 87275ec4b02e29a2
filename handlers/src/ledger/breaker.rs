//! The circuit breaker: so many places for actions in a window, and none beyond.
//!
//! The places are members of one item, each with the time at which it was last taken and by whom. A place
//! is free once that time is a window ago, and a little more: the action comes some moments after its
//! place. Taking one is a conditional write on that place, so that any number of functions at once can't
//! take more places than there are.

use super::item::{Item, expires, text, time};
use super::{Change, Changed, Ledger};
use crate::ApplyError;
use chrono::{DateTime, TimeDelta, Utc};
use trailhook::BreakerLimit;

/// The most that an action may come after its place: what an invocation may last.
const LONGEST_DELAY: TimeDelta = TimeDelta::seconds(60);
/// How long a try that tells people may take: then another one may.
const TELLING: TimeDelta = TimeDelta::seconds(30);

/// What asking for a place comes to.
#[derive(Debug)]
pub(crate) enum Slot {
    /// There was one, and it is taken.
    Taken(Place),
    /// There is none before this time.
    None {
        /// When the first place is free again.
        until: DateTime<Utc>,
    },
}

/// A place that was taken, for who can't use it after all.
#[derive(Debug)]
pub(crate) struct Place {
    number: u32,
    by: String,
}

impl Ledger {
    /// Takes a place for one action.
    ///
    /// # Errors
    /// The table can't be reached.
    pub(crate) async fn take_slot(&self, id: &str, limit: BreakerLimit) -> Result<Slot, ApplyError> {
        // Anywhere, so that functions that come at once don't all ask for the same place.
        let mut number = fastrand::u32(0..limit.actions.max(1));
        // Whoever finds a place taken sees all of them; none is freed in the meantime.
        for _ in 0..=limit.actions.saturating_mul(2) {
            let (now, by) = (Utc::now(), token());
            let (taken, taken_by) = (format!("taken{number}"), format!("by{number}"));
            let change = Change {
                update: "SET #taken = :now, #by = :by, expires = :expires",
                condition: "attribute_not_exists(#taken) OR #taken <= :before",
                names: &[("#taken", &taken), ("#by", &taken_by)],
                values: vec![
                    (":now", time(now)),
                    (":by", text(by.as_str())),
                    (":before", time(now - kept(limit))),
                    (":expires", expires(now)),
                ],
            };
            let there = match self.change(id, change).await? {
                Changed::Done(item) => {
                    let place = Place { number, by };
                    // Where the limit was lowered there are places beyond it that still count.
                    let (taken, until) = places_taken(&item, limit, now);
                    if taken <= limit.actions as usize {
                        return Ok(Slot::Taken(place));
                    }
                    self.give_back(id, &place).await?;
                    return Ok(Slot::None { until });
                }
                // A try of the SDK whose answer was lost.
                Changed::Not(item) if item.text(&taken_by) == Some(&by) => {
                    return Ok(Slot::Taken(Place { number, by }));
                }
                Changed::Not(item) => item,
            };
            match free(&there, limit, now) {
                Some(free) => number = free,
                None => return Ok(Slot::None { until: places_taken(&there, limit, now).1 }),
            }
        }
        let message = format!("{id}: every place that was free was taken by another first");
        Err(ApplyError::Transient { call: "dynamodb:UpdateItem", message })
    }

    /// Gives a place back whose action was not done.
    ///
    /// # Errors
    /// The table can't be reached.
    pub(crate) async fn give_back(&self, id: &str, place: &Place) -> Result<(), ApplyError> {
        let (taken, by) = (format!("taken{}", place.number), format!("by{}", place.number));
        let change = Change {
            update: "REMOVE #taken, #by",
            condition: "#by = :by",
            names: &[("#taken", &taken), ("#by", &by)],
            values: vec![(":by", text(place.by.as_str()))],
        };
        self.change(id, change).await.map(drop)
    }

    /// Whether this try is the one that tells people of the open breaker: one in each window, and another
    /// one when it died over it.
    ///
    /// # Errors
    /// The table can't be reached.
    pub(crate) async fn claim_notice(&self, id: &str, limit: BreakerLimit) -> Result<bool, ApplyError> {
        let (now, by) = (Utc::now(), token());
        let change = Change {
            update: "SET telling = :until, tellingBy = :by",
            condition: "(attribute_not_exists(noticed) OR noticed <= :before) AND \
                        (attribute_not_exists(telling) OR telling < :now)",
            names: &[],
            values: vec![
                (":until", time(now + TELLING)),
                (":by", text(by.as_str())),
                (":before", time(now - limit.window)),
                (":now", time(now)),
            ],
        };
        Ok(match self.change(id, change).await? {
            Changed::Done(_) => true,
            // A try of the SDK whose answer was lost.
            Changed::Not(item) => item.text("tellingBy") == Some(&by),
        })
    }

    /// People were told, or they could not be: then the next one may try.
    ///
    /// # Errors
    /// The table can't be reached.
    pub(crate) async fn settle_notice(&self, id: &str, told: bool) -> Result<(), ApplyError> {
        let now = vec![(":now", time(Utc::now()))];
        let (update, values) = if told {
            ("SET noticed = :now REMOVE telling, tellingBy", now)
        } else {
            ("REMOVE telling, tellingBy", vec![])
        };
        let change = Change { update, condition: "attribute_exists(id)", names: &[], values };
        self.change(id, change).await.map(drop)
    }
}

fn token() -> String {
    format!("{:016x}", fastrand::u64(..))
}

/// How long a place is kept: the window, and what an action may come after it.
fn kept(limit: BreakerLimit) -> TimeDelta {
    limit.window + (limit.window / 10).min(LONGEST_DELAY)
}

/// One of the places that are free, if fewer than the limit are taken.
fn free(there: &Item, limit: BreakerLimit, now: DateTime<Utc>) -> Option<u32> {
    if places_taken(there, limit, now).0 >= limit.actions as usize {
        return None;
    }
    let is_free = |place: &u32| there.time(&format!("taken{place}")).is_none_or(|taken| taken + kept(limit) <= now);
    let free: Vec<u32> = (0..limit.actions).filter(is_free).collect();
    fastrand::choice(&free).copied()
}

/// How many places are taken, beyond the limit too, and when the first of them is free again.
fn places_taken(there: &Item, limit: BreakerLimit, now: DateTime<Utc>) -> (usize, DateTime<Utc>) {
    let until = (0..BreakerLimit::MOST).filter_map(|place| there.time(&format!("taken{place}")));
    let until: Vec<_> = until.map(|taken| taken + kept(limit)).filter(|until| *until > now).collect();
    (until.len(), until.into_iter().min().unwrap_or(now + kept(limit)))
}
