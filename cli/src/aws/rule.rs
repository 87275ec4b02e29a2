//! A rule as EventBridge describes it.

use super::{Aws, AwsError, Pages, told};

/// A rule.
#[derive(Clone, Debug, Default)]
pub struct Rule {
    /// Its name: the `RuleName` of its metrics.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The bus it is on.
    pub bus: String,
    /// As in `ENABLED`.
    pub state: String,
    /// Its event pattern, as JSON; empty where it has none.
    pub pattern: String,
    /// Whom it tells.
    pub targets: Vec<Target>,
}

/// A target of a rule.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// Its name in the rule.
    pub id: String,
    /// What it is.
    pub arn: String,
    /// The role that EventBridge takes for it, where it takes one.
    pub role: Option<String>,
    /// The ARN of the queue for what can't be handed over.
    pub dead_letter_queue: Option<String>,
    /// Whether the target gets another text than the event.
    pub is_transformed: bool,
}

impl Rule {
    /// The rule of this name, on the default bus; a name as CloudFormation gives it, `BUS|NAME`, says the bus.
    ///
    /// # Errors
    /// There is none, or EventBridge does not tell.
    pub async fn of(aws: &Aws, name: &str) -> Result<Rule, AwsError> {
        let (bus, name) = name.split_once('|').map_or((None, name), |(bus, name)| (Some(bus.to_owned()), name));
        let asked = aws.events.describe_rule().name(name).set_event_bus_name(bus.clone()).send().await;
        let rule = told("events:DescribeRule", asked)?;
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let (mut targets, mut pages) = (Vec::new(), Pages::of("events:ListTargetsByRule"));
        loop {
            let asked = aws.events.list_targets_by_rule().rule(name).set_event_bus_name(bus.clone());
            let answer = told("events:ListTargetsByRule", asked.set_next_token(pages.token()).send().await)?;
            targets.extend(answer.targets().iter().map(|target| Target {
                id: target.id().to_owned(),
                arn: target.arn().to_owned(),
                role: target.role_arn().map(str::to_owned),
                dead_letter_queue: target.dead_letter_config().and_then(|config| config.arn().map(str::to_owned)),
                is_transformed: target.input().is_some()
                    || target.input_path().is_some()
                    || target.input_transformer().is_some(),
            }));
            if !pages.turn(answer.next_token())? {
                break;
            }
        }
        Ok(Rule {
            name: text(rule.name()),
            arn: text(rule.arn()),
            bus: rule.event_bus_name().unwrap_or("default").to_owned(),
            state: rule.state().map(|state| state.as_str().to_owned()).unwrap_or_default(),
            pattern: text(rule.event_pattern()),
            targets,
        })
    }
}
