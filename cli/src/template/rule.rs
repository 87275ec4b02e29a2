//! Rules and their targets.

use super::Stack;
use super::delivery::{RetryPolicy, dead_letter_queue};
use super::error::{Problem, TemplateError};
use super::function::FunctionResource;
use super::intrinsics::Place;
use super::parameters::scalar;
use super::properties::Properties;
use serde_json::Value;
use std::cell::OnceCell;

/// A rule on the default bus.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name in the template.
    pub logical_id: String,
    /// Its name in EventBridge.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Whether it is at work.
    pub state: RuleState,
    /// Its event pattern.
    pub pattern: Value,
    /// Whom it tells, in the template's order.
    pub targets: Vec<Target>,
}

/// Whether a rule is at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleState {
    /// It gets calls that change something.
    Enabled,
    /// It gets read-only calls too.
    EnabledWithReadOnlyCalls,
    /// It gets nothing.
    Disabled,
}

/// One target of a rule.
#[derive(Clone, Debug)]
pub struct Target {
    /// As in `TagNewQueue`.
    pub id: String,
    /// What it is.
    pub arn: String,
    /// What it is to the local stage.
    pub destination: Destination,
    /// How long EventBridge tries to hand an event over.
    pub retry: RetryPolicy,
    /// The ARN of the queue for events that can't be handed over.
    pub dead_letter_queue: Option<String>,
}

/// What a target is.
#[derive(Clone, Debug)]
pub enum Destination {
    /// A function of this template.
    Function(Box<FunctionResource>),
    /// A log group, by its name.
    LogGroup(String),
}

/// The functions, resolved when the first of them is a target.
type Functions = OnceCell<Vec<FunctionResource>>;

/// The most targets that a rule may have.
const MOST_TARGETS: usize = 5;

impl Stack {
    /// The rules on the default bus, by name.
    ///
    /// # Errors
    /// Something in a rule can't be resolved, or is something that EventBridge would refuse or
    /// never deliver to.
    pub fn rules(&self) -> Result<Vec<Rule>, TemplateError> {
        let (mut rules, functions) = (Vec::new(), OnceCell::new());
        for id in self.ids_of(&["AWS::Events::Rule"])? {
            rules.extend(self.rule(id, &functions)?);
        }
        Ok(rules)
    }

    fn rule(&self, id: &str, functions: &Functions) -> Result<Option<Rule>, TemplateError> {
        let place = Place::new(format!("Resources.{id}.Properties"));
        let properties = self.resource(id, &place)?.properties;
        let property = |name: &str| properties.and_then(|properties| properties.get(name));
        if let Some(bus) = property("EventBusName")
            && self.text(bus, &place.member("EventBusName"))? != "default"
        {
            return Ok(None);
        }
        let name = self.text(&serde_json::json!({ "Ref": id }), &place)?;
        let arn = self.text(&serde_json::json!({ "Fn::GetAtt": [id, "Arn"] }), &place)?;
        let pattern_at = place.member("EventPattern");
        let Some(pattern) = property("EventPattern") else {
            // A schedule: it has nothing to do with API calls.
            return Ok(None);
        };
        let pattern = self.resolve(pattern, &pattern_at)?.filter(Value::is_object);
        let pattern = pattern.ok_or_else(|| pattern_at.error(Problem::Expected("an object")))?;
        let state_at = place.member("State");
        let state = match property("State").map(|state| self.text(state, &state_at)).transpose()?.as_deref() {
            None | Some("ENABLED") => RuleState::Enabled,
            Some("ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS") => RuleState::EnabledWithReadOnlyCalls,
            Some("DISABLED") => RuleState::Disabled,
            Some(_) => {
                let states = "ENABLED, DISABLED or ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS";
                return Err(state_at.error(Problem::Expected(states)));
            }
        };
        let targets_at = place.member("Targets");
        let targets = property("Targets").map(|targets| self.resolve(targets, &targets_at)).transpose()?.flatten();
        let targets = match targets {
            None => Vec::new(),
            Some(Value::Array(targets)) if targets.len() > MOST_TARGETS => {
                return Err(targets_at.error(Problem::Refused("a rule has at most five targets")));
            }
            Some(Value::Array(targets)) => {
                let each = targets.iter().enumerate();
                each.map(|(index, target)| self.target(target, &targets_at.element(index), functions))
                    .collect::<Result<_, _>>()?
            }
            Some(_) => return Err(targets_at.error(Problem::Expected("a list"))),
        };
        Ok(Some(Rule { logical_id: id.to_owned(), name, arn, state, pattern, targets }))
    }

    fn target(&self, target: &Value, place: &Place, functions: &Functions) -> Result<Target, TemplateError> {
        let text = |name: &str| {
            let found = target.get(name).and_then(scalar);
            found.ok_or_else(|| place.member(name).error(Problem::Expected("a text")))
        };
        let (id, arn) = (text("Id")?, text("Arn")?);
        for name in ["Input", "InputPath", "InputTransformer"] {
            if target.get(name).is_some() {
                return Err(place.member(name).error(Problem::NotDone("changed inputs: targets get the whole event")));
            }
        }
        let at = place.member("Arn");
        let destination = match arn.splitn(6, ':').collect::<Vec<_>>().as_slice() {
            ["arn", _, "lambda", _, _, resource] => {
                let name = resource.strip_prefix("function:").unwrap_or(resource);
                let functions = match functions.get() {
                    Some(functions) => functions,
                    None => {
                        let resolved = self.functions()?;
                        functions.get_or_init(|| resolved)
                    }
                };
                let function = functions.iter().find(|function| function.name == name);
                let function = function.ok_or_else(|| at.error(Problem::NoSuchName(name.to_owned())))?;
                Destination::Function(Box::new(function.clone()))
            }
            ["arn", _, "logs", _, _, resource] => {
                let name = resource.strip_prefix("log-group:").unwrap_or(resource);
                if name.contains(':') {
                    let trap = "a log group's ARN that ends in \":*\" deploys, and no event ever arrives: \
                                write it out with !Sub instead of !GetAtt";
                    return Err(at.error(Problem::NeverDelivered(trap)));
                }
                if target.get("RoleArn").is_some() {
                    let refused = "a log group as a target takes no RoleArn";
                    return Err(place.member("RoleArn").error(Problem::Refused(refused)));
                }
                Destination::LogGroup(name.to_owned())
            }
            _ => return Err(at.error(Problem::NotDone("targets other than functions and log groups"))),
        };
        let properties = Properties::new(target, place.clone());
        let (retry, dead_letter_queue) = (RetryPolicy::read(&properties)?, dead_letter_queue(&properties)?);
        Ok(Target { id, arn, destination, retry, dead_letter_queue })
    }
}
