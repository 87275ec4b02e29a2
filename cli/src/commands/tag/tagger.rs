//! The function tag-new-queue in this process: one for each account and Region.

use crate::args::TemplateArguments;
use crate::commands::CommandError;
use crate::deployed::Deployed;
use crate::template::Template;
use aws_config::{BehaviorVersion, Region};
use chrono::Utc;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::PathBuf;
use trailhook::responses::tag_new_queue::TagQueueAction;
use trailhook::{Decision, Envelope, Undecided, decide};
use trailhook_handlers::responses::TagNewQueueHandler;

pub(super) struct Taggers<'a> {
    template: Template,
    file: PathBuf,
    arguments: &'a TemplateArguments,
    /// By account and Region: the function, and once it is needed the one that reaches AWS.
    made: BTreeMap<(String, String), (Deployed<TagNewQueueHandler>, Option<TagNewQueueHandler>)>,
}

impl<'a> Taggers<'a> {
    pub(super) fn new(template: Template, file: PathBuf, arguments: &'a TemplateArguments) -> Self {
        Taggers { template, file, arguments, made: BTreeMap::new() }
    }

    /// Whether the command is about this account and Region: it may name one of each.
    pub(super) fn is_asked_for(&self, account: &str, region: &str) -> bool {
        self.arguments.is_about(account, region)
    }

    /// What the function would do about an event, however old it is.
    pub(super) fn decide(
        &mut self,
        account: &str,
        region: &str,
        envelope: Envelope,
    ) -> Result<Result<Decision<TagQueueAction>, Undecided>, CommandError> {
        let (deployed, _) = self.of(account, region)?;
        Ok(decide(&deployed.handler, envelope, &deployed.guards, Utc::now()))
    }

    /// The function with clients, for queues of this account and Region.
    pub(super) async fn live(
        &mut self,
        account: &str,
        region: &str,
        endpoint: Option<&str>,
    ) -> Result<&TagNewQueueHandler, CommandError> {
        let (deployed, live) = self.of(account, region)?;
        if live.is_none() {
            let mut loader = aws_config::defaults(BehaviorVersion::latest()).region(Region::new(region.to_owned()));
            if let Some(endpoint) = endpoint {
                loader = loader.endpoint_url(endpoint);
            }
            *live = deployed.live(&loader.load().await);
        }
        live.as_ref().ok_or_else(|| CommandError::Settings("the function can't be built a second time".to_owned()))
    }

    fn of(
        &mut self,
        account: &str,
        region: &str,
    ) -> Result<&mut (Deployed<TagNewQueueHandler>, Option<TagNewQueueHandler>), CommandError> {
        match self.made.entry((account.to_owned(), region.to_owned())) {
            Entry::Occupied(made) => Ok(made.into_mut()),
            Entry::Vacant(place) => {
                let deployment = self.arguments.deployment(account, region);
                let in_file = |source| CommandError::Template { file: self.file.clone(), source };
                let stack = self.template.deploy(deployment).map_err(in_file)?;
                let deployed = Deployed::of(&stack, TagNewQueueHandler::build);
                let deployed =
                    deployed.map_err(|source| CommandError::NotDeployed { file: self.file.clone(), source })?;
                Ok(place.insert((deployed, None)))
            }
        }
    }
}
