//! Tags, which every service writes in its own way.
//!
//! `{"key": …, "value": …}` with both letters small or capital, `tagKey` with `tagValue` (KMS), or a map
//! from key to value; and EC2's lists by resource type. All become one map. A key that is there twice is
//! refused: nobody can tell which of the values the service took.

use super::List;
use super::text::{self, TextMap};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The tags that an EC2 call gives to what it makes, for one type of resource.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TagSpecification {
    /// As in `instance` or `volume`.
    #[serde(alias = "ResourceType")]
    pub resource_type: Option<String>,
    /// The tags.
    #[serde(default, alias = "Tag", deserialize_with = "any")]
    pub tags: TextMap,
}

/// One tag in a list.
#[derive(Deserialize)]
struct Tag {
    #[serde(alias = "Key", alias = "tagKey", alias = "TagKey", deserialize_with = "text::scalar")]
    key: String,
    #[serde(default, alias = "Value", alias = "tagValue", alias = "TagValue", deserialize_with = "text::optional")]
    value: Option<String>,
}

/// For `deserialize_with`: tags in any of their forms; null and absent ones are none.
pub(super) fn any<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TextMap, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    let json = raw.get();
    let in_list = ["\"items\"", "\"item\"", "\"Key\"", "\"key\""].iter().any(|name| json.contains(name));
    if json.starts_with('{') && !in_list {
        let mut map = serde_json::Deserializer::from_str(json);
        return Ok(text::map(&mut map).map_err(Error::custom)?.unwrap_or_default());
    }
    let tags: List<Tag> = serde_json::from_str(json).map_err(Error::custom)?;
    let mut map = TextMap::new();
    for tag in tags.iter() {
        if map.insert(tag.key.clone(), tag.value.clone().unwrap_or_default()).is_some() {
            return Err(Error::custom(format!("duplicate tag `{}`", tag.key)));
        }
    }
    Ok(map)
}
