//! Which tags, with which values.

use super::rules::{self, MOST_TAGS, TagKeyError};
use super::template::{Template, TemplateError, Values};
use crate::Call;
use crate::calls::sqs::CreateQueue;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use std::collections::BTreeMap;

type TextMap = BTreeMap<String, String>;

/// The tags that a new queue gets: keys that SQS takes, and templates that have been tried; and those
/// that it must have, whoever puts them on.
#[derive(Clone, Debug)]
pub struct TagSettings {
    tags: Vec<(String, Template)>,
    pub(super) required: Vec<String>,
}

/// What is wrong with the tags asked for.
#[derive(Debug, thiserror::Error)]
pub enum TagProblem {
    /// Not a JSON object of text.
    #[error("not a json object from tag keys to value templates: {0}")]
    Json(#[source] serde_json::Error),
    /// An empty object: a response that would never do anything.
    #[error("no tags at all: leave it unset for the four default tags")]
    None,
    /// More than SQS recommends.
    #[error("{0} tags, and a queue takes at most {MOST_TAGS}")]
    TooMany(usize),
    /// A key SQS would refuse.
    #[error("tag key {key:?}: {problem}")]
    Key {
        /// The key.
        key: String,
        /// What is wrong with it.
        problem: TagKeyError,
    },
    /// A key that stands there twice: which value is meant, nobody can tell.
    #[error("tag key {0:?} is there twice")]
    Twice(String),
    /// A value that can't be used.
    #[error("value of tag {key:?}: {problem}")]
    Template {
        /// The tag's key.
        key: String,
        /// What is wrong with it.
        problem: TemplateError,
    },
}

/// The members of a JSON object in their order, repeated ones too.
struct Members(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a JSON object of text")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

impl TagSettings {
    /// Reads `{"tag key": "value template", …}`.
    ///
    /// ```
    /// use trailhook::responses::tag_new_queue::TagSettings;
    ///
    /// assert!(TagSettings::from_json(r#"{"owner": "{{ actor }}", "team": "payments"}"#).is_ok());
    /// let problems = TagSettings::from_json(r#"{"aws:owner": "{{ actor }}", "who": "{{ wo }}"}"#).unwrap_err();
    /// assert_eq!(problems.len(), 2);
    /// ```
    ///
    /// # Errors
    /// Every problem there is, not only the first.
    pub fn from_json(json: &str) -> Result<TagSettings, Vec<TagProblem>> {
        let Members(members) = serde_json::from_str(json).map_err(|error| vec![TagProblem::Json(error)])?;
        let mut problems = Vec::new();
        if members.is_empty() {
            problems.push(TagProblem::None);
        }
        if members.len() > MOST_TAGS {
            problems.push(TagProblem::TooMany(members.len()));
        }
        let mut tags: Vec<(String, Template)> = Vec::new();
        for (key, source) in members {
            if let Err(problem) = rules::check_key(&key) {
                problems.push(TagProblem::Key { key: key.clone(), problem });
            }
            if tags.iter().any(|(other, _)| *other == key) {
                problems.push(TagProblem::Twice(key.clone()));
            }
            match Template::read(&source) {
                Ok(template) => tags.push((key, template)),
                Err(problem) => problems.push(TagProblem::Template { key, problem }),
            }
        }
        if problems.is_empty() { Ok(TagSettings { tags, required: Vec::new() }) } else { Err(problems) }
    }

    /// The same, and the report names each of these keys that a queue lacks (see [`tag_key`](super::tag_key)).
    #[must_use]
    pub fn requiring(self, required: Vec<String>) -> TagSettings {
        TagSettings { required, ..self }
    }

    /// The tags of this call's queue, cleaned and without those that have no value; and the keys
    /// whose template failed on this record, with the reason.
    pub(super) fn render(&self, call: &Call<CreateQueue>) -> (TextMap, TextMap) {
        let (mut tags, mut failed) = (TextMap::new(), TextMap::new());
        let values = Values::of(call);
        for (key, template) in &self.tags {
            match template.fill(&values).map(|value| rules::clean_value(&value)) {
                Ok(value) if value.is_empty() => {}
                Ok(value) => drop(tags.insert(key.clone(), value)),
                Err(error) => drop(failed.insert(key.clone(), error)),
            }
        }
        (tags, failed)
    }
}

/// Who, when, how and from where.
impl Default for TagSettings {
    fn default() -> Self {
        let default = [
            ("trailhook:created-by", "{{ actor }}"),
            ("trailhook:created-at", "{{ eventTime }}"),
            ("trailhook:created-with", "{{ userAgent }}"),
            ("trailhook:created-from", "{{ sourceIPAddress }}"),
        ];
        let read = |(key, source): (&str, &str)| Some((key.to_owned(), Template::read(source).ok()?));
        // A template of ours that could not be read would be missed by the test below.
        TagSettings { tags: default.into_iter().filter_map(read).collect(), required: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_tags_are_all_there() {
        assert_eq!(TagSettings::default().tags.len(), 4);
    }

    #[test]
    fn every_problem_is_listed() {
        let texts = |json: &str| -> Vec<String> {
            TagSettings::from_json(json).unwrap_err().iter().map(ToString::to_string).collect()
        };
        assert!(texts("[]")[0].starts_with("not a json object"));
        assert!(texts("{}")[0].starts_with("no tags at all"));
        for (value, problem) in [
            (r#""{{ nobody }}""#, "there is no nobody"),
            (r#""{% if actor %}x{% else %}{{ actr }}{% endif %}""#, "there is no actr"),
            (r#""{{ actor""#, "syntax error"),
            (r#""{{ record.userIdentty.type }}""#, "there is no record.userIdentty; the names are eventVersion"),
            (
                r#""{{ record.userIdentity.sessionContext.sessionIsuer.arn }}""#,
                "no record.userIdentity.sessionContext.sess",
            ),
            (r#""{{ who.nme }}""#, "there is no who.nme; the names are kind"),
            (r#""{{ record['userIdentty'].x }}""#, "write record.name for a member of record"),
            (r#""{{ who.role.foo }}""#, "who.role, which is a text"),
            (r#""{{ userAgent.name }}""#, "userAgent, which is a text"),
            (r#""""#, "SQS would not take"),
            (r#""a,b;c""#, "a_b_c"),
            (r#""{actor}""#, "_actor_"),
        ] {
            let problems = texts(&format!(r#"{{"aws:a": "x", "b": {value}, "c": "x", "c": "y"}}"#));
            assert_eq!(problems.len(), 3, "{problems:?}");
            assert!(problems.iter().any(|text| text.contains(problem)), "{problem}: {problems:?}");
        }
        for exempt in ["trailhook:exempt-until", "Trailhook Exempt-Until"] {
            let problems = texts(&format!(r#"{{"{exempt}": "2026-12-01T00:00:00Z"}}"#));
            assert!(problems[0].contains("would exempt the queue"), "{problems:?}");
        }
        for fine in [
            "{{ userAgent[3] }}",
            "{{ eventTime[:10] }} {{ actor | upper }}",
            "{{ record.userIdentity.sessionContext.sessionIssuer.userName }} {{ who.permissionSet }}",
            "{{ record.requestParameters.attributes.KmsMasterKeyId | default('no key') }}",
            "{% for i in range(2) %}x{% endfor %}",
            "payments",
        ] {
            assert!(TagSettings::from_json(&format!(r#"{{"a": "{fine}"}}"#)).is_ok(), "{fine}");
        }
    }
}
