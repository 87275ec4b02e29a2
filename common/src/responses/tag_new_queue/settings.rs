//! Which tags, with which values.

use super::rules::{self, MOST_TAGS, TagKeyError};
use super::template::{self, NAMES, Template};
use crate::Call;
use crate::calls::sqs::CreateQueue;
use std::collections::BTreeMap;

/// The tags that a new queue gets: keys that SQS takes, and templates that have been tried.
#[derive(Clone, Debug)]
pub struct TagSettings {
    tags: Vec<(String, Template)>,
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
    /// A template that can't be read, or names what no record has.
    #[error("value of tag {key:?}: {source}; the names are {NAMES}")]
    Template {
        /// The tag's key.
        key: String,
        /// What is wrong with the template.
        source: minijinja::Error,
    },
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
        let map: BTreeMap<String, String> =
            serde_json::from_str(json).map_err(|error| vec![TagProblem::Json(error)])?;
        let mut problems = Vec::new();
        if map.is_empty() {
            problems.push(TagProblem::None);
        }
        if map.len() > MOST_TAGS {
            problems.push(TagProblem::TooMany(map.len()));
        }
        let mut tags = Vec::new();
        for (key, source) in map {
            if let Err(problem) = rules::check_key(&key) {
                problems.push(TagProblem::Key { key: key.clone(), problem });
            }
            match Template::read(&source) {
                Ok(template) => tags.push((key, template)),
                Err(source) => problems.push(TagProblem::Template { key, source }),
            }
        }
        if problems.is_empty() { Ok(TagSettings { tags }) } else { Err(problems) }
    }

    /// The tags of this call's queue: cleaned, and without those that have no value.
    pub(super) fn render<'a>(&'a self, call: &Call<CreateQueue>) -> impl Iterator<Item = (String, String)> + 'a {
        let values = template::values(call);
        let filled =
            self.tags.iter().map(move |(key, value)| (key.clone(), rules::clean_value(&value.render(&values))));
        filled.filter(|(_, value)| !value.is_empty())
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
        TagSettings { tags: default.into_iter().filter_map(read).collect() }
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
        let both = texts(r#"{"aws:a": "x", "b": "{{ nobody }}", "c": "{{ actor"}"#);
        assert_eq!(both.len(), 3, "{both:?}");
        assert!(both[1].contains("\"b\"") && both[1].contains("sourceIPAddress"), "{}", both[1]);
    }
}
