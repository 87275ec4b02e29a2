//! What one call says of an attribute or a tag: a value, nothing, or that nobody can tell.

use super::default_of;
use super::effect::Effect;
use super::previous::{Before, Called};
use crate::calls::TextMap;
use chrono::{DateTime, Utc};

/// An attribute or a tag.
#[derive(Clone, Copy)]
pub(super) enum Of<'a> {
    Attribute(&'a str),
    Tag(&'a str),
}

/// What one call says of an attribute or a tag.
pub(super) enum Said {
    /// Nothing.
    Nothing,
    /// This is what it was after the call.
    Value(Option<String>),
    /// It may have changed it, nobody can tell to what.
    Unclear(&'static str),
}

impl Before<'_> {
    pub(super) fn said(&self, index: usize, called: &Called<'_>, of: Of<'_>) -> Said {
        match (called.effect, of) {
            (Effect::Untold { .. }, _) => Said::Unclear("CloudTrail left its parameters out"),
            (Effect::DeleteQueue, _) => Said::Unclear("it deleted the queue, and who made it again is not known"),
            (Effect::CreateQueue { attributes, tags }, of) => {
                self.said_by_creation(index, called.at, attributes, tags, of)
            }
            (Effect::SetQueueAttributes { attributes }, Of::Attribute(name)) => set(attributes, name),
            (Effect::Forgotten { attributes, tags, .. }, of) => forgotten(attributes, tags, of),
            (Effect::AddPermission { .. } | Effect::RemovePermission { .. }, Of::Attribute("Policy")) => {
                Said::Unclear("it changed the policy, of which no snapshot was taken since")
            }
            (Effect::TagQueue { tags }, Of::Tag(key)) => {
                tags.get(key).map_or(Said::Nothing, |value| Said::Value(Some(value.clone())))
            }
            (Effect::UntagQueue { tag_keys }, Of::Tag(key)) if tag_keys.iter().any(|untagged| untagged == key) => {
                Said::Value(None)
            }
            _ => Said::Nothing,
        }
    }

    fn said_by_creation(
        &self,
        index: usize,
        at: DateTime<Utc>,
        attributes: &TextMap,
        tags: &TextMap,
        of: Of<'_>,
    ) -> Said {
        const EITHER: &str = "nobody knows whether it made the queue or found it there";
        // Found or made, the queue has the attributes it was asked for with.
        if let Of::Attribute(name) = of
            && !matches!(set(attributes, name), Said::Nothing)
        {
            return set(attributes, name);
        }
        match (self.made_queue(index, at), of) {
            (Some(false), _) => Said::Nothing,
            (Some(true), Of::Attribute(name)) => match default_of(name, at) {
                Ok(value) => Said::Value(value.map(str::to_owned)),
                Err(why) => Said::Unclear(why),
            },
            (Some(true), Of::Tag(key)) => Said::Value(tags.get(key).cloned()),
            (None, _) => Said::Unclear(EITHER),
        }
    }

    /// Whether a CreateQueue made the queue: its own time says so, or that it was deleted before.
    fn made_queue(&self, index: usize, at: DateTime<Utc>) -> Option<bool> {
        if let Some(created) = self.created {
            let since = at.timestamp() - created;
            return match since {
                -1..=1 => Some(true),
                2.. => Some(false),
                // The queue that was there at the event was made later, by a call that nobody told of.
                _ => None,
            };
        }
        let earlier = self.calls.get(index + 1..)?;
        let lifecycle =
            |called: &&Called<'_>| matches!(called.effect, Effect::CreateQueue { .. } | Effect::DeleteQueue);
        let last = earlier.iter().find(lifecycle)?;
        matches!(last.effect, Effect::DeleteQueue).then_some(true)
    }
}

/// What is said by a call whose values are not kept.
fn forgotten(attributes: &[String], tags: &[String], of: Of<'_>) -> Said {
    const ENCRYPTION: [&str; 2] = ["KmsMasterKeyId", "SqsManagedSseEnabled"];
    let has_set = match of {
        Of::Attribute(name) if ENCRYPTION.contains(&name) => {
            attributes.iter().any(|set| ENCRYPTION.contains(&set.as_str()))
        }
        Of::Attribute(name) => attributes.iter().any(|set| set == name),
        Of::Tag(key) => tags.iter().any(|set| set == key),
    };
    if has_set { Said::Unclear("what it set is not kept, for there were too many calls") } else { Said::Nothing }
}

/// What attributes that were set say of one: encryption by KMS and by SQS itself exclude each other.
fn set(attributes: &TextMap, name: &str) -> Said {
    if let Some(value) = attributes.get(name) {
        return Said::Value(Some(value.clone()).filter(|value| !value.is_empty()));
    }
    let key = attributes.get("KmsMasterKeyId").map(String::as_str);
    let own = attributes.get("SqsManagedSseEnabled").map(String::as_str);
    match (name, key, own) {
        ("SqsManagedSseEnabled", Some(""), _) => {
            Said::Unclear("it took the key away, and what encrypts since is not known")
        }
        ("SqsManagedSseEnabled", Some(_), _) => Said::Value(Some("false".to_owned())),
        ("KmsMasterKeyId", _, Some("true")) => Said::Value(None),
        _ => Said::Nothing,
    }
}
