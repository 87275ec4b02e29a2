//! The item of a carrier: the sentences that it brings.

use super::super::item::{expires, number, text, time};
use super::super::{Change, Changed, Ledger};
use super::MOST;
use crate::ApplyError;
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap};
use trailhook::responses::notify::Alike;

/// What a closed carrier had.
pub(super) enum Along {
    /// These sentences, and how many more if that is known.
    Lines(BTreeMap<String, String>, Option<u64>),
    /// Another event brings them.
    BroughtBy(String),
    /// It is none.
    Nothing,
}

/// What joining a carrier comes to.
pub(super) enum Joined {
    /// Its sentence stands there.
    Yes,
    /// There is no room for another.
    Full,
    /// The carrier has gone.
    Gone,
}

impl Ledger {
    /// Makes the item of an event that is about to be a carrier.
    pub(super) async fn prepare(&self, group: &str, alike: &Alike, now: DateTime<Utc>) -> Result<(), ApplyError> {
        // Its own stands among them, for who may have to bring it.
        let held = HashMap::from([(alike.event_id.clone(), text(alike.line.as_str()))]);
        let change = Change {
            update: "SET held = if_not_exists(held, :held), expires = :expires",
            condition: "attribute_not_exists(closed)",
            names: &[],
            values: vec![(":held", AttributeValue::M(held)), (":expires", expires(now))],
        };
        // One that is closed was brought: whoever joins it finds that out.
        self.change(&own_id(group, &alike.event_id), change).await.map(drop)
    }

    /// Puts an event among those that another one brings.
    pub(super) async fn join(&self, group: &str, by: &str, alike: &Alike) -> Result<Joined, ApplyError> {
        let change = Change {
            update: "SET held.#event = :line",
            condition: "attribute_exists(held) AND attribute_not_exists(closed) AND size(held) < :most",
            names: &[("#event", alike.event_id.as_str())],
            values: vec![(":line", text(alike.line.as_str())), (":most", number(MOST))],
        };
        let there = match self.change(&own_id(group, by), change).await? {
            Changed::Done(_) => return Ok(Joined::Yes),
            Changed::Not(there) => there,
        };
        Ok(match there.map("held") {
            Some(held) if held.contains_key(&alike.event_id) => Joined::Yes,
            Some(held) if held.len() >= MOST && there.number("closed").is_none() => Joined::Full,
            _ => Joined::Gone,
        })
    }

    /// Notes how many more a carrier brings, for its later tries: the group counts for others by then.
    pub(super) async fn note_more(&self, group: &str, event_id: &str, more: u64) -> Result<(), ApplyError> {
        let change = Change {
            update: "SET more = :more",
            condition: "attribute_exists(held)",
            names: &[],
            values: vec![(":more", number(more))],
        };
        // It was there a moment ago, and stays for days.
        self.change(&own_id(group, event_id), change).await.map(drop)
    }

    /// What a carrier has: nobody joins it any more. With an heir, the heir brings it from now on; in the place of
    /// an heir that is lost itself, if that is the one it has.
    pub(super) async fn take_along(
        &self,
        group: &str,
        event_id: &str,
        heir: Option<&str>,
        in_place_of: Option<&str>,
    ) -> Result<Along, ApplyError> {
        let mut values = vec![(":now", time(Utc::now()))];
        values.extend(heir.map(|heir| (":heir", text(heir))));
        // Its own once more, where there is no other.
        values.extend(heir.map(|heir| (":lost", text(in_place_of.unwrap_or(heir)))));
        let change = Change {
            update: if heir.is_some() { "SET closed = :now, heir = :heir" } else { "SET closed = :now" },
            condition: if heir.is_some() {
                "attribute_exists(held) AND (attribute_not_exists(heir) OR heir = :heir OR heir = :lost)"
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
}

fn own_id(group: &str, event_id: &str) -> String {
    format!("{group}#{event_id}")
}
