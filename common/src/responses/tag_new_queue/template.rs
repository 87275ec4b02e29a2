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
        let template = Template { source: source.to_owned() };
        if template.is_constant() {
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
        template.fill(&context! {
            actor => "Developer/alice", actorKind => "role-session", through => "cloudformation.amazonaws.com",
            principalArn => "arn:aws:iam::111122223333:role/Developer", eventTime => "2026-11-02T09:30:00Z",
            eventID => "989b3431-2f7a-43a7-b681-b9855074b288", eventName => "CreateQueue",
            sourceIPAddress => "203.0.113.24", userAgent => "aws-cli/2.35.11 md/awscrt#0.31.2",
            awsRegion => "eu-west-1", accountId => "111122223333", queueName => "orders",
            who => context! { kind => "role-session", role => "Developer", session => "alice" },
            record => context! { eventName => "CreateQueue", userIdentity => context! { type => "AssumedRole" } },
        })?;
        Ok(template)
    }

    /// The value for this call; empty where the record lacks what the template names.
    ///
    /// A filter may dislike a record's value: then there is an error, and no value.
    pub(super) fn fill(&self, values: &Value) -> Result<String, minijinja::Error> {
        if self.is_constant() { Ok(self.source.clone()) } else { language().render_str(&self.source, values) }
    }

    /// Whether it may need the whole record, which is work to lay out.
    pub(super) fn needs_record(&self) -> bool {
        self.source.contains("record")
    }

    fn is_constant(&self) -> bool {
        !["{{", "{%", "{#"].iter().any(|mark| self.source.contains(mark))
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

/// What a call's record says under each name; the whole record only where it is needed.
///
/// # Errors
/// The record is nested too deeply to be laid out.
pub(super) fn values(call: &Call<CreateQueue>, with_record: bool) -> Result<Value, serde_json::Error> {
    let record = &call.record;
    let identity = record.user_identity.get();
    let actor = identity.map(Actor::of);
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    // By way of JSON: the record holds parts that are JSON text still.
    let whole =
        if with_record { Value::from(Serde(without_nulls(serde_json::to_value(record)?))) } else { Value::UNDEFINED };
    Ok(context! {
        record => whole,
        who => actor.as_ref().map(|actor| Value::from(Serde(actor))),
        actor => actor.as_ref().map(Actor::short_name).unwrap_or_default(),
        actorKind => text(actor.as_ref().map(Actor::kind)),
        through => text(actor.as_ref().and_then(|actor| actor.through.as_deref())),
        principalArn => text(identity.and_then(UserIdentity::principal_arn)),
        eventTime => text(record.event_time.text()),
        eventID => text(record.event_id.text()),
        eventName => text(record.event_name.text()),
        sourceIPAddress => text(record.source_ip_address.text()),
        userAgent => text(record.user_agent.text()),
        awsRegion => text(record.aws_region.text()),
        accountId => text(record.recipient_account_id.text()),
        queueName => text(call.request.known().map(|request| request.queue_name.as_str())),
    })
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
