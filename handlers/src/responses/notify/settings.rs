//! What notify is told by its environment.

use crate::Environment;
use crate::configuration::topic;
use chrono::TimeDelta;
use trailhook::FailedCalls;
use trailhook::responses::notify::{DigestLimit, NotifySettings, QuietCall};

/// More than this, and nobody would read them one by one.
const MOST_AT_ONCE: u32 = 1_000;
/// A day; and a carrier of others is away for a minute, so less than that is no window.
const WINDOW: std::ops::RangeInclusive<u32> = 60..=86_400;

/// The settings; what is wrong with them, the environment has been told.
pub(super) fn read(environment: &mut Environment, region: &str) -> NotifySettings {
    let settings = NotifySettings {
        topic_arn: environment.optional("TRAILHOOK_TOPIC_ARN", |arn| topic(arn, region)),
        journal_log_group: environment.optional("TRAILHOOK_JOURNAL_LOG_GROUP", log_group),
        chat: environment.optional("TRAILHOOK_CHAT", on_or_off).unwrap_or(false),
        failed_calls: environment
            .optional("TRAILHOOK_NOTIFY_FAILED_CALLS", failed_calls)
            .unwrap_or(FailedCalls::AdmitDenied),
        quiet: environment.list("TRAILHOOK_NOTIFY_QUIET", str::parse::<QuietCall>),
        digest: digest(environment),
    };
    if settings.chat && environment.get("TRAILHOOK_TOPIC_ARN").is_none() {
        environment.problem("TRAILHOOK_CHAT", "it is on, and there is no topic that chat could listen to");
    }
    settings
}

fn digest(environment: &mut Environment) -> Option<DigestLimit> {
    let default = DigestLimit::default();
    let at_once = environment.optional("TRAILHOOK_NOTIFY_AT_ONCE", at_once).unwrap_or(Some(default.at_once));
    let window = environment.optional("TRAILHOOK_NOTIFY_WINDOW_SECONDS", window).unwrap_or(default.window);
    Some(DigestLimit { at_once: at_once?, window })
}

/// A number, or `all`.
fn at_once(text: &str) -> Result<Option<u32>, String> {
    if text == "all" {
        return Ok(None);
    }
    let number = text.parse().ok().filter(|number| (1..=MOST_AT_ONCE).contains(number));
    number.map(Some).ok_or_else(|| format!("{text:?} is neither a number from 1 to {MOST_AT_ONCE} nor all"))
}

fn window(text: &str) -> Result<TimeDelta, String> {
    let seconds = text.parse::<u32>().ok().filter(|seconds| WINDOW.contains(seconds));
    let seconds = seconds.ok_or_else(|| format!("{text:?} is not a number of seconds from 60 to 86400, a day"))?;
    Ok(TimeDelta::seconds(seconds.into()))
}

/// What CloudWatch Logs takes as a group's name.
fn log_group(text: &str) -> Result<String, String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-/.#".contains(&byte);
    if text.len() <= 512 && text.bytes().all(allowed) {
        Ok(text.to_owned())
    } else {
        Err(format!("{text:?} is not the name of a log group (not its arn: up to 512 letters, digits and _ - / . #)"))
    }
}

fn on_or_off(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(format!("{text:?} is neither on nor off")),
    }
}

fn failed_calls(text: &str) -> Result<FailedCalls, String> {
    match text {
        "none" => Ok(FailedCalls::Skip),
        "denied" => Ok(FailedCalls::AdmitDenied),
        "all" => Ok(FailedCalls::Admit),
        _ => Err(format!("{text:?} is none of none, denied, all")),
    }
}
