//! Where dead letters are, and what they may be sent to: as AWS tells of the stack, so that a response of one's own and a
//! queue of another name are found too. A version or an alias has settings of its own, so each is asked for that a rule
//! hands events to.

use super::choose::{Allowed, Versioned, limit};
use super::error::RedriveError;
use super::letter::{Target, not_newest};
use crate::args::RedriveArguments;
use crate::aws::arn::{self, is_queue};
use crate::aws::{Aws, AwsError, DeployedStack, Function, Rule, queue_url};
use std::collections::{BTreeMap, BTreeSet};

/// The queues, and the targets.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    /// The queues' URLs.
    pub(super) queues: Vec<String>,
    /// By a queue's URL the ARNs of the functions that have it for their own dead letters.
    pub(super) owners: BTreeMap<String, Vec<String>>,
    /// What may be sent to.
    pub(super) allowed: Allowed,
    /// The ARN of the function that was asked for.
    pub(super) function: Option<String>,
    /// Its version or alias, where that was asked for.
    pub(super) qualifier: Option<String>,
    /// What was asked for and is not looked into, in sentences.
    pub(super) notes: Vec<String>,
}

/// A function or a version of it, its ARN without that, and what the template calls it.
struct Known {
    logical_id: Option<String>,
    function: Function,
    version: Option<String>,
}

/// The queues' ARNs, with the functions that have each for their own dead letters.
type Queues = BTreeMap<String, BTreeSet<String>>;

impl Places {
    /// Asks AWS for them.
    pub(super) async fn of(aws: &Aws, arguments: &RedriveArguments) -> Result<Places, RedriveError> {
        if let Some(url) = arguments.queue.as_ref().filter(|url| is_fifo(url)) {
            return Err(RedriveError::Fifo(url.clone()));
        }
        let mut places = Places::default();
        let (mut known, mut queues) = (Vec::new(), Queues::new());
        if let Some(name) = &arguments.stack_name {
            let stack = DeployedStack::of(aws, name).await?;
            places.of_stack(aws, &stack, &mut known, &mut queues).await?;
        } else if let Some(name) = &arguments.function {
            let version = parted(name).1.as_deref().and_then(not_newest).map(str::to_owned);
            known.push(Known { logical_id: None, function: unversioned(Function::of(aws, name).await?), version });
        }
        if let Some(asked) = &arguments.function {
            let (name, qualifier) = parted(asked);
            let arn = named(&name, &known)?;
            let version = qualifier.as_deref().and_then(not_newest).map(str::to_owned);
            if let Some(version) = version.filter(|version| !is_known(&known, &arn, Some(version))) {
                let function = unversioned(Function::of(aws, &format!("{arn}:{version}")).await?);
                known.push(Known { logical_id: None, function, version: Some(version) });
            }
            (places.function, places.qualifier) = (Some(arn), qualifier);
        }
        for Known { function, version, .. } in &known {
            let versioned: Versioned = (function.arn.clone(), version.clone());
            places.allowed.functions.insert(versioned, limit(&function.variables));
            for arn in [&function.on_failure, &function.dead_letter].into_iter().flatten() {
                if is_queue(arn) {
                    let owners = queues.entry(arn.clone()).or_default();
                    owners.extend((Some(arn) == function.dead_letter.as_ref()).then(|| function.arn.clone()));
                } else {
                    let note = format!("{}: what it failed with is in {arn}, which is no queue", function.name);
                    if !places.notes.contains(&note) {
                        places.notes.push(note);
                    }
                }
            }
        }
        match &arguments.queue {
            Some(url) => {
                places.put(url.clone(), queues.into_iter().filter(|(arn, _)| is_at(arn, url)).flat_map(|(_, own)| own))
            }
            None => {
                for (arn, owners) in queues {
                    if is_fifo(&arn) {
                        places.notes.push(RedriveError::Fifo(arn).to_string());
                        continue;
                    }
                    let url = queue_url(aws, &arn).await;
                    if let Some(url) = places.there(&arn, url)? {
                        places.put(url, owners);
                    }
                }
            }
        }
        Ok(places)
    }

    fn put(&mut self, url: String, owners: impl IntoIterator<Item = String>) {
        self.owners.insert(url.clone(), owners.into_iter().collect());
        self.queues.push(url);
    }

    async fn of_stack(
        &mut self,
        aws: &Aws,
        stack: &DeployedStack,
        known: &mut Vec<Known>,
        queues: &mut Queues,
    ) -> Result<(), AwsError> {
        for made in stack.of_kind("AWS::Lambda::Function") {
            if let Some(function) = self.there(&made.logical_id, Function::of(aws, &made.physical_id).await)? {
                known.push(Known { logical_id: Some(made.logical_id.clone()), function, version: None });
            }
        }
        let mut patterns: BTreeMap<Versioned, Vec<String>> = BTreeMap::new();
        for made in stack.of_kind("AWS::Events::Rule") {
            let Some(rule) = self.there(&made.logical_id, Rule::of(aws, &made.physical_id).await)? else { continue };
            for target in rule.targets {
                if let Some(queue) = target.dead_letter_queue {
                    queues.entry(queue).or_default();
                }
                let of_rule = Target::of(&target.arn);
                let version = of_rule.version().map(str::to_owned);
                let versioned: Versioned = (of_rule.arn().to_owned(), version.clone());
                if target.is_transformed {
                    self.allowed.transformed.insert(versioned.clone());
                }
                // A rule that is disabled hands nothing over.
                if rule.state != "DISABLED" {
                    patterns.entry(versioned).or_default().push(rule.pattern.clone());
                }
                match of_rule {
                    Target::Function { arn, .. } => {
                        if is_known(known, &arn, version.as_deref()) {
                            continue;
                        }
                        if let Some(function) = self.there(&target.id, Function::of(aws, &target.arn).await)? {
                            known.push(Known { logical_id: None, function: Function { arn, ..function }, version });
                        }
                    }
                    Target::LogGroup { arn } => self.allowed.log_groups.push(arn),
                    Target::Other(_) => {}
                }
            }
        }
        self.allowed.patterns = Some(patterns);
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

fn is_known(known: &[Known], arn: &str, version: Option<&str>) -> bool {
    known.iter().any(|one| one.function.arn == arn && one.version.as_deref() == version)
}

/// A function as it is named without its version.
fn unversioned(function: Function) -> Function {
    match arn::function(&function.arn) {
        Some((arn, _)) => Function { arn, ..function },
        None => function,
    }
}

/// What somebody calls a function, and its version or alias where one is said: `NAME:live`.
fn parted(asked: &str) -> (String, Option<String>) {
    if let Some((arn, qualifier)) = arn::function(asked) {
        return (arn, qualifier.map(str::to_owned));
    }
    match asked.split_once(':') {
        Some((name, qualifier)) if !qualifier.contains(':') => (name.to_owned(), Some(qualifier.to_owned())),
        _ => (asked.to_owned(), None),
    }
}

/// Whether an ARN or a URL is a FIFO queue's.
fn is_fifo(queue: &str) -> bool {
    queue.ends_with(".fifo")
}

/// Whether a queue is where the URL says.
fn is_at(arn: &str, url: &str) -> bool {
    url.ends_with(&format!("/{}/{}", arn::account(arn), arn::name(arn)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_may_stand_behind_a_functions_name() {
        let arn = "arn:aws:lambda:eu-west-1:111122223333:function:notify";
        let live = || Some("live".to_owned());
        assert_eq!(parted("notify"), ("notify".to_owned(), None));
        assert_eq!(parted("notify:live"), ("notify".to_owned(), live()));
        assert_eq!(parted(arn), (arn.to_owned(), None));
        assert_eq!(parted(&format!("{arn}:live")), (arn.to_owned(), live()));
        assert_eq!(parted("111122223333:function:notify"), ("111122223333:function:notify".to_owned(), None));
        let function = Function { arn: format!("{arn}:live"), ..Function::default() };
        assert_eq!(unversioned(function).arn, arn);
    }

    #[test]
    fn a_queue_is_known_by_its_url() {
        let arn = "arn:aws:sqs:eu-west-1:111122223333:failed";
        assert!(is_at(arn, "https://sqs.eu-west-1.amazonaws.com/111122223333/failed"));
        assert!(!is_at(arn, "https://sqs.eu-west-1.amazonaws.com/444455556666/failed"));
        assert!(!is_at(arn, "https://sqs.eu-west-1.amazonaws.com/111122223333/not-failed"));
        assert!(is_fifo("arn:aws:sqs:eu-west-1:111122223333:a.fifo") && !is_fifo(arn));
    }
}
