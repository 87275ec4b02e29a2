//! Items that expire: the service keeps them for ever, in memory, and a stage may be up for long.
//!
//! Those that were written last are kept, so many of them; the others go as if their time were over, the
//! one first that nobody wrote to for longest. Of an item without a time to live nothing is forgotten.

use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

/// How many items with a time to live are kept: what is under way on a stage is far less.
const KEPT: usize = 2_000;

/// The items that expire.
#[derive(Debug, Default)]
pub(super) struct Expiring {
    /// By table, the attribute that says when.
    attributes: HashMap<String, String>,
    /// By table and key, when it was written last.
    written: HashMap<(String, String), u64>,
    /// The other way round, the oldest first.
    order: BTreeMap<u64, (String, String)>,
    writes: u64,
}

impl Expiring {
    /// Learns from a call that went well: the item that goes for it, as `DeleteItem` is asked for it.
    pub(super) fn note(&mut self, action: &str, body: &Value) -> Option<Value> {
        let table = body.get("TableName")?.as_str()?;
        match action {
            "UpdateTimeToLive" => {
                let specification = body.get("TimeToLiveSpecification")?;
                let attribute = specification.get("AttributeName")?.as_str()?;
                self.attributes.insert(table.to_owned(), attribute.to_owned());
                None
            }
            "UpdateItem" => self.written(table, body.get("Key")?, body),
            _ => None,
        }
    }

    fn written(&mut self, table: &str, key: &Value, body: &Value) -> Option<Value> {
        let attribute = self.attributes.get(table)?;
        let update = body.get("UpdateExpression").and_then(Value::as_str).unwrap_or_default();
        let place = (table.to_owned(), key.to_string());
        let before = self.written.get(&place).copied();
        // Whoever sets the time says so; whoever writes to an item that has one keeps it alive.
        if before.is_none() && !update.contains(&format!("{attribute} =")) {
            return None;
        }
        if let Some(before) = before {
            self.order.remove(&before);
        }
        self.writes += 1;
        self.written.insert(place.clone(), self.writes);
        self.order.insert(self.writes, place);
        if self.order.len() <= KEPT {
            return None;
        }
        let (_, oldest) = self.order.pop_first()?;
        self.written.remove(&oldest);
        let key: Value = serde_json::from_str(&oldest.1).ok()?;
        Some(json!({ "TableName": oldest.0, "Key": key }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(number: usize, expression: &str) -> Value {
        json!({ "TableName": "t", "Key": { "id": { "S": number.to_string() } }, "UpdateExpression": expression })
    }

    #[test]
    fn the_oldest_goes_and_what_has_no_time_stays() {
        let mut expiring = Expiring::default();
        assert_eq!(expiring.note("UpdateItem", &update(0, "SET expires = :e")), None, "the table has no time to live");
        let specification =
            json!({ "TableName": "t", "TimeToLiveSpecification": { "AttributeName": "expires", "Enabled": true } });
        expiring.note("UpdateTimeToLive", &specification);
        for number in 0..KEPT {
            assert_eq!(expiring.note("UpdateItem", &update(number, "SET a = :a, expires = :e")), None);
        }
        assert_eq!(expiring.note("UpdateItem", &update(KEPT, "SET a = :a")), None, "it does not expire");
        assert_eq!(expiring.note("UpdateItem", &update(0, "SET a = :a")), None, "it was there");
        let gone = expiring.note("UpdateItem", &update(KEPT + 1, "SET expires = :e")).unwrap();
        assert_eq!(
            gone,
            json!({ "TableName": "t", "Key": { "id": { "S": "1" } } }),
            "the first one was written to since"
        );
    }
}
