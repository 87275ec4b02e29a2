//! A tag's value as a template over the record.
//!
//! The language is minijinja's; a name that no record has fails when the template is read, not when
//! the first queue is made. The names are CloudTrail's own, and those of the [`Actor`].

use crate::calls::sqs::CreateQueue;
use crate::{Actor, Call, UserIdentity};
use minijinja::{Environment, UndefinedBehavior, Value, context};

/// The names a template may use, as its error message lists them.
pub(super) const NAMES: &str = "actor, actorKind, through, principalArn, eventTime, eventID, eventName, \
    sourceIPAddress, userAgent, awsRegion, accountId, queueName";

/// A template that has been read and tried.
#[derive(Clone, Debug)]
pub(super) struct Template {
    source: String,
    /// A template without placeholders needs no rendering.
    constant: bool,
}

impl Template {
    /// Reads a template, and tries it on a record that has everything.
    pub(super) fn read(source: &str) -> Result<Template, minijinja::Error> {
        let template = Template { source: source.to_owned(), constant: !source.contains('{') };
        template.fill(context! {
            actor => "a", actorKind => "a", through => "a", principalArn => "a", eventTime => "a",
            eventID => "a", eventName => "a", sourceIPAddress => "a", userAgent => "a", awsRegion => "a",
            accountId => "a", queueName => "a",
        })?;
        Ok(template)
    }

    /// The value for this call; empty where the record lacks what the template names.
    pub(super) fn render(&self, values: &Value) -> String {
        // Reading the template tried every name, so what is left is a filter that dislikes this
        // record's value: that tag is then left out, as an empty one is.
        self.fill(values.clone()).unwrap_or_default()
    }

    fn fill(&self, values: Value) -> Result<String, minijinja::Error> {
        if self.constant {
            return Ok(self.source.clone());
        }
        let mut language = Environment::new();
        language.set_undefined_behavior(UndefinedBehavior::Strict);
        language.render_str(&self.source, values)
    }
}

/// What a call's record says under each name.
pub(super) fn values(call: &Call<CreateQueue>) -> Value {
    let record = &call.record;
    let identity = record.user_identity.get();
    let actor = identity.map(Actor::of);
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    context! {
        actor => text(actor.as_ref().map(Actor::short_name)),
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
