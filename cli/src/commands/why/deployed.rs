//! Where a stack's events go: its rules as they are now, the functions and log groups behind them, and the dead-letter
//! queues. What AWS does not tell is kept as a sentence, and the rest is looked at all the same.

use super::super::redrive::Target;
use super::facts::{Gap, Looked};
use super::kept::Kept;
use crate::aws::arn::is_queue;
use crate::aws::{Aws, AwsError, DeployedStack, Function, Rule, retention_days};
use std::collections::{BTreeMap, BTreeSet};

/// The variable by which notify knows its journal.
const JOURNAL: &str = "TRAILHOOK_JOURNAL_LOG_GROUP";
/// The variable that says which service a function's lines are of.
const SERVICE: &str = "POWERTOOLS_SERVICE_NAME";

/// What is deployed.
#[derive(Clone, Debug, Default)]
pub(super) struct Deployed {
    pub(super) stack: String,
    pub(super) rules: Vec<Rule>,
    /// Those that could not be asked, with why not.
    pub(super) rules_untold: Vec<(String, String)>,
    /// The functions, their logs not looked into yet.
    pub(super) functions: Vec<Looked>,
    /// The log groups that are targets, by their names.
    pub(super) groups: BTreeSet<String>,
    /// How long they and the functions' log groups keep their lines.
    pub(super) groups_kept: BTreeMap<String, Kept>,
    /// The journals' log groups.
    pub(super) journals: BTreeSet<String>,
    /// The dead-letter queues, by their ARNs.
    pub(super) queues: BTreeSet<String>,
    /// Whether all queues are known that there are.
    pub(super) queues_told: bool,
    pub(super) untold: Vec<String>,
}

impl Deployed {
    /// Asks AWS for it.
    ///
    /// # Errors
    /// There is no such stack, or CloudFormation does not tell of it.
    pub(super) async fn of(aws: &Aws, name: &str) -> Result<Deployed, AwsError> {
        let stack = DeployedStack::of(aws, name).await?;
        let mut deployed = Deployed { stack: name.to_owned(), queues_told: true, ..Deployed::default() };
        for made in stack.of_kind("AWS::Events::Rule") {
            match Rule::of(aws, &made.physical_id).await {
                Ok(rule) => deployed.rules.push(rule),
                Err(error) => {
                    // A rule that is gone hands nothing over.
                    if !error.is_missing() {
                        deployed.rules_untold.push((made.logical_id.clone(), untold(&error)));
                    }
                    deployed.not_told(&format!("the rule {}", made.logical_id), &error);
                }
            }
        }
        let targets: Vec<_> = deployed.rules.iter().flat_map(|rule| rule.targets.clone()).collect();
        deployed.queues.extend(targets.iter().filter_map(|target| target.dead_letter_queue.clone()));
        let mut functions: Vec<(String, String)> = Vec::new();
        for made in stack.of_kind("AWS::Lambda::Function") {
            functions.push((made.logical_id.clone(), made.physical_id.clone()));
        }
        for target in &targets {
            match Target::of(&target.arn) {
                Target::Function { arn, .. } => {
                    let is_known = |(_, name): &(String, String)| arn.rsplit(':').next() == Some(name) || *name == arn;
                    if !functions.iter().any(is_known) {
                        functions.push((target.id.clone(), arn));
                    }
                }
                Target::LogGroup { arn } => {
                    deployed.groups.extend(arn.rsplit(':').next().map(str::to_owned));
                }
                Target::Other(_) => {}
            }
        }
        for (called, name) in functions {
            deployed.function(aws, called, &name, &stack).await;
        }
        let of_functions = deployed.functions.iter().map(|function| function.log_group.clone());
        for group in deployed.groups.iter().cloned().chain(of_functions).collect::<BTreeSet<_>>() {
            let kept = Kept::of_group(retention_days(aws, &group).await);
            deployed.groups_kept.insert(group, kept);
        }
        Ok(deployed)
    }

    async fn function(&mut self, aws: &Aws, called: String, name: &str, stack: &DeployedStack) {
        let looked = match Function::of(aws, name).await {
            Ok(function) => {
                self.journals.extend(function.setting(JOURNAL).map(str::to_owned));
                let (hides_decisions, service) =
                    (function.hides_decisions(), function.setting(SERVICE).map(str::to_owned));
                self.queues.extend(function.on_failure.filter(|arn| is_queue(arn)));
                Looked {
                    arn: function.arn,
                    log_group: function.log_group,
                    hides_decisions,
                    service,
                    ..Looked::default()
                }
            }
            Err(error) => {
                self.not_told(&format!("the function {called}"), &error);
                // Where its log is as a rule.
                let short = name.rsplit(':').next().unwrap_or(name);
                let arn = self.rules.iter().flat_map(|rule| &rule.targets).map(|target| target.arn.clone());
                let arn = arn.into_iter().find(|arn| arn.rsplit(':').next() == Some(short));
                let partition = stack.arn.split(':').nth(1).unwrap_or("aws");
                let made = || format!("arn:{partition}:lambda:{}:{}:function:{short}", aws.region, stack.account());
                Looked { arn: arn.unwrap_or_else(made), log_group: format!("/aws/lambda/{short}"), ..Looked::default() }
            }
        };
        self.functions.push(Looked { called, gap: Some(Gap::NotAsked), ..looked });
    }

    /// Without a rule or a function its queue is not known either.
    fn not_told(&mut self, what: &str, error: &AwsError) {
        self.queues_told = false;
        self.untold.push(format!("{what} {}", untold(error)));
    }
}

/// Why something is not told, and what would help.
pub(super) fn untold(error: &AwsError) -> String {
    let helps =
        if error.is_denied() { format!("; ask with credentials that may {}", error.call) } else { String::new() };
    if error.is_missing() { format!("is not there: {error}") } else { format!("could not be asked: {error}{helps}") }
}
