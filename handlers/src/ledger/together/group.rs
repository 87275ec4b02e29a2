//! The item of a group: how many there were, who carries, and who has not told yet.

use super::super::item::{Item, expires, number, text, time};
use super::super::{Change, Changed, Ledger};
use super::{LOST, TRIES};
use crate::ApplyError;
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;

impl Ledger {
    /// Counts an event in, in the window that is open or in a new one. A window with a carrier stays open
    /// until the carrier has gone.
    pub(super) async fn count(&self, group: &str, window: TimeDelta) -> Result<Item, ApplyError> {
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

    /// Puts a carrier on the group, in place of one that is lost and for which no more than this was counted.
    pub(super) async fn appoint(
        &self,
        group: &str,
        event_id: &str,
        lost: Option<(&str, i64)>,
        now: DateTime<Utc>,
    ) -> Result<Changed, ApplyError> {
        let mut values = vec![(":event", text(event_id)), (":now", time(now)), (":none", number(0))];
        values.extend(lost.into_iter().flat_map(|(lost, more)| [(":lost", text(lost)), (":more", number(more))]));
        let change = Change {
            update: "SET carrier = :event, carrierSince = :now, untold.#event = :now, more = :none REMOVE #full",
            condition: if lost.is_some() {
                "carrier = :lost AND (attribute_not_exists(more) OR more = :more)"
            } else {
                "attribute_not_exists(carrier)"
            },
            names: &[("#event", event_id), ("#full", "full")],
            values,
        };
        self.change(group, change).await
    }

    /// Says that a carrier has no room for another sentence; not, when it is the carrier no more.
    pub(super) async fn fill(&self, group: &str, by: &str) -> Result<bool, ApplyError> {
        let change = Change {
            update: "SET #full = :by",
            condition: "carrier = :by",
            names: &[("#full", "full")],
            values: vec![(":by", text(by))],
        };
        Ok(matches!(self.change(group, change).await?, Changed::Done(_)))
    }

    /// Counts an event that a full carrier tells of; not, when it is the carrier no more.
    pub(super) async fn overflow(&self, group: &str, by: &str) -> Result<Changed, ApplyError> {
        let change = Change {
            update: "SET more = more + :one",
            condition: "carrier = :by",
            names: &[],
            values: vec![(":one", number(1)), (":by", text(by))],
        };
        self.change(group, change).await
    }

    /// The group without this carrier; not, where another has taken its place or it is gone already.
    pub(super) async fn let_go(&self, group: &str, event_id: &str) -> Result<Changed, ApplyError> {
        let change = Change {
            update: "REMOVE carrier, carrierSince",
            condition: "carrier = :event",
            names: &[],
            values: vec![(":event", text(event_id))],
        };
        self.change(group, change).await
    }

    /// The carriers that have not told for too long, but for this one.
    pub(super) async fn lost(&self, group: &str, own: &str) -> Result<Vec<String>, ApplyError> {
        let now = Utc::now();
        let change = Change {
            update: "SET expires = :expires",
            condition: "attribute_exists(untold)",
            names: &[],
            values: vec![(":expires", expires(now))],
        };
        let (Changed::Done(there) | Changed::Not(there)) = self.change(group, change).await?;
        let before = (now - LOST).timestamp_millis();
        let untold = there.map("untold").into_iter().flatten();
        let since = untold.filter_map(|(event, since)| Some((event, since.as_n().ok()?.parse::<i64>().ok()?)));
        let lost = since.filter(|(event, since)| *event != own && *since < before);
        Ok(lost.map(|(event, _)| event.clone()).take(TRIES).collect())
    }

    /// Takes a carrier off the list of those that have not told.
    pub(super) async fn has_told(&self, group: &str, carrier: &str) -> Result<(), ApplyError> {
        let change = Change {
            update: "REMOVE untold.#event",
            condition: "attribute_exists(untold.#event)",
            names: &[("#event", carrier)],
            values: Vec::new(),
        };
        // Off the list already: then there is nothing to take off.
        self.change(group, change).await.map(drop)
    }
}
