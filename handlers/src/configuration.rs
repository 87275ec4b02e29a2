//! What every function is configured with: its mode and its guards.

use crate::Environment;
use chrono::TimeDelta;
use trailhook::{
    Arn, ArnError, ArnPattern, BreakerLimit, Elsewhere, Exemptions, FromRecord, Guards, Mode, QueuePattern, Replayed,
    Response, RolePath, ServiceName, is_account_id, is_region_name, partition_of,
};

/// A function's mode and guards.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// Whether it changes anything.
    pub mode: Mode,
    /// What its guards go by; the failed calls it wants are the response's to say.
    pub guards: Guards,
    /// The table in which the functions remember what was done.
    pub table: Option<String>,
    /// How much a destructive response may do in how much time.
    pub breaker: Option<BreakerLimit>,
    /// Where people are told that the circuit breaker is open.
    pub topic_arn: Option<String>,
}

impl Configuration {
    /// Reads the variables that every function has. What is wrong is noted in the environment.
    pub fn read<R: Response>(environment: &mut Environment) -> Option<Configuration> {
        let account = environment.required("TRAILHOOK_ACCOUNT_ID", account_id);
        let role_path = environment.required("TRAILHOOK_ROLE_PATH", str::parse::<RolePath>);
        let region = environment.required("AWS_REGION", region);
        environment.optional("AWS_ENDPOINT_URL", endpoint);
        let mode = environment.optional("TRAILHOOK_MODE", mode).unwrap_or(R::DEFAULT_MODE);
        let max_age = environment.optional("TRAILHOOK_MAX_EVENT_AGE_SECONDS", max_age);
        let replayed = environment.optional("TRAILHOOK_REPLAYED_EVENTS", replayed).unwrap_or(R::DEFAULT_REPLAYED);
        let partition = region.as_deref().map(partition_of);
        let elsewhere = elsewhere::<R>(environment, partition);
        let exempt = exempt(environment, partition);
        for variable in ["AWS_LAMBDA_RUNTIME_API", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION"] {
            of_lambda(environment, variable);
        }
        environment.required("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", |size| {
            size.parse::<i32>().map_err(|_| format!("{size:?} is not a number of megabytes"))
        });
        let table = environment.optional("TRAILHOOK_TABLE", table);
        let needs_table = !R::IDEMPOTENT || R::DESTRUCTIVE;
        if mode == Mode::Enforce && needs_table && environment.get("TRAILHOOK_TABLE").is_none() {
            let problem = format!("it is not set: without a table nobody can tell what {} did already", R::NAME);
            environment.problem("TRAILHOOK_TABLE", problem);
        }
        let breaker = R::DESTRUCTIVE.then(|| breaker_limit(environment));
        let own_region = region.clone().unwrap_or_default();
        let topic_arn = if R::DESTRUCTIVE {
            environment.optional("TRAILHOOK_TOPIC_ARN", |arn| topic(arn, &own_region))
        } else {
            None
        };
        let guards = Guards {
            watched: R::Trigger::watched(),
            failed_calls: trailhook::FailedCalls::Skip,
            account: account?,
            region: region?,
            elsewhere,
            role_path: role_path?,
            own_calls: R::OWN_CALLS,
            replayed,
            max_age: max_age.unwrap_or(Some(R::DEFAULT_MAX_AGE)),
            exempt,
        };
        Some(Configuration { mode, guards, table, breaker, topic_arn })
    }
}

/// Other accounts and Regions. A response that can't answer their events may not have the lists: it
/// would be believed to.
fn elsewhere<R: Response>(environment: &mut Environment, partition: Option<&str>) -> Elsewhere {
    const ACCOUNTS: &str = "TRAILHOOK_ALSO_ACCOUNTS";
    const REGIONS: &str = "TRAILHOOK_ALSO_REGIONS";
    if !R::ELSEWHERE {
        for variable in [ACCOUNTS, REGIONS] {
            if environment.get(variable).is_some() {
                let name = R::NAME;
                let problem =
                    format!("{name} can't have it: it reaches the resources of its own account and Region only");
                environment.problem(variable, problem);
            }
        }
        return Elsewhere::default();
    }
    let accounts = environment.list(ACCOUNTS, account_id);
    let regions = environment.list(REGIONS, region);
    if let Some(own) = partition {
        for other in regions.iter().filter(|other| partition_of(other) != own) {
            environment.problem(REGIONS, format!("no event comes from {other:?}: the partition is {own}"));
        }
    }
    Elsewhere { accounts, regions }
}

fn exempt(environment: &mut Environment, partition: Option<&str>) -> Exemptions {
    const PRINCIPALS: &str = "TRAILHOOK_EXEMPT_PRINCIPALS";
    let principals = environment.list(PRINCIPALS, str::parse::<ArnPattern>);
    if let Some(own) = partition {
        for pattern in principals.iter().filter(|pattern| !pattern.is_of(own)) {
            let problem = format!("{:?} covers nobody here: the partition is {own}", pattern.as_str());
            environment.problem(PRINCIPALS, problem);
        }
    }
    Exemptions {
        principals,
        accounts: environment.list("TRAILHOOK_EXEMPT_ACCOUNTS", account_id),
        services: environment.list("TRAILHOOK_EXEMPT_SERVICES", str::parse::<ServiceName>),
        queues: environment.list("TRAILHOOK_EXEMPT_QUEUES", str::parse::<QueuePattern>),
    }
}

/// Lambda sets these itself; without them there is nothing to poll.
fn of_lambda(environment: &mut Environment, variable: &str) {
    if environment.get(variable).is_none() {
        let how = "it is not set: this program runs under Lambda, `cargo lambda watch` or `trailhook local`";
        environment.problem(variable, how);
    }
}

fn account_id(text: &str) -> Result<String, String> {
    if is_account_id(text) {
        Ok(text.to_owned())
    } else {
        Err(format!("{text:?} is not an account id of twelve digits"))
    }
}

/// Lower-case letters, digits and dashes, as every Region's name is.
fn region(text: &str) -> Result<String, String> {
    if is_region_name(text) { Ok(text.to_owned()) } else { Err(format!("{text:?} is not the name of a Region")) }
}

fn endpoint(text: &str) -> Result<(), String> {
    let url = text.split_once("://").filter(|(scheme, host)| matches!(*scheme, "http" | "https") && !host.is_empty());
    let url = url.filter(|(_, host)| !host.contains(char::is_whitespace));
    url.map(drop).ok_or_else(|| format!("{text:?} is not a URL that begins with http:// or https://"))
}

/// What DynamoDB takes as a table's name.
pub(crate) fn table(text: &str) -> Result<String, String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    if (3..=255).contains(&text.len()) && text.bytes().all(allowed) {
        Ok(text.to_owned())
    } else {
        Err(format!("{text:?} is not the name of a table (not its arn: 3 to 255 letters, digits and _ - .)"))
    }
}

/// A standard topic of this Region: the client reaches no other, and a FIFO topic wants what no
/// notification has.
pub(crate) fn topic(text: &str, region: &str) -> Result<String, String> {
    let arn: Arn = text.parse().map_err(|error: ArnError| error.to_string())?;
    if arn.service() != "sns" || arn.resource().contains(':') {
        return Err(format!("{text:?} is not the arn of an SNS topic"));
    }
    if arn.resource().ends_with(".fifo") {
        return Err(format!("{text:?} is a FIFO topic, which e-mail and chat can't subscribe to"));
    }
    if arn.region() != region {
        return Err(format!("{text:?} is not in {region}, the function's Region"));
    }
    Ok(text.to_owned())
}

fn breaker_limit(environment: &mut Environment) -> BreakerLimit {
    let default = BreakerLimit::default();
    let actions = environment.optional("TRAILHOOK_MAX_ACTIONS", |text| {
        let number = text.parse::<u32>().ok().filter(|number| (1..=BreakerLimit::MOST).contains(number));
        number.ok_or_else(|| format!("{text:?} is not a number from 1 to {}", BreakerLimit::MOST))
    });
    let window = environment.optional("TRAILHOOK_MAX_ACTIONS_WINDOW_SECONDS", |text| {
        const WEEK: u32 = 7 * 24 * 3600;
        let seconds = text.parse::<u32>().ok().filter(|seconds| (1..=WEEK).contains(seconds));
        seconds.ok_or_else(|| format!("{text:?} is not a number of seconds from 1 to {WEEK}, a week"))
    });
    BreakerLimit {
        actions: actions.unwrap_or(default.actions),
        window: window.map_or(default.window, |seconds| TimeDelta::seconds(seconds.into())),
    }
}

fn mode(text: &str) -> Result<Mode, String> {
    match text {
        "dry-run" => Ok(Mode::DryRun),
        "enforce" => Ok(Mode::Enforce),
        _ => Err(format!("{text:?} is neither dry-run nor enforce")),
    }
}

fn replayed(text: &str) -> Result<Replayed, String> {
    match text {
        "skip" => Ok(Replayed::Skip),
        "act" => Ok(Replayed::Act),
        _ => Err(format!("{text:?} is neither skip nor act")),
    }
}

/// Seconds, or `any` for no limit.
pub(crate) fn max_age(text: &str) -> Result<Option<TimeDelta>, String> {
    if text == "any" {
        return Ok(None);
    }
    let seconds = text.parse::<u32>().ok().filter(|seconds| *seconds > 0);
    let seconds = seconds.ok_or_else(|| format!("{text:?} is neither a number of seconds from 1 on nor any"))?;
    Ok(Some(TimeDelta::seconds(seconds.into())))
}
