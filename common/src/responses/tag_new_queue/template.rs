//! A tag's value as a template over the record.
//!
//! The language is minijinja's; a name that no record has fails when the template is read, not when
//! the first queue is made. The names are CloudTrail's own, and those of the [`Actor`].

use super::rules::clean_value;
use crate::calls::sqs::CreateQueue;
use crate::{Actor, Call, UserIdentity};
use minijinja::{Environment, UndefinedBehavior, Value, context};

/// The names a template may use.
pub(super) const NAMES: [&str; 12] = [
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
    #[error("there is no {name}; the names are {}", NAMES.join(", "))]
    Name {
        /// The name.
        name: String,
    },
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
        let named = language().template_from_str(source)?.undeclared_variables(false);
        let known = |name: &str| NAMES.contains(&name) || GLOBALS.contains(&name);
        if let Some(unknown) = named.iter().find(|name| !known(name)) {
            return Err(TemplateError::Name { name: unknown.clone() });
        }
        template.fill(&context! {
            actor => "Developer/alice", actorKind => "role-session", through => "cloudformation.amazonaws.com",
            principalArn => "arn:aws:iam::111122223333:role/Developer", eventTime => "2026-11-02T09:30:00Z",
            eventID => "989b3431-2f7a-43a7-b681-b9855074b288", eventName => "CreateQueue",
            sourceIPAddress => "203.0.113.24", userAgent => "aws-cli/2.35.11 md/awscrt#0.31.2",
            awsRegion => "eu-west-1", accountId => "111122223333", queueName => "orders",
        })?;
        Ok(template)
    }

    /// The value for this call; empty where the record lacks what the template names.
    ///
    /// A filter may dislike a record's value: then there is an error, and no value.
    pub(super) fn fill(&self, values: &Value) -> Result<String, minijinja::Error> {
        if self.is_constant() { Ok(self.source.clone()) } else { language().render_str(&self.source, values) }
    }

    fn is_constant(&self) -> bool {
        !["{{", "{%", "{#"].iter().any(|mark| self.source.contains(mark))
    }
}

fn language() -> Environment<'static> {
    let mut language = Environment::new();
    language.set_undefined_behavior(UndefinedBehavior::Strict);
    // Loops within loops would keep a function from starting.
    language.set_fuel(Some(50_000));
    language
}

/// What a call's record says under each name.
pub(super) fn values(call: &Call<CreateQueue>) -> Value {
    let record = &call.record;
    let identity = record.user_identity.get();
    let actor = identity.map(Actor::of);
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    context! {
        actor => actor.as_ref().map(Actor::short_name).unwrap_or_default(),
        actorKind => text(actor.as_ref().map(Actor::kind)),
        through => text(actor.as_ref().and_then(|actor| actor.through.as_deref())),
        principalArn => text(identity.and_then(principal_arn)),
        eventTime => text(record.event_time.text()),
        eventID => text(record.event_id.text()),
        eventName => text(record.event_name.text()),
        sourceIPAddress => text(record.source_ip_address.text()),
        userAgent => text(record.user_agent.text()),
        awsRegion => text(record.aws_region.text()),
        accountId => text(record.recipient_account_id.text()),
        queueName => text(call.request.known().map(|request| request.queue_name.as_str())),
    }
}

/// The role behind a session, with its path; otherwise the identity's own ARN.
fn principal_arn(identity: &UserIdentity) -> Option<&str> {
    identity.session_issuer().and_then(|issuer| issuer.arn.text()).or_else(|| identity.arn.text())
}
