//! Whether a trail feeds the rules. The event history alone feeds none, and it is what people see in the console.
//!
//! A trail may leave the calls of some services out, so it is judged for the event sources that the rules ask for.
//!
//! Learned from <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html>.

mod came;
mod records;

pub(super) use came::came;

use super::super::{Row, Seen, Trail, Verdict};
use super::sources;
use records::{Records, Source, records};
use std::cmp::Reverse;
use std::collections::BTreeSet;

pub(super) fn judge(seen: &Seen) -> Vec<Row> {
    let region = &seen.region;
    let trails = match &seen.trails {
        Err(error) => return vec![Row::not_told("trail", region, error)],
        Ok(trails) => trails,
    };
    if trails.is_empty() {
        let cause = format!("no trail records calls of {region}; what the event history shows feeds no rule");
        let fix = "deploy with --parameter-overrides CreateTrail=true, or let a trail of yours cover this Region";
        return vec![Row::bad("trail", region, cause, fix)];
    }
    let (asked, hungry) = (asked(seen), hungry(seen));
    if !hungry.is_empty() {
        let mut rows =
            vec![Row::good("trail", region, format!("{} of this Region", crate::show::counted(trails.len(), "trail")))];
        // Where another trail may record all of it, what one lacks keeps nothing from anybody.
        let is_starved = hungry.iter().any(|source| !trails.iter().any(|trail| may_feed(trail, source)));
        for trail in trails {
            let lacks_it = !hungry.iter().any(|source| may_feed(trail, source));
            let wrong = what_is_wrong(trail, &hungry).into_iter();
            rows.extend(wrong.map(|row| if lacks_it && !is_starved { another_may(row) } else { row }));
        }
        return rows;
    }
    let mut rows = Vec::new();
    for trail in trails.iter().filter(|trail| asked.iter().any(|source| feeds(trail, source))) {
        let from = if trail.home_region == *region { String::new() } else { format!(" of {}", trail.home_region) };
        rows.push(Row::good("trail", &trail.name, format!("it records {region}{from}")));
        rows.push(Row::good("trail-logging", &trail.name, "logging is on"));
        rows.push(Row::good("trail-selectors", &trail.name, RECORDED));
        // One that feeds all rules is enough; otherwise each that feeds one of them is told.
        if asked.iter().all(|source| feeds(trail, source)) {
            return rows.split_off(rows.len() - 3);
        }
    }
    rows
}

/// What the rules ask for and no trail is known to record.
fn hungry(seen: &Seen) -> BTreeSet<Source> {
    let trails = || seen.trails.iter().flatten();
    asked(seen).into_iter().filter(|source| !trails().any(|trail| feeds(trail, source))).collect()
}

fn feeds(trail: &Trail, source: &Source) -> bool {
    trail.is_logging == Ok(true) && records(trail, source) == Records::Yes
}

/// Whether a trail feeds it, as far as AWS tells.
fn may_feed(trail: &Trail, source: &Source) -> bool {
    trail.is_logging != Ok(false) && !matches!(records(trail, source), Records::No(_))
}

/// What is wrong with a trail on which nothing hangs.
fn another_may(row: Row) -> Row {
    match row.verdict {
        Verdict::Bad => {
            Row { verdict: Verdict::Note, seen: format!("{}; another trail may record it", row.seen), ..row }
        }
        _ => row,
    }
}

const RECORDED: &str = "management events that change something are recorded";

/// What the rules ask for; what our own template's rules do, where no rule is told of.
fn asked(seen: &Seen) -> BTreeSet<Source> {
    let of_rule = |rule: &crate::aws::Rule| match sources::of(rule) {
        Some(sources) => sources.into_iter().map(Source::Of).collect(),
        None => vec![Source::Unnamed { rule: rule.name.clone() }],
    };
    let asked: BTreeSet<Source> = seen.told_rules().flat_map(of_rule).collect();
    if asked.is_empty() { [Source::Of(trailhook::calls::sqs::EVENT_SOURCE.to_owned())].into() } else { asked }
}

fn what_is_wrong(trail: &Trail, hungry: &BTreeSet<Source>) -> Vec<Row> {
    let name = &trail.name;
    let logging = match &trail.is_logging {
        Err(error) => Row::not_told("trail-logging", name, error),
        Ok(true) => Row::good("trail-logging", name, "logging is on"),
        Ok(false) => Row::bad(
            "trail-logging",
            name,
            "logging is off, so no call becomes an event",
            format!("aws cloudtrail start-logging --name {name} --region {}", trail.home_region),
        ),
    };
    let mut all: Vec<Records> = hungry.iter().map(|source| records(trail, source)).collect();
    // What is wrong goes before what nobody knows, and the most particular of it before the rest.
    all.sort_by_key(|records| match records {
        Records::No(why) => (0, Some(Reverse(why.clone()))),
        Records::NobodyKnows(_) => (1, None),
        Records::Yes => (2, None),
    });
    let selectors = match all.into_iter().next().unwrap_or(Records::Yes) {
        Records::Yes => Row::good("trail-selectors", name, RECORDED),
        Records::No(why) => Row::bad(
            "trail-selectors",
            name,
            why.to_string(),
            format!(
                "aws cloudtrail put-event-selectors --trail-name {name} --region {} --event-selectors \
                 '[{{\"ReadWriteType\":\"WriteOnly\",\"IncludeManagementEvents\":true}}]' (it takes the place of all its selectors)",
                trail.home_region
            ),
        ),
        Records::NobodyKnows(why) => Row::untold(
            "trail-selectors",
            name,
            why,
            "look at the trail's event selectors: one has to let management events of that service with readOnly=false through",
        ),
    };
    // As a member account is told of its organisation's trail.
    let selectors = match &trail.selectors {
        Err(error) => Row::not_told("trail-selectors", name, error),
        Ok(_) => selectors,
    };
    vec![logging, selectors]
}
