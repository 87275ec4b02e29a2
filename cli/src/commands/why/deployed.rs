//! Where a stack's events go: its rules as they are now, the functions and log groups behind them, and the dead-letter
//! queues. What AWS does not tell is kept as a sentence, and the rest is looked at all the same.

use super::super::redrive::Target;
use super::facts::{Gap, Looked};
use super::kept::Kept;
use crate::aws::arn::{self, is_queue, name, partition};
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
    /// The dead-letter queues by their ARNs, with the ARNs of the functions that have each for their own dead letters.
    pub(super) queues: BTreeMap<String, BTreeSet<String>>,
    /// Whether all queues are known that there are.
    pub(super) queues_told: bool,
    pub(super) untold: Vec<String>,
}

/// A function that is to be asked for.
struct Asked {
    called: String,
    /// Its name, or its ARN without a version.
    name: String,
    /// Its ARNs as the rules have them.
    targets: Vec<String>,
}

impl Asked {
    fn is_at(&self, arn: &str) -> bool {
        self.name == arn || self.name == name(arn)
    }
}

impl Deployed {
    /// Asks AWS for it.
    ///
    /// # Errors
    /// There is no such stack, or CloudFormation does not tell of it.
    pub(super) async fn of(aws: &Aws, stack_name: &str) -> Result<Deployed, AwsError> {
        let stack = DeployedStack::of(aws, stack_name).await?;
        let mut deployed = Deployed { stack: stack_name.to_owned(), queues_told: true, ..Deployed::default() };
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
        let queues = targets.iter().filter_map(|target| target.dead_letter_queue.clone());
        deployed.queues.extend(queues.map(|queue| (queue, BTreeSet::new())));
        let mut functions: Vec<Asked> = Vec::new();
        for made in stack.of_kind("AWS::Lambda::Function") {
            functions.push(Asked { called: made.logical_id.clone(), name: made.physical_id.clone(), targets: vec![] });
        }
        for target in &targets {
            match Target::of(&target.arn) {
                Target::Function { arn, .. } => match functions.iter_mut().find(|known| known.is_at(&arn)) {
                    Some(known) if known.targets.contains(&target.arn) => {}
                    Some(known) => known.targets.push(target.arn.clone()),
                    None => functions.push(Asked {
                        called: target.id.clone(),
                        name: arn,
                        targets: vec![target.arn.clone()],
                    }),
                },
                Target::LogGroup { arn } => {
                    deployed.groups.insert(name(&arn).to_owned());
                }
                Target::Other(_) => {}
            }
        }
        for asked in functions {
            deployed.function(aws, asked, &stack).await;
        }
        let of_functions = deployed.functions.iter().map(|function| function.log_group.clone());
        for group in deployed.groups.iter().cloned().chain(of_functions).collect::<BTreeSet<_>>() {
            let kept = Kept::of_group(retention_days(aws, &group).await);
            deployed.groups_kept.insert(group, kept);
        }
        Ok(deployed)
    }

    /// Asks for a function as the rules target it: a version or an alias has settings and queues of its own. They write to
    /// one log, and what the first of them says of it counts.
    async fn function(&mut self, aws: &Aws, Asked { called, name: own, targets }: Asked, stack: &DeployedStack) {
        let mut looked: Option<Looked> = None;
        let as_targets = if targets.is_empty() { vec![own.clone()] } else { targets };
        for asked in as_targets {
            match Function::of(aws, &asked).await {
                Ok(function) => {
                    let seen = self.seen(function);
                    looked.get_or_insert(seen);
                }
                Err(error) => self.not_told(&format!("the function {called}"), &error),
            }
        }
        let looked = looked.unwrap_or_else(|| {
            // Where it and its log are as a rule.
            let short = name(&own);
            let (partition, account) = (partition(&stack.arn), stack.account());
            let made = format!("arn:{partition}:lambda:{}:{account}:function:{short}", aws.region);
            let arn = if own == short { made } else { own.clone() };
            Looked { arn, log_group: format!("/aws/lambda/{short}"), ..Looked::default() }
        });
        self.functions.push(Looked { called, gap: Some(Gap::NotAsked), ..looked });
    }

    /// Notes where its events may end, and says what is to be known of its log.
    fn seen(&mut self, function: Function) -> Looked {
        self.journals.extend(function.setting(JOURNAL).map(str::to_owned));
        let (hides_decisions, service) = (function.hides_decisions(), function.setting(SERVICE).map(str::to_owned));
        let Function { on_failure, dead_letter, name, log_group, arn, .. } = function;
        let arn = arn::function(&arn).map_or(arn.clone(), |(arn, _)| arn);
        for to in [&on_failure, &dead_letter].into_iter().flatten() {
            if is_queue(to) {
                let owners = self.queues.entry(to.clone()).or_default();
                owners.extend((Some(to) == dead_letter.as_ref()).then(|| arn.clone()));
            } else {
                self.queues_told = false;
                let why = "which is no queue and can't be asked what came to it";
                let told = format!("what {name} gives up on goes to {to}, {why}");
                if !self.untold.contains(&told) {
                    self.untold.push(told);
                }
            }
        }
        Looked { arn, log_group, hides_decisions, service, ..Looked::default() }
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
