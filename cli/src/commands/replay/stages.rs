//! What is deployed in each account and Region that events are of.

use super::played::Stage;
use crate::args::ReplayArguments;
use crate::commands::CommandError;
use crate::stored::{Members, Wanted};
use crate::template::{Deployment, Template};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::path::Path;
use std::sync::Arc;
use trailhook::pattern::Pattern;

/// So many are kept. Log files are of one account and Region each, and lie beside each other.
const KEPT: usize = 16;

/// What is the same everywhere.
pub(super) struct Setting<'a> {
    pub(super) arguments: &'a ReplayArguments,
    template: &'a Template,
    file: &'a Path,
    /// The pattern that is tried in the place of the rules' own.
    pattern: Option<Pattern>,
    /// Which records are parsed at all.
    pub(super) wanted: Wanted,
    /// What is read of them.
    pub(super) members: Members,
    /// Functions that are nobody's but the template's: what they would decide is not known here.
    pub(super) unknown: BTreeSet<String>,
}

/// Those that one thread has needed lately.
pub(super) struct Stages<'r, 'a> {
    setting: &'r Setting<'a>,
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
        let (wanted, members) = (Wanted::default(), Members::of(&[]));
        let unknown = BTreeSet::new();
        let mut setting = Setting { arguments, template, file, pattern, wanted, members, unknown };
        let Deployment { account, region, .. } = Deployment::default();
        let (here, unknown) = setting.stage(&account, &region)?;
        // Nothing of this one is like the other.
        let (elsewhere, _) = setting.stage("999999999999", "cn-north-1")?;
        let (here, elsewhere) = (here.patterns(), elsewhere.patterns());
        setting.wanted = Wanted::of(&here, &elsewhere);
        setting.members = Members::of(&[here, elsewhere].concat());
        setting.unknown = unknown;
        Ok(setting)
    }

    fn stage(&self, account: &str, region: &str) -> Result<(Stage, BTreeSet<String>), CommandError> {
        Stage::set(self.template, self.file, account, region, self.arguments, self.pattern.as_ref())
    }
}

impl<'r, 'a> Stages<'r, 'a> {
    pub(super) fn new(setting: &'r Setting<'a>) -> Self {
        Stages { setting, stages: HashMap::new(), lately: VecDeque::new() }
    }

    /// That of this account and Region, those of the samples where it is none; `None` for one that is not asked for.
    ///
    /// # Errors
    /// The template can't be resolved there.
    pub(super) fn of(&mut self, account: &str, region: &str) -> Result<Option<Arc<Stage>>, CommandError> {
        if let Some(stage) = self.stages.get(account).and_then(|regions| regions.get(region)) {
            return Ok(stage.clone());
        }
        let default = Deployment::default();
        let there = if trailhook::is_account_id(account) { account } else { &default.account };
        let within = if crate::commands::is_region(region) { region } else { &default.region };
        let stage = match self.setting.arguments.template.is_about(there, within) {
            true => Some(Arc::new(self.setting.stage(there, within)?.0)),
            false => None,
        };
        self.stages.entry(account.to_owned()).or_default().insert(region.to_owned(), stage.clone());
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
        Ok(stage)
    }
}
