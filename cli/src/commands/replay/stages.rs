//! What is deployed in each account and Region that events are of.

use super::played::Stage;
use crate::args::ReplayArguments;
use crate::commands::CommandError;
use crate::stored::{Members, Wanted};
use crate::template::{Deployment, Stack, Template, names};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use trailhook::pattern::Pattern;

/// So many are kept.
const KEPT: usize = 256;
/// An account and Regions that no template names: one Region in each partition.
const NOBODY: &str = "999999999999";
const ANYWHERE: [&str; 3] = ["eu-central-2", "cn-northwest-1", "us-gov-east-1"];

/// The most places of which it is asked what the rules are there.
const MOST: usize = 400;

/// What is the same everywhere.
pub(super) struct Setting<'a> {
    pub(super) arguments: &'a ReplayArguments,
    /// The template in the account and Region that are asked for, and what is at work there.
    pub(super) stack: Stack,
    first: Arc<Stage>,
    pub(super) file: &'a Path,
    /// The pattern that is tried in the place of the rules' own.
    pub(super) pattern: Option<Pattern>,
    /// Which records are parsed at all.
    pub(super) wanted: Wanted,
    /// What is read of them.
    pub(super) members: Members,
    /// Functions that are nobody's but the template's: what they would decide is not known here.
    pub(super) unknown: BTreeSet<String>,
}

/// Those that were needed lately.
pub(super) struct Stages<'a> {
    setting: &'a Setting<'a>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// By account and Region; `None` for those that are not asked for.
    stages: HashMap<String, HashMap<String, Option<Arc<Stage>>>>,
    lately: VecDeque<(String, String)>,
}

impl<'a> Setting<'a> {
    pub(super) fn of(
        template: &'a Template,
        file: &'a Path,
        arguments: &'a ReplayArguments,
        pattern: Option<Pattern>,
    ) -> Result<Setting<'a>, CommandError> {
        let default = Deployment::default();
        let account = arguments.template.account.as_ref().unwrap_or(&default.account);
        let region = arguments.template.region.as_ref().unwrap_or(&default.region);
        let stack = template.deploy(arguments.template.deployment(account, region));
        let stack = stack.map_err(|source| CommandError::Template { file: file.to_owned(), source })?;
        let first = Stage::set(&stack, file, arguments, pattern.as_ref())?;
        if let Some(asked) = arguments.response.iter().find(|name| !first.binaries.contains(*name)) {
            let there = Vec::from_iter(first.binaries).join(", ");
            return Err(CommandError::NoResponse { asked: asked.clone(), there });
        }
        let (own, unknown) = (first.patterns(), first.unknown(file)?);
        let (wanted, members) = (Wanted::default(), Members::all());
        let mut setting = Setting { arguments, stack, first: Arc::new(first), file, pattern, wanted, members, unknown };
        // A pattern may be another one in each account and Region, as far as the template names them.
        let mut named = template.names();
        named.extend(arguments.template.parameters().values().flat_map(|value| names(value)).map(str::to_owned));
        let [mut accounts, mut regions] = [BTreeSet::from([account.as_str(), NOBODY]), BTreeSet::from(ANYWHERE)];
        accounts.extend(named.iter().map(String::as_str).filter(|name| trailhook::is_account_id(name)));
        regions.insert(region);
        regions.extend(named.iter().map(String::as_str).filter(|name| looks_like_a_region(name)));
        if accounts.len() * regions.len() > MOST {
            // It would take longer to find out what may be skipped than it saves.
            return Ok(setting);
        }
        let places = accounts.iter().flat_map(|account| regions.iter().map(move |region| (*account, *region)));
        let places = places.filter(|place| *place != (account.as_str(), region.as_str()));
        // Where it can't be deployed no event is answered, which is told when there is one.
        let stages = places.filter_map(|(account, region)| setting.stage(account, region).ok());
        let patterns: Vec<Vec<Pattern>> = std::iter::once(own).chain(stages.map(|stage| stage.patterns())).collect();
        setting.wanted = Wanted::of(&patterns);
        setting.members = Members::of(&patterns.concat());
        Ok(setting)
    }

    fn stage(&self, account: &str, region: &str) -> Result<Stage, CommandError> {
        Stage::set(&self.stack.elsewhere(account, region), self.file, self.arguments, self.pattern.as_ref())
    }
}

impl<'a> Stages<'a> {
    pub(super) fn new(setting: &'a Setting<'a>) -> Self {
        let mut kept = Kept::default();
        let there = setting.stack.deployment();
        kept.add(&there.account, &there.region, Some(setting.first.clone()));
        Stages { setting, kept: Mutex::new(kept) }
    }

    /// That of this account and Region, those of the samples where it is none; `None` for one that is not asked for.
    ///
    /// # Errors
    /// The template can't be resolved there.
    pub(super) fn of(&self, account: &str, region: &str) -> Result<Option<Arc<Stage>>, CommandError> {
        let default = Deployment::default();
        let account = if trailhook::is_account_id(account) { account } else { &default.account };
        let region = if crate::commands::is_region(region) { region } else { &default.region };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stage) = kept.stages.get(account).and_then(|regions| regions.get(region)) {
            return Ok(stage.clone());
        }
        let stage = match self.setting.arguments.template.is_about(account, region) {
            true => Some(Arc::new(self.setting.stage(account, region)?)),
            false => None,
        };
        kept.add(account, region, stage.clone());
        Ok(stage)
    }
}

impl Kept {
    fn add(&mut self, account: &str, region: &str, stage: Option<Arc<Stage>>) {
        self.stages.entry(account.to_owned()).or_default().insert(region.to_owned(), stage);
        self.lately.push_back((account.to_owned(), region.to_owned()));
        if self.lately.len() > KEPT
            && let Some((account, region)) = self.lately.pop_front()
            && let Some(regions) = self.stages.get_mut(&account)
        {
            regions.remove(&region);
            if regions.is_empty() {
                self.stages.remove(&account);
            }
        }
    }
}

/// As in `eu-west-1`.
fn looks_like_a_region(name: &str) -> bool {
    let is_word = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = name.split('-').collect();
    parts.len() > 2
        && parts.split_last().is_some_and(|(last, rest)| is_number(last) && rest.iter().all(|part| is_word(part)))
}
