//! Resource policies, as far as a call that an AWS service makes is judged by them.
//!
//! Whether EventBridge may write to a log group or put a message into a dead-letter queue is told by
//! the policy on it, and a mistake there deploys without an error. Only statements about services are
//! of interest: people and roles are never allowed or denied anything by this. It refuses to guess:
//! an element or an operator that it does not know is an error, never a yes.
//!
//! Learned from <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>.

mod condition;
mod glob;
#[cfg(test)]
mod tests;

pub(super) use glob::arn_matches;

use super::error::{Problem, TemplateError};
use super::intrinsics::Place;
use super::properties::Properties;
use condition::Condition;
use glob::glob;
use serde_json::Value;

/// A resource policy.
#[derive(Clone, Debug)]
pub struct Policy {
    statements: Vec<Statement>,
}

/// A call that an AWS service makes, as a resource policy sees it.
#[derive(Clone, Copy, Debug)]
pub struct ServiceCall<'a> {
    /// As in `events.amazonaws.com`.
    pub service: &'a str,
    /// As in `sqs:SendMessage`.
    pub action: &'a str,
    /// What the call is made on.
    pub resource: &'a str,
    /// On whose behalf, `aws:SourceArn`: the rule; empty where the service does not say.
    pub source_arn: &'a str,
    /// In which account that is, `aws:SourceAccount`; empty where the service does not say.
    pub source_account: &'a str,
    /// The ARN of the log group that is encrypted, `kms:EncryptionContext:aws:logs:arn`; empty where none is.
    pub log_group: &'a str,
}

#[derive(Clone, Debug)]
struct Statement {
    allows: bool,
    principal: Principal,
    actions: Vec<String>,
    resources: Vec<String>,
    conditions: Vec<Condition>,
}

#[derive(Clone, Debug)]
enum Principal {
    Everyone,
    Services(Vec<String>),
}

/// Whether these policies together allow the call: one statement does, and none denies it.
pub fn allowed<'a>(policies: impl IntoIterator<Item = &'a Policy>, call: &ServiceCall<'_>) -> bool {
    let mut allowed = false;
    for statement in policies.into_iter().flat_map(|policy| &policy.statements) {
        if statement.covers(call) {
            if !statement.allows {
                return false;
            }
            allowed = true;
        }
    }
    allowed
}

/// Whether these policies together allow the call, for whoever does not guess.
///
/// # Errors
/// The key of a condition on which the answer hangs, and of which nobody here knows what the call has: of a denial, where
/// none is certain; of a permission, where none is certain either.
pub fn certainly<'a>(policies: &'a [Policy], call: &ServiceCall<'_>) -> Result<bool, &'a str> {
    let all = || policies.iter().flat_map(|policy| &policy.statements).filter(|statement| statement.is_about(call));
    let covers = |allows: bool| {
        let mut hanging = None;
        for statement in all().filter(|statement| statement.allows == allows) {
            match statement.hangs_on(call) {
                // One that is certain decides, whatever others hang on.
                None if statement.covers(call) => return Ok(true),
                None => {}
                Some(key) => hanging = hanging.or(Some(key)),
            }
        }
        hanging.map_or(Ok(false), Err)
    };
    match (covers(true), covers(false)) {
        (Ok(false), _) | (_, Ok(true)) => Ok(false),
        (allowed, Ok(false)) => allowed,
        (_, Err(key)) => Err(key),
    }
}

impl Policy {
    /// A policy from its JSON text, as AWS tells it.
    ///
    /// # Errors
    /// It is none, or something in it can't be judged.
    pub fn parse(document: &str) -> Result<Policy, TemplateError> {
        let document = Value::String(document.to_owned());
        Policy::read(&Properties::new(&document, Place::new("the policy")))
    }

    /// A policy from its document: an object, or the JSON text of one.
    pub(super) fn read(document: &Properties<'_>) -> Result<Policy, TemplateError> {
        let parsed: Value;
        let document = match document.value() {
            Some(Value::String(text)) => {
                let not_json = |_| document.wrong(Problem::Expected("a policy document"));
                parsed = serde_json::from_str(text).map_err(not_json)?;
                document.with(&parsed)
            }
            _ => document.clone(),
        };
        let statements = document.member("Statement").elements();
        let of_services = statements.iter().filter(|statement| !is_of_people(statement));
        Ok(Policy { statements: of_services.map(Statement::read).collect::<Result<_, _>>()? })
    }
}

/// Whether a statement is about users, roles and accounts and nobody else: no service's call has to do with it,
/// whatever its conditions are.
fn is_of_people(statement: &Properties<'_>) -> bool {
    let principal = statement.member("Principal");
    let Some(Value::Object(kinds)) = principal.value() else { return false };
    let everyone = |named: &Value| match named {
        Value::Array(all) => all.iter().any(|one| one == "*"),
        one => one == "*",
    };
    !kinds.is_empty()
        && kinds.iter().all(|(kind, named)| match kind.as_str() {
            "AWS" => !everyone(named),
            kind => ["CanonicalUser", "Federated"].contains(&kind),
        })
}

impl Statement {
    fn read(statement: &Properties<'_>) -> Result<Statement, TemplateError> {
        for name in ["NotAction", "NotPrincipal", "NotResource"] {
            if statement.member(name).is_there() {
                let member = statement.member(name);
                return Err(member.wrong(Problem::NotDone("policies that say what they are not about")));
            }
        }
        let effect = statement.member("Effect");
        let allows = match effect.text()?.as_str() {
            "Allow" => true,
            "Deny" => false,
            _ => return Err(effect.wrong(Problem::Expected("Allow or Deny"))),
        };
        Ok(Statement {
            allows,
            principal: Principal::read(&statement.member("Principal"))?,
            actions: statement.member("Action").texts()?,
            resources: statement.member("Resource").texts()?,
            conditions: Condition::read_all(&statement.member("Condition"))?,
        })
    }

    fn covers(&self, call: &ServiceCall<'_>) -> bool {
        self.is_about(call) && self.conditions.iter().all(|condition| condition.holds(call))
    }

    /// The key of a condition on which it hangs whether it covers the call.
    fn hangs_on(&self, call: &ServiceCall<'_>) -> Option<&str> {
        // One that is known not to hold decides by itself.
        let may_hold = self.conditions.iter().all(|condition| condition.is_unknown(call) || condition.holds(call));
        self.conditions.iter().find(|one| may_hold && one.is_unknown(call)).map(Condition::key)
    }

    /// Whether it is about this call, but for its conditions.
    fn is_about(&self, call: &ServiceCall<'_>) -> bool {
        let action = call.action.to_ascii_lowercase();
        self.principal.is(call.service)
            && self.actions.iter().any(|pattern| glob(&pattern.to_ascii_lowercase(), &action))
            && self.resources.iter().any(|pattern| glob(pattern, call.resource))
    }
}

impl Principal {
    fn read(principal: &Properties<'_>) -> Result<Principal, TemplateError> {
        let everyone = |texts: Vec<String>| texts.iter().any(|text| text == "*");
        match principal.value() {
            Some(Value::String(text)) if text == "*" => Ok(Principal::Everyone),
            Some(Value::Object(_)) if everyone(principal.member("AWS").texts()?) => Ok(Principal::Everyone),
            Some(Value::Object(_)) => Ok(Principal::Services(principal.member("Service").texts()?)),
            _ => Err(principal.wrong(Problem::Expected("\"*\" or an object"))),
        }
    }

    fn is(&self, service: &str) -> bool {
        match self {
            Principal::Everyone => true,
            Principal::Services(services) => services.iter().any(|name| name == service),
        }
    }
}
