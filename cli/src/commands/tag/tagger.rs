//! The function tag-new-queue in this process: one for each account and Region, with the settings that the
//! template gives it there.

use crate::args::TemplateArguments;
use crate::commands::CommandError;
use crate::stage::surroundings;
use crate::template::{Deployment, Template};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use chrono::Utc;
use std::collections::BTreeMap;
use std::path::PathBuf;
use trailhook::responses::tag_new_queue::TagQueueAction;
use trailhook::{Decision, Envelope, Guards, Replayed, Undecided, decide};
use trailhook_handlers::responses::TagNewQueueHandler;
use trailhook_handlers::{Configuration, Environment, Start};

/// The binary of the function that is meant.
const BINARY: &str = "tag-new-queue";

pub(super) struct Taggers<'a> {
    template: Template,
    file: PathBuf,
    arguments: &'a TemplateArguments,
    /// By account and Region.
    made: BTreeMap<(String, String), Tagger>,
}

struct Tagger {
    guards: Guards,
    handler: TagNewQueueHandler,
    environment: BTreeMap<String, String>,
    /// The same with clients that reach AWS.
    live: Option<TagNewQueueHandler>,
}

impl<'a> Taggers<'a> {
    pub(super) fn new(template: Template, file: PathBuf, arguments: &'a TemplateArguments) -> Self {
        Taggers { template, file, arguments, made: BTreeMap::new() }
    }

    /// Whether the command is about this account and Region: it may name one of each.
    pub(super) fn is_asked_for(&self, account: &str, region: &str) -> bool {
        let is = |asked: &Option<String>, there: &str| asked.as_deref().is_none_or(|asked| asked == there);
        is(&self.arguments.account, account) && is(&self.arguments.region, region)
    }

    /// What the function would do about an event, however old it is.
    pub(super) fn decide(
        &mut self,
        account: &str,
        region: &str,
        envelope: Envelope,
    ) -> Result<Result<Decision<TagQueueAction>, Undecided>, CommandError> {
        let tagger = self.of(account, region)?;
        Ok(decide(&tagger.handler, envelope, &tagger.guards, Utc::now()))
    }

    /// The function with clients, for queues of this account and Region.
    pub(super) async fn live(
        &mut self,
        account: &str,
        region: &str,
        endpoint: Option<&str>,
    ) -> Result<&TagNewQueueHandler, CommandError> {
        let tagger = self.of(account, region)?;
        if tagger.live.is_none() {
            let mut loader = aws_config::defaults(BehaviorVersion::latest()).region(Region::new(region.to_owned()));
            if let Some(endpoint) = endpoint {
                loader = loader.endpoint_url(endpoint);
            }
            let aws = loader.load().await;
            let mut environment = Environment::of(tagger.environment.clone());
            tagger.live = TagNewQueueHandler::build(&mut Start { environment: &mut environment, aws: &aws });
        }
        tagger
            .live
            .as_ref()
            .ok_or_else(|| CommandError::Settings("its settings can't be read a second time".to_owned()))
    }

    fn of(&mut self, account: &str, region: &str) -> Result<&mut Tagger, CommandError> {
        let key = (account.to_owned(), region.to_owned());
        if !self.made.contains_key(&key) {
            let tagger = self.make(account, region)?;
            self.made.insert(key.clone(), tagger);
        }
        self.made.get_mut(&key).ok_or_else(|| CommandError::Settings(format!("there are none for {account}, {region}")))
    }

    fn make(&self, account: &str, region: &str) -> Result<Tagger, CommandError> {
        let in_file = |source| CommandError::Template { file: self.file.clone(), source };
        let deployment = Deployment {
            account: account.to_owned(),
            region: region.to_owned(),
            parameters: self.arguments.parameters(),
            ..Deployment::default()
        };
        let functions = self.template.deploy(deployment).map_err(in_file)?.functions().map_err(in_file)?;
        let function = functions.into_iter().find(|function| function.binary == BINARY);
        let function =
            function.ok_or_else(|| CommandError::Settings(format!("{}: it has no {BINARY}", self.file.display())))?;
        // No call is made with these: the endpoint is nobody's.
        let mut environment = surroundings(&function, region, "http://127.0.0.1:9");
        // The Runtime API is never asked either.
        environment.insert("AWS_LAMBDA_RUNTIME_API".to_owned(), "127.0.0.1:9".to_owned());
        let mut read = Environment::of(environment.clone());
        let configuration = Configuration::read::<TagNewQueueHandler>(&mut read);
        let aws = SdkConfig::builder().behavior_version(BehaviorVersion::latest()).build();
        let handler = TagNewQueueHandler::build(&mut Start { environment: &mut read, aws: &aws });
        match (configuration, handler) {
            (Some(configuration), Some(handler)) => {
                // The logs are old, and were asked for.
                let guards = Guards { max_age: None, replayed: Replayed::Act, ..configuration.guards };
                Ok(Tagger { guards, handler, environment, live: None })
            }
            _ => {
                let problems: Vec<String> = read.into_problems().iter().map(ToString::to_string).collect();
                let file = self.file.display();
                Err(CommandError::Settings(format!("{file}: the settings of {BINARY}: {}", problems.join("; "))))
            }
        }
    }
}
