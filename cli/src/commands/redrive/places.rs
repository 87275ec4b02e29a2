//! Where dead letters are, and what they may be sent to: as AWS tells of the stack, so that a response of one's own and a
//! queue of another name are found too.

use super::choose::{Allowed, limit};
use super::error::RedriveError;
use super::letter::Target;
use super::vouched::Patterns;
use crate::args::RedriveArguments;
use crate::aws::{Aws, AwsError, DeployedStack, Function, Rule, told};
use std::collections::BTreeSet;

/// The queues, and the targets.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    /// The queues' URLs.
    pub(super) queues: Vec<String>,
    /// What may be sent to.
    pub(super) allowed: Allowed,
    /// What the rules hand to each function.
    pub(super) patterns: Patterns,
    /// The ARN of the function that was asked for.
    pub(super) function: Option<String>,
    /// What was asked for and is not looked into, in sentences.
    pub(super) notes: Vec<String>,
}

/// A function, and what the template calls it.
struct Known {
    logical_id: Option<String>,
    function: Function,
}

impl Places {
    /// Asks AWS for them.
    pub(super) async fn of(aws: &Aws, arguments: &RedriveArguments) -> Result<Places, RedriveError> {
        let mut places = Places::default();
        let (mut known, mut queues) = (Vec::new(), BTreeSet::new());
        if let Some(name) = &arguments.stack_name {
            let stack = DeployedStack::of(aws, name).await?;
            places.of_stack(aws, &stack, &mut known, &mut queues).await?;
        } else if let Some(name) = &arguments.function {
            known.push(Known { logical_id: None, function: Function::of(aws, name).await? });
        }
        for Known { function, .. } in &known {
            places.allowed.functions.insert(function.arn.clone(), limit(&function.variables));
            match function.on_failure.as_deref() {
                Some(arn) if is_queue(arn) => {
                    queues.insert(arn.to_owned());
                }
                Some(arn) => {
                    places.notes.push(format!("{}: what it failed with is in {arn}, which is no queue", function.name))
                }
                None => {}
            }
        }
        if let Some(asked) = &arguments.function {
            places.function = Some(named(asked, &known)?);
        }
        match &arguments.queue {
            Some(url) => places.queues.push(url.clone()),
            None => {
                for arn in queues {
                    let url = url_of(aws, &arn).await;
                    let url = places.there(&arn, url)?;
                    places.queues.extend(url);
                }
            }
        }
        Ok(places)
    }

    async fn of_stack(
        &mut self,
        aws: &Aws,
        stack: &DeployedStack,
        known: &mut Vec<Known>,
        queues: &mut BTreeSet<String>,
    ) -> Result<(), AwsError> {
        for made in stack.of_kind("AWS::Lambda::Function") {
            if let Some(function) = self.there(&made.logical_id, Function::of(aws, &made.physical_id).await)? {
                known.push(Known { logical_id: Some(made.logical_id.clone()), function });
            }
        }
        for made in stack.of_kind("AWS::Events::Rule") {
            let Some(rule) = self.there(&made.logical_id, Rule::of(aws, &made.physical_id).await)? else { continue };
            for target in rule.targets {
                if let Target::Function { arn, .. } = Target::of(&target.arn) {
                    self.patterns.entry(arn).or_default().push(rule.pattern.clone());
                }
                queues.extend(target.dead_letter_queue);
                if let Target::Function { arn, qualifier: qualifier @ Some(_) } = Target::of(&target.arn) {
                    self.allowed.qualified.push((arn, qualifier));
                }
                match Target::of(&target.arn) {
                    Target::Function { arn, .. } if !known.iter().any(|one| one.function.arn == arn) => {
                        if let Some(function) = self.there(&target.id, Function::of(aws, &target.arn).await)? {
                            known.push(Known { logical_id: None, function: Function { arn, ..function } });
                        }
                    }
                    Target::LogGroup { arn } => self.allowed.log_groups.push(arn),
                    Target::Function { .. } | Target::Other(_) => {}
                }
            }
        }
        Ok(())
    }

    /// What the stack says it has may have been deleted by hand: the rest is looked into all the same.
    fn there<T>(&mut self, what: &str, asked: Result<T, AwsError>) -> Result<Option<T>, AwsError> {
        match asked {
            Ok(there) => Ok(Some(there)),
            Err(error) if error.is_missing() => {
                self.notes.push(format!("{what} is not there: {error}"));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

fn named(asked: &str, known: &[Known]) -> Result<String, RedriveError> {
    let is_meant = |one: &&Known| {
        [&one.function.name, &one.function.arn].iter().any(|name| *name == asked)
            || one.logical_id.as_deref() == Some(asked)
    };
    match known.iter().find(is_meant) {
        Some(one) => Ok(one.function.arn.clone()),
        // Without a stack it is the one that was asked for by any of its names.
        None if known.len() == 1 && known.iter().all(|one| one.logical_id.is_none()) => {
            Ok(known.iter().map(|one| one.function.arn.clone()).collect())
        }
        None => {
            let there = known.iter().map(|one| one.function.name.as_str()).collect::<Vec<_>>().join(", ");
            Err(RedriveError::NoFunction { asked: asked.to_owned(), there })
        }
    }
}

/// Whether an ARN is a queue's.
pub(in crate::commands) fn is_queue(arn: &str) -> bool {
    arn.split(':').nth(2) == Some("sqs")
}

/// A queue's URL.
pub(in crate::commands) async fn url_of(aws: &Aws, arn: &str) -> Result<String, AwsError> {
    let mut parts = arn.rsplit(':');
    let (name, account) = (parts.next().unwrap_or(arn), parts.next());
    let asked = aws.sqs.get_queue_url().queue_name(name).set_queue_owner_aws_account_id(account.map(str::to_owned));
    let answer = told("sqs:GetQueueUrl", asked.send().await)?;
    Ok(answer.queue_url().unwrap_or_default().to_owned())
}
