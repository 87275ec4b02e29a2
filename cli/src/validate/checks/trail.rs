//! Whether a trail feeds the rules. The event history alone feeds none, and it is what people see in the console.
//!
//! A trail may leave the calls of some services out, so it is judged for the event sources that the rules ask for.
//!
//! Learned from <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html>.

use super::super::seen::Field;
use super::super::{Row, Seen, Selectors, Trail};
use super::sources;
use std::collections::BTreeSet;

/// Whether a trail records what is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Records {
    Yes,
    No(String),
    NobodyKnows(String),
}

/// Whose calls are asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    /// Those of this event source.
    Of(String),
    /// Those of services that the rule does not name one by one.
    Unnamed {
        /// The rule.
        rule: String,
    },
}

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
    let asked = asked(seen);
    let feeds = |trail: &Trail, source: &Source| trail.is_logging == Ok(true) && records(trail, source) == Records::Yes;
    let hungry: BTreeSet<Source> =
        asked.iter().filter(|source| !trails.iter().any(|trail| feeds(trail, source))).cloned().collect();
    if !hungry.is_empty() {
        let mut rows =
            vec![Row::good("trail", region, format!("{} of this Region", crate::show::counted(trails.len(), "trail")))];
        for trail in trails {
            rows.extend(what_is_wrong(trail, &hungry));
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
    // What is wrong goes before what nobody knows.
    all.sort_by_key(|records| match records {
        Records::No(_) => 0,
        Records::NobodyKnows(_) => 1,
        Records::Yes => 2,
    });
    let selectors = match all.into_iter().next().unwrap_or(Records::Yes) {
        Records::Yes => Row::good("trail-selectors", name, RECORDED),
        Records::No(why) => Row::bad(
            "trail-selectors",
            name,
            why,
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

fn records(trail: &Trail, source: &Source) -> Records {
    let selectors = match &trail.selectors {
        Err(error) => return Records::NobodyKnows(error.to_string()),
        Ok(selectors) => selectors,
    };
    // One that does is enough, whatever the others leave out; one that nobody can read may do it.
    let mut all = no_management();
    for selector in selectors {
        match (of_selector(selector, source), &all) {
            (Records::Yes, _) => return Records::Yes,
            (unknown @ Records::NobodyKnows(_), _) => all = unknown,
            (no, Records::No(_)) => all = no,
            (Records::No(_), _) => {}
        }
    }
    all
}

fn of_selector(selector: &Selectors, source: &Source) -> Records {
    match (selector, source) {
        (Selectors::Basic { management: false, .. }, _) => Records::No("it leaves management events out".to_owned()),
        (Selectors::Basic { writes: false, .. }, _) => read_only(),
        (Selectors::Basic { excluded, .. }, Source::Of(source)) if excluded.contains(source) => leaves_out(source),
        (Selectors::Basic { excluded, .. }, Source::Unnamed { rule }) if !excluded.is_empty() => {
            unnamed(rule, &format!("leaves the calls of {} out", excluded.join(", ")))
        }
        (Selectors::Basic { .. }, _) => Records::Yes,
        (Selectors::Advanced(fields), _) => of_fields(fields, source),
    }
}

fn of_fields(fields: &[Field], source: &Source) -> Records {
    for field in fields {
        let asks = !field.is.is_empty() || !field.is_not.is_empty();
        let allows = |value: &str| {
            let is = field.is.is_empty() || field.is.iter().any(|one| one == value);
            is && !field.is_not.iter().any(|one| one == value)
        };
        match (field.name.as_str(), source) {
            ("eventCategory", _) if !allows("Management") => return no_management(),
            ("readOnly", _) if !allows("false") => return read_only(),
            ("eventSource", _) if field.more => {}
            ("eventSource", Source::Of(source)) if !allows(source) => return leaves_out(source),
            ("eventSource", Source::Unnamed { rule }) if asks => {
                return unnamed(rule, "chooses by eventSource");
            }
            ("eventCategory" | "readOnly" | "eventSource", _) => continue,
            _ => {}
        }
        if !asks && !field.more {
            continue;
        }
        return Records::NobodyKnows(format!(
            "an advanced selector lets through what its {} says, and no more",
            field.name
        ));
    }
    Records::Yes
}

fn no_management() -> Records {
    Records::No("none of its selectors records management events".to_owned())
}

fn read_only() -> Records {
    Records::No("it records read-only calls only".to_owned())
}

fn leaves_out(source: &str) -> Records {
    Records::No(format!("it leaves the calls of {source} out"))
}

fn unnamed(rule: &str, does: &str) -> Records {
    Records::NobodyKnows(format!(
        "it {does}, and the pattern of {rule} does not name the event sources that it asks for"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, is: &[&str], is_not: &[&str]) -> Field {
        let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect();
        Field { name: name.to_owned(), is: texts(is), is_not: texts(is_not), more: false }
    }

    fn of_source(selectors: &[Selectors], source: &Source) -> Records {
        let trail = Trail {
            name: "t".to_owned(),
            home_region: "eu-west-1".to_owned(),
            is_logging: Ok(true),
            selectors: Ok(selectors.to_vec()),
        };
        records(&trail, source)
    }

    fn of(selectors: &[Selectors]) -> Records {
        of_source(selectors, &Source::Of("sqs.amazonaws.com".to_owned()))
    }

    #[test]
    fn what_a_trail_leaves_out_is_judged_for_the_service_that_is_asked_for() {
        let kms = "kms.amazonaws.com";
        let basic = Selectors::Basic { management: true, writes: true, excluded: vec![kms.to_owned()] };
        let without = Selectors::Advanced(vec![field("eventSource", &[], &[kms])]);
        let only = Selectors::Advanced(vec![field("eventSource", &[kms], &[])]);
        let source = |name: &str| Source::Of(name.to_owned());
        let unnamed = Source::Unnamed { rule: "r".to_owned() };
        for leaves_out in [basic, without] {
            let leaves_out = std::slice::from_ref(&leaves_out);
            assert_eq!(of_source(leaves_out, &source("iam.amazonaws.com")), Records::Yes);
            let no = Records::No("it leaves the calls of kms.amazonaws.com out".to_owned());
            assert_eq!(of_source(leaves_out, &source(kms)), no);
            assert!(
                matches!(of_source(leaves_out, &unnamed), Records::NobodyKnows(why) if why.contains("of r does not name"))
            );
        }
        let only = std::slice::from_ref(&only);
        assert_eq!(of_source(only, &source(kms)), Records::Yes);
        assert!(matches!(of_source(only, &source("iam.amazonaws.com")), Records::No(_)));
        let all = Selectors::Basic { management: true, writes: true, excluded: Vec::new() };
        assert_eq!(of_source(&[all], &unnamed), Records::Yes, "one that leaves nothing out records all");
    }

    #[test]
    fn what_records_calls_that_change_something_feeds_the_rules() {
        let basic = |management, writes| Selectors::Basic { management, writes, excluded: Vec::new() };
        let management = || field("eventCategory", &["Management"], &[]);
        let advanced = |more: Vec<Field>| Selectors::Advanced([vec![management()], more].concat());
        assert_eq!(of(&[basic(true, true)]), Records::Yes);
        assert_eq!(of(&[basic(false, true), basic(true, true)]), Records::Yes);
        assert_eq!(of(&[advanced(vec![])]), Records::Yes);
        assert_eq!(of(&[advanced(vec![field("readOnly", &["false"], &[])])]), Records::Yes);
        assert_eq!(of(&[advanced(vec![field("eventSource", &[], &["kms.amazonaws.com"])])]), Records::Yes);
        let no: [&[Selectors]; 6] = [
            &[],
            &[basic(false, true)],
            &[basic(true, false)],
            &[Selectors::Advanced(vec![field("eventCategory", &["Data"], &[])])],
            &[advanced(vec![field("readOnly", &["true"], &[])])],
            &[advanced(vec![field("eventSource", &[], &["sqs.amazonaws.com"])])],
        ];
        for selectors in no {
            assert!(matches!(of(selectors), Records::No(_)), "{selectors:?}");
        }
        let narrow = advanced(vec![field("userIdentity.arn", &["arn:aws:iam::111122223333:user/bob"], &[])]);
        assert!(matches!(of(std::slice::from_ref(&narrow)), Records::NobodyKnows(_)));
        assert!(matches!(of(&[narrow.clone(), basic(true, false)]), Records::NobodyKnows(_)));
        assert_eq!(of(&[narrow, basic(true, true)]), Records::Yes);
    }
}
