//! A function of the template in this process: its own handler, with the settings that the template gives it,
//! and no way to AWS.
//!
//! What is decided here is what the deployed function decides, because it is the same code with the same
//! settings. It looks at nothing: the clients it is made with send nothing.

use crate::stage::surroundings;
use crate::template::{FunctionResource, Stack, TemplateError};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use std::collections::BTreeMap;
use trailhook::{Guards, Mode, Replayed};
use trailhook_handlers::{Configuration, Environment, Handler, Start};

/// An address at which nobody is.
const NOBODY: &str = "127.0.0.1:9";

/// What clients send by when they have no way to AWS.
#[derive(Debug)]
struct NoWay;

impl HttpConnector for NoWay {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(Err(ConnectorError::user("nothing is asked of AWS here".into())))
    }
}

/// How a handler is made.
pub type Build<H> = fn(&mut Start<'_>) -> Option<H>;

/// A function.
#[derive(Debug)]
pub struct Deployed<H> {
    /// What decides.
    pub handler: H,
    /// Its guards; an event may be as old as it likes, and come from an archive, for who asks for stored
    /// events wants them answered.
    pub guards: Guards,
    /// Its mode.
    pub mode: Mode,
    environment: BTreeMap<String, String>,
    build: Build<H>,
}

/// The template does not have the function, or its settings are not what it takes.
#[derive(Debug, thiserror::Error)]
pub enum NotDeployed {
    /// The template can't be resolved.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// There is no function with this binary.
    #[error("it has no function {0}")]
    None(&'static str),
    /// The settings are wrong.
    #[error("the settings of {binary}: {problems}")]
    Settings {
        /// The function's binary.
        binary: &'static str,
        /// All of them.
        problems: String,
    },
}

impl<H: Handler> Deployed<H> {
    /// The function of this stack whose binary is called like the response.
    ///
    /// # Errors
    /// There is none, or its settings are wrong.
    pub fn of(stack: &Stack, build: Build<H>) -> Result<Deployed<H>, NotDeployed> {
        let function = stack.functions()?.into_iter().find(|function| function.binary == H::NAME);
        Deployed::of_function(&function.ok_or(NotDeployed::None(H::NAME))?, &stack.deployment().region, build)
    }

    /// This function in this Region.
    ///
    /// # Errors
    /// Its settings are wrong.
    pub fn of_function(function: &FunctionResource, region: &str, build: Build<H>) -> Result<Deployed<H>, NotDeployed> {
        let mut environment = surroundings(function, region, &format!("http://{NOBODY}"));
        environment.insert("AWS_LAMBDA_RUNTIME_API".to_owned(), NOBODY.to_owned());
        let mut read = Environment::of(environment.clone());
        let configuration = Configuration::read::<H>(&mut read);
        let region = Region::new(region.to_owned());
        let no_way = http_client_fn(|_, _| SharedHttpConnector::new(NoWay));
        let aws = SdkConfig::builder().behavior_version(BehaviorVersion::latest()).region(region).http_client(no_way);
        let aws = aws.build();
        let handler = build(&mut Start { environment: &mut read, aws: &aws });
        // As the function itself does: with any problem it does not start.
        let problems: Vec<String> = read.into_problems().iter().map(ToString::to_string).collect();
        match (configuration, handler) {
            (Some(Configuration { mode, guards, .. }), Some(handler)) if problems.is_empty() => {
                let failed_calls = handler.failed_calls();
                let guards = Guards { max_age: None, replayed: Replayed::Act, failed_calls, ..guards };
                Ok(Deployed { handler, guards, mode, environment, build })
            }
            _ => Err(NotDeployed::Settings { binary: H::NAME, problems: problems.join("; ") }),
        }
    }

    /// The same handler with clients that reach AWS; `None` if it can't be built, which it could before.
    pub fn live(&self, aws: &SdkConfig) -> Option<H> {
        (self.build)(&mut Start { environment: &mut Environment::of(self.environment.clone()), aws })
    }
}
