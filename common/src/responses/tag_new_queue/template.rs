//! A tag's value as a template over the record.
//!
//! The language is minijinja's; a name that no record has fails when the template is read, not when
//! the first queue is made. The names are CloudTrail's own, and those of the [`Actor`]: the short ones
//! are text, `record` is the whole record and `who` the actor with all that is known of them.

use super::rules::clean_value;
use crate::calls::sqs::CreateQueue;
use crate::{Actor, Call, Record, SessionContext, SessionIssuer, UserIdentity, Who};
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use serde_json::Value as Json;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;

/// The names that stand for a text.
const TEXTS: [&str; 12] = [
    "actor",
    "actorKind",
    "through",
    "principalArn",
    "eventTime",
    "eventID",
    "eventName",
    "sourceIPAddress",
    "userAgent",
    "awsRegion",
    "accountId",
    "queueName",
];

/// The names that stand for an object, and the members of which a misspelt one would never have a value.
/// What a service puts into a record is not listed: requestParameters, responseElements.
const OBJECTS: [(&str, &[&str]); 5] = [
    ("record", Record::MEMBERS),
    ("record.userIdentity", UserIdentity::MEMBERS),
    ("record.userIdentity.sessionContext", SessionContext::MEMBERS),
    ("record.userIdentity.sessionContext.sessionIssuer", SessionIssuer::MEMBERS),
    ("who", &Who::MEMBERS),
];

/// What the language itself names.
const GLOBALS: [&str; 3] = ["dict", "namespace", "range"];

/// A template that has been read and tried.
#[derive(Clone, Debug)]
pub(super) struct Template {
    source: String,
    form: Form,
}

/// How a value comes out of it.
#[derive(Clone, Copy, Debug)]
enum Form {
    /// It has no placeholder.
    Constant,
    /// One of the texts and nothing else, which needs no language; most templates are like that.
    Text(&'static str),
    /// By the language.
    Language,
}

/// Why a template can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// It can't be read, or fails on a record that has everything.
    #[error("{0}")]
    Language(#[from] minijinja::Error),
    /// It names what no record has.
    #[error("there is no {name}; the names are {there}")]
    Name {
        /// The name, with what stands before it.
        name: String,
        /// Those there are.
        there: String,
    },
    /// A member is named in brackets, where nobody sees whether there is one of that name.
    #[error("write {0}.name for a member of {0}, and not {0}[...]")]
    Brackets(&'static str),
    /// It has no placeholders, and SQS would not take it as it is.
    #[error("it is always {0:?}, which SQS would not take: it would be written as {1:?}")]
    Constant(String, String),
}

impl Template {
    /// Reads a template: every name in every branch of it, and all of it on a record that has
    /// everything.
    pub(super) fn read(source: &str) -> Result<Template, TemplateError> {
        let template = Template { source: source.to_owned(), form: Form::of(source) };
        if matches!(template.form, Form::Constant) {
            let cleaned = clean_value(source);
            let taken = cleaned == source && !cleaned.is_empty();
            return if taken { Ok(template) } else { Err(TemplateError::Constant(source.to_owned(), cleaned)) };
        }
        if let Some((object, _)) = OBJECTS.iter().find(|(object, _)| source.contains(&format!("{object}["))) {
            return Err(TemplateError::Brackets(object));
        }
        for path in language().template_from_str(source)?.undeclared_variables(true) {
            check(&path)?;
        }
        language().render_str(
            source,
            context! {
                actor => "Developer/alice", actorKind => "role-session", through => "cloudformation.amazonaws.com",
                principalArn => "arn:aws:iam::111122223333:role/Developer", eventTime => "2026-11-02T09:30:00Z",
                eventID => "989b3431-2f7a-43a7-b681-b9855074b288", eventName => "CreateQueue",
                sourceIPAddress => "203.0.113.24", userAgent => "aws-cli/2.35.11 md/awscrt#0.31.2",
                awsRegion => "eu-west-1", accountId => "111122223333", queueName => "orders",
                who => context! { kind => "role-session", role => "Developer", session => "alice" },
                record => context! { eventName => "CreateQueue", userIdentity => context! { type => "AssumedRole" } },
            },
        )?;
        Ok(template)
    }

    /// The value for this call; empty where the record lacks what the template names.
    ///
    /// A filter may dislike a record's value: then there is an error, and no value.
    pub(super) fn fill(&self, values: &Values<'_>) -> Result<String, String> {
        match self.form {
            Form::Constant => Ok(self.source.clone()),
            Form::Text(name) => Ok(values.text(name).into_owned()),
            Form::Language => {
                let all = values.all(self.source.contains("record")).map_err(|error| error.to_string())?;
                language().render_str(&self.source, all).map_err(|error| error.to_string())
            }
        }
    }
}

impl Form {
    fn of(source: &str) -> Form {
        let named = source.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")).map(str::trim);
        if let Some(name) = TEXTS.into_iter().find(|name| named == Some(*name)) {
            return Form::Text(name);
        }
        if ["{{", "{%", "{#"].iter().any(|mark| source.contains(mark)) { Form::Language } else { Form::Constant }
    }
}

/// Whether a path that a template uses can have a value.
fn check(path: &str) -> Result<(), TemplateError> {
    let no = |name: &str, there: String| Err(TemplateError::Name { name: name.to_owned(), there });
    let (head, rest) = path.split_once('.').map_or((path, None), |(head, rest)| (head, Some(rest)));
    let object = |name: &str| OBJECTS.iter().find(|(object, _)| *object == name).map(|(_, members)| *members);
    if object(head).is_none() {
        let known = TEXTS.contains(&head) || GLOBALS.contains(&head);
        return match rest {
            _ if !known => no(head, format!("{}, record and who", TEXTS.join(", "))),
            Some(_) if TEXTS.contains(&head) => {
                no(path, format!("{head}, which is a text, and those in record and who"))
            }
            _ => Ok(()),
        };
    }
    let mut before = head.to_owned();
    for member in rest.into_iter().flat_map(|rest| rest.split('.')) {
        let Some(members) = object(&before) else {
            // What a service puts into a record may have any members; the parts of an actor are texts.
            return if head == "who" { no(path, format!("{before}, which is a text")) } else { Ok(()) };
        };
        if !members.contains(&member) {
            return no(&format!("{before}.{member}"), format!("{} in {before}", members.join(", ")));
        }
        before = format!("{before}.{member}");
    }
    Ok(())
}

fn language() -> Environment<'static> {
    let mut language = Environment::new();
    // A record has what it has: an IAM user's has no session, and then there is no such tag.
    language.set_undefined_behavior(UndefinedBehavior::Chainable);
    // Loops within loops would keep a function from starting.
    language.set_fuel(Some(50_000));
    language
}

/// What a call's record says under each name.
pub(super) struct Values<'a> {
    call: &'a Call<CreateQueue>,
    actor: Option<Actor>,
    /// The whole record is work to lay out.
    record: OnceCell<Value>,
}

impl<'a> Values<'a> {
    pub(super) fn of(call: &'a Call<CreateQueue>) -> Values<'a> {
        Values { call, actor: call.record.user_identity.get().map(Actor::of), record: OnceCell::new() }
    }

    /// One of the texts; empty where the record has none.
    fn text(&self, name: &str) -> Cow<'_, str> {
        let record = &self.call.record;
        let text = match name {
            "actor" => return Cow::Owned(self.actor.as_ref().map(Actor::short_name).unwrap_or_default()),
            "actorKind" => self.actor.as_ref().map(Actor::kind),
            "through" => self.actor.as_ref().and_then(|actor| actor.through.as_deref()),
            "principalArn" => record.user_identity.get().and_then(UserIdentity::principal_arn),
            "eventTime" => record.event_time.text(),
            "eventID" => record.event_id.text(),
            "eventName" => record.event_name.text(),
            "sourceIPAddress" => record.source_ip_address.text(),
            "userAgent" => record.user_agent.text(),
            "awsRegion" => record.aws_region.text(),
            "accountId" => record.recipient_account_id.text(),
            "queueName" => self.call.request.known().map(|request| request.queue_name.as_str()),
            _ => None,
        };
        Cow::Borrowed(text.unwrap_or_default())
    }

    /// All that a template may name, the record only where it is needed.
    ///
    /// # Errors
    /// The record is nested too deeply to be laid out.
    fn all(&self, with_record: bool) -> Result<Value, serde_json::Error> {
        let record = match self.record.get() {
            _ if !with_record => Value::UNDEFINED,
            Some(record) => record.clone(),
            // By way of JSON: the record holds parts that are JSON text still.
            None => {
                let json = without_nulls(serde_json::to_value(&self.call.record)?);
                self.record.get_or_init(|| Value::from(Serde(json))).clone()
            }
        };
        let texts = TEXTS.into_iter().map(|name| (name, Value::from(&*self.text(name))));
        let objects = [("record", record), ("who", Value::from(self.actor.clone().map(Serde)))];
        Ok(Value::from(texts.chain(objects).collect::<BTreeMap<&str, Value>>()))
    }
}

/// What is null is as good as not there; the language would write it as a word.
fn without_nulls(value: Json) -> Json {
    match value {
        Json::Object(members) => {
            let there = members.into_iter().filter(|(_, member)| !member.is_null());
            Json::Object(there.map(|(name, member)| (name, without_nulls(member))).collect())
        }
        Json::Array(elements) => Json::Array(elements.into_iter().map(without_nulls).collect()),
        other => other,
    }
}
