//! What AWS tells about what is deployed, gathered once and judged later.

mod alarm;
mod behind;
mod trail;

pub use crate::aws::LogGroup;
pub use alarm::Alarm;
pub use behind::{Key, Queue, Table, Topic};
pub use trail::{Field, Selectors, Trail};

use crate::aws::{Aws, AwsError, DeployedStack, Function, Rule, arn};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The variables by which the functions know what they use.
const TABLE: &str = "TRAILHOOK_TABLE";
const TOPIC: &str = "TRAILHOOK_TOPIC_ARN";
const JOURNAL: &str = "TRAILHOOK_JOURNAL_LOG_GROUP";

/// What is to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A stack of this name, with all its rules.
    Stack(String),
    /// A rule of this name, on the default bus, and what is behind it.
    Rule(String),
}

/// What the template says that the rules should be.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// The rules' event patterns, by their names in AWS.
    pub patterns: BTreeMap<String, Value>,
}

/// What AWS told; what it did not tell is an error in its place.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The Region that was asked.
    pub region: String,
    /// The stack, where one was asked for.
    pub stack: Option<DeployedStack>,
    /// The trails that record calls of the Region.
    pub trails: Result<Vec<Trail>, AwsError>,
    /// The rules, by their names.
    pub rules: BTreeMap<String, Result<Rule, AwsError>>,
    /// The functions, by their ARNs: targets, and those of the stack.
    pub functions: BTreeMap<String, Result<Function, AwsError>>,
    /// Who may invoke each of the functions that were told of, a resource policy as JSON, by the functions' ARNs. `None`
    /// where nobody was let in.
    pub policies: BTreeMap<String, Result<Option<String>, AwsError>>,
    /// How many copies of each of those there may be at once, where that is said, by the functions' ARNs.
    pub concurrencies: BTreeMap<String, Result<Option<u32>, AwsError>>,
    /// The log groups, by their names: targets, the functions' own, the journal. `None` where there is none.
    pub log_groups: BTreeMap<String, Result<Option<LogGroup>, AwsError>>,
    /// The account's resource policies of CloudWatch Logs, as JSON.
    pub log_policies: Result<Vec<String>, AwsError>,
    /// The resource policies of single log groups, as JSON, by the ARNs of the groups that are targets.
    pub group_policies: BTreeMap<String, Result<Vec<String>, AwsError>>,
    /// The queues for what went wrong, by their ARNs. `None` where there is none.
    pub queues: BTreeMap<String, Result<Option<Queue>, AwsError>>,
    /// The keys that encrypt queues, topics and log groups, by the names by which those know them.
    pub keys: BTreeMap<String, Result<Key, AwsError>>,
    /// The topics, by their ARNs. `None` where there is none.
    pub topics: BTreeMap<String, Result<Option<Topic>, AwsError>>,
    /// The stack's alarms.
    pub alarms: Result<Vec<Alarm>, AwsError>,
    /// The tables, by their names. `None` where there is none.
    pub tables: BTreeMap<String, Result<Option<Table>, AwsError>>,
}

/// Asks AWS; `tell` hears what is asked about next.
///
/// # Errors
/// There is no such stack, or CloudFormation does not tell of it.
pub async fn gather(aws: &Aws, what: &What, mut tell: impl FnMut(&str)) -> Result<Seen, AwsError> {
    let (stack, names) = match what {
        What::Rule(name) => (None, vec![name.clone()]),
        What::Stack(name) => {
            tell("the stack");
            let stack = DeployedStack::of(aws, name).await?;
            let names = stack.of_kind("AWS::Events::Rule").map(|made| made.physical_id.clone()).collect();
            (Some(stack), names)
        }
    };
    tell("the trail");
    let mut seen = Seen {
        trails: trail::trails(aws).await,
        stack,
        log_policies: behind::log_policies(aws, None).await,
        ..Seen::nothing(&aws.region)
    };
    for name in names {
        tell(&format!("the rule {name}"));
        let rule = Rule::of(aws, &name).await;
        seen.rules.insert(name, rule);
    }
    seen.functions(aws, &mut tell).await;
    seen.behind(aws, &mut tell).await;
    Ok(seen)
}

impl Seen {
    /// A Region of which nothing is told yet, and in which there is nothing.
    pub(super) fn nothing(region: &str) -> Seen {
        Seen {
            region: region.to_owned(),
            stack: None,
            trails: Ok(Vec::new()),
            rules: BTreeMap::new(),
            functions: BTreeMap::new(),
            policies: BTreeMap::new(),
            concurrencies: BTreeMap::new(),
            log_groups: BTreeMap::new(),
            log_policies: Ok(Vec::new()),
            group_policies: BTreeMap::new(),
            queues: BTreeMap::new(),
            keys: BTreeMap::new(),
            topics: BTreeMap::new(),
            alarms: Ok(Vec::new()),
            tables: BTreeMap::new(),
        }
    }

    /// Why nothing at all was told, where that is so: nobody answers, or nobody knows who asks.
    pub fn nobody_answers(&self) -> Option<&AwsError> {
        let told = self.stack.is_some() || self.rules.values().any(Result::is_ok);
        let error = self.trails.as_ref().err().filter(|_| !told)?;
        Some(error).filter(|error| error.is_about_the_caller())
    }

    /// The rules that were told of.
    pub fn told_rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values().filter_map(|rule| rule.as_ref().ok())
    }

    /// The functions that were told of.
    pub fn told_functions(&self) -> impl Iterator<Item = &Function> {
        self.functions.values().filter_map(|function| function.as_ref().ok())
    }

    /// The ARNs of the functions that are targets, each with the version or the alias that is meant, and the names of the
    /// stack's other ones. One that is called by an alias only is not asked about by its name: what becomes of an event
    /// that it fails with is said of the alias.
    fn wanted_functions(&self) -> BTreeSet<String> {
        let targets = self.told_rules().flat_map(|rule| &rule.targets);
        let targets: BTreeSet<String> =
            targets.filter(|target| arn::service(&target.arn) == "lambda").map(|target| target.arn.clone()).collect();
        let bare: BTreeSet<String> =
            targets.iter().filter_map(|target| Some(arn::name(&arn::function(target)?.0).to_owned())).collect();
        let own = self.stack.iter().flat_map(|stack| stack.of_kind("AWS::Lambda::Function"));
        let others = own.map(|made| made.physical_id.clone()).filter(|name| !bare.contains(name));
        targets.iter().cloned().chain(others).collect()
    }

    /// The functions that are targets, and the stack's other ones.
    async fn functions(&mut self, aws: &Aws, tell: &mut impl FnMut(&str)) {
        for name in self.wanted_functions() {
            if self.functions.contains_key(&name) {
                continue;
            }
            tell(&format!("the function {}", arn::name(&name)));
            // It is known as the target names it: what Lambda tells of an alias is of a version.
            let asked = arn::function(&name).map(|_| name.clone());
            let function = Function::of(aws, &name).await;
            let function = function.map(|told| Function { arn: asked.unwrap_or_else(|| told.arn.clone()), ..told });
            let arn = match &function {
                Ok(told) => {
                    self.policies.insert(told.arn.clone(), Function::policy(aws, &name).await);
                    self.concurrencies.insert(told.arn.clone(), told.reserved_concurrency(aws).await);
                    told.arn.clone()
                }
                Err(_) => name,
            };
            self.functions.insert(arn, function);
        }
    }

    /// What rules and functions write to.
    async fn behind(&mut self, aws: &Aws, tell: &mut impl FnMut(&str)) {
        let targets: Vec<_> = self.told_rules().flat_map(|rule| rule.targets.clone()).collect();
        let functions: Vec<Function> = self.told_functions().cloned().collect();
        let mut groups: Vec<String> = targets.iter().filter_map(|target| log_group(&target.arn)).collect();
        groups.extend(functions.iter().map(|function| function.log_group.clone()));
        groups.extend(settings(&functions, JOURNAL));
        for name in groups {
            if !self.log_groups.contains_key(&name) {
                tell(&format!("the log group {name}"));
                self.log_groups.insert(name.clone(), crate::aws::log_group(aws, &name).await);
            }
        }
        for (group, _) in targets.iter().filter_map(|target| arn::log_group(&target.arn)) {
            if !self.group_policies.contains_key(&group) {
                tell(&format!("who may write to {}", arn::name(&group)));
                self.group_policies.insert(group.clone(), behind::log_policies(aws, Some(&group)).await);
            }
        }
        let queues = targets.iter().filter_map(|target| target.dead_letter_queue.clone());
        let failed = functions.iter().flat_map(|function| [&function.on_failure, &function.dead_letter]);
        let queues = queues.chain(failed.flatten().cloned());
        for queue in queues.filter(|queue| arn::is_queue(queue)) {
            if !self.queues.contains_key(&queue) {
                tell(&format!("the queue {}", arn::name(&queue)));
                self.queues.insert(queue.clone(), behind::queue(aws, &queue).await);
            }
        }
        for topic in settings(&functions, TOPIC) {
            if !self.topics.contains_key(&topic) {
                tell(&format!("the topic {}", arn::name(&topic)));
                self.topics.insert(topic.clone(), behind::topic(aws, &topic).await);
            }
        }
        if let Some(stack) = &self.stack {
            tell("the alarms");
            self.alarms = alarm::alarms(aws, stack).await;
        }
        for name in settings(&functions, TABLE) {
            if !self.tables.contains_key(&name) {
                tell(&format!("the table {name}"));
                self.tables.insert(name.clone(), behind::table(aws, &name).await);
            }
        }
        let of_queues = self.queues.values().filter_map(|queue| queue.as_ref().ok()?.as_ref()?.key.clone());
        let of_topics = self.topics.values().filter_map(|topic| topic.as_ref().ok()?.as_ref()?.key.clone());
        let of_groups = self.log_groups.values().filter_map(|group| group.as_ref().ok()?.as_ref()?.key.clone());
        let keys: Vec<String> = of_queues.chain(of_topics).chain(of_groups).collect();
        for key in keys {
            if !self.keys.contains_key(&key) {
                tell(&format!("the key {key}"));
                self.keys.insert(key.clone(), behind::key(aws, &key).await);
            }
        }
    }
}

/// The name of the log group that an ARN is of, with whatever stands behind it.
pub(super) fn log_group(arn: &str) -> Option<String> {
    arn::log_group(arn).map(|(_, name)| name.to_owned())
}

fn settings(functions: &[Function], variable: &str) -> Vec<String> {
    functions.iter().filter_map(|function| function.setting(variable).map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Target;
    use crate::template::Made;

    #[test]
    fn a_function_is_asked_about_as_its_targets_name_it_and_once() {
        let arn = |name: &str| format!("arn:aws:lambda:eu-west-1:111122223333:function:{name}");
        let wanted = |targets: &[String]| {
            let targets = targets.iter().map(|arn| Target { arn: arn.clone(), ..Target::default() }).collect();
            let made = |name: &str| Made {
                logical_id: name.to_owned(),
                kind: "AWS::Lambda::Function".to_owned(),
                physical_id: name.to_owned(),
            };
            let stack = DeployedStack {
                name: "t".to_owned(),
                arn: String::new(),
                status: String::new(),
                parameters: BTreeMap::new(),
                resources: vec![made("notify"), made("janitor")],
            };
            let rules = [("r".to_owned(), Ok(Rule { targets, ..Rule::default() }))].into_iter().collect();
            let seen = Seen { stack: Some(stack), rules, ..Seen::nothing("eu-west-1") };
            seen.wanted_functions().into_iter().collect::<Vec<_>>()
        };
        let (bare, live, two) = (arn("notify"), arn("notify:live"), arn("notify:2"));
        let janitor = "janitor".to_owned();
        assert_eq!(wanted(&[]), [janitor.clone(), "notify".to_owned()]);
        assert_eq!(wanted(std::slice::from_ref(&bare)), [bare.clone(), janitor.clone()]);
        assert_eq!(wanted(std::slice::from_ref(&live)), [live.clone(), janitor.clone()], "not by its name besides");
        assert_eq!(wanted(&[live.clone(), two.clone(), live.clone()]), [two, live.clone(), janitor.clone()]);
        let group = "arn:aws:logs:eu-west-1:111122223333:log-group:notify".to_owned();
        assert_eq!(wanted(&[live.clone(), bare.clone(), group]), [bare, live, janitor]);
    }
}
