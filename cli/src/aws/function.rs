//! A function as Lambda describes it.

use super::{Aws, AwsError, there, told};
use std::collections::BTreeMap;

/// A function.
#[derive(Clone, Debug, Default)]
pub struct Function {
    /// Its name: the `FunctionName` of its metrics.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its role's ARN.
    pub role: String,
    /// As in `provided.al2`.
    pub runtime: Option<String>,
    /// As in `Active`; `None` where Lambda does not say.
    pub state: Option<String>,
    /// Why it is in that state.
    pub state_reason: Option<String>,
    /// Its environment variables.
    pub variables: BTreeMap<String, String>,
    /// How long it may take, in seconds.
    pub timeout: u64,
    /// Where its lines go.
    pub log_group: String,
    /// From which level on its own lines are kept, as in `INFO`; empty where Lambda filters none.
    pub log_level: String,
    /// The ARN of what gets the events that it failed with.
    pub on_failure: Option<String>,
    /// The ARN of its own dead-letter queue or topic, which gets events without their error.
    pub dead_letter: Option<String>,
}

impl Function {
    /// The function of this name or ARN, with what gets the events that it failed with.
    ///
    /// # Errors
    /// There is none, or Lambda does not tell.
    pub async fn of(aws: &Aws, name: &str) -> Result<Function, AwsError> {
        let asked = aws.lambda.get_function_configuration().function_name(name).send().await;
        let function = told("lambda:GetFunctionConfiguration", asked)?;
        let own = function.function_name().unwrap_or(name).to_owned();
        let log_group = function.logging_config().and_then(|logging| logging.log_group().map(str::to_owned));
        let level = function.logging_config().and_then(|logging| logging.application_log_level());
        let variables = function.environment().and_then(|environment| environment.variables());
        let asked = aws.lambda.get_function_event_invoke_config().function_name(name).send().await;
        let asynchronous = there(told("lambda:GetFunctionEventInvokeConfig", asked))?;
        let destination = asynchronous.as_ref().and_then(|config| config.destination_config()?.on_failure());
        Ok(Function {
            arn: function.function_arn().unwrap_or_default().to_owned(),
            role: function.role().unwrap_or_default().to_owned(),
            runtime: function.runtime().map(|runtime| runtime.as_str().to_owned()),
            state: function.state().map(|state| state.as_str().to_owned()),
            state_reason: function.state_reason().map(str::to_owned),
            variables: variables.map(|all| all.clone().into_iter().collect()).unwrap_or_default(),
            timeout: function.timeout().and_then(|seconds| u64::try_from(seconds).ok()).unwrap_or(3),
            log_group: log_group.unwrap_or_else(|| format!("/aws/lambda/{own}")),
            log_level: level.map(|level| level.as_str().to_owned()).unwrap_or_default(),
            on_failure: destination.and_then(|to| to.destination().map(str::to_owned)),
            dead_letter: function.dead_letter_config().and_then(|config| config.target_arn().map(str::to_owned)),
            name: own,
        })
    }

    /// Who may invoke the function of this name or ARN, a resource policy as JSON; `None` where nobody was let in.
    ///
    /// # Errors
    /// Lambda does not tell.
    pub async fn policy(aws: &Aws, name: &str) -> Result<Option<String>, AwsError> {
        let policy = told("lambda:GetPolicy", aws.lambda.get_policy().function_name(name).send().await);
        Ok(there(policy)?.and_then(|answer| answer.policy().map(str::to_owned)))
    }

    /// How many copies of it there may be at once, where that is said; 0 stops it.
    ///
    /// # Errors
    /// Lambda does not tell.
    pub async fn reserved_concurrency(&self, aws: &Aws) -> Result<Option<u32>, AwsError> {
        let asked = aws.lambda.get_function_concurrency().function_name(&self.name).send().await;
        let count = told("lambda:GetFunctionConcurrency", asked)?.reserved_concurrent_executions();
        Ok(count.and_then(|count| u32::try_from(count).ok()))
    }

    /// Whether Lambda keeps the lines out of its log that say what was done.
    pub fn hides_decisions(&self) -> bool {
        ["WARN", "ERROR", "FATAL"].contains(&self.log_level.as_str())
    }

    /// An environment variable that is set, and not to nothing.
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}
