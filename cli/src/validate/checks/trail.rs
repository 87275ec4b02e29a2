//! Whether a trail feeds the rules. The event history alone feeds none, and it is what people see in the console.
//!
//! Learned from <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html>.

use super::super::seen::Field;
use super::super::{Row, Seen, Selectors, Trail};

/// Whether a trail records what is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Records {
    Yes,
    No(&'static str),
    NobodyKnows(String),
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
    let feeding = trails.iter().find(|trail| trail.is_logging == Ok(true) && records(trail) == Records::Yes);
    if let Some(trail) = feeding {
        let from = if trail.home_region == *region { String::new() } else { format!(" of {}", trail.home_region) };
        return vec![
            Row::good("trail", &trail.name, format!("it records {region}{from}")),
            Row::good("trail-logging", &trail.name, "logging is on"),
            Row::good("trail-selectors", &trail.name, "management events that change something are recorded"),
        ];
    }
    let mut rows =
        vec![Row::good("trail", region, format!("{} of this Region", crate::show::counted(trails.len(), "trail")))];
    for trail in trails {
        rows.extend(what_is_wrong(trail));
    }
    rows
}

fn what_is_wrong(trail: &Trail) -> Vec<Row> {
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
    let selectors = match records(trail) {
        Records::Yes => Row::good("trail-selectors", name, "management events that change something are recorded"),
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
            "look at the trail's advanced event selectors: one has to let management events of SQS with readOnly=false through",
        ),
    };
    // As a member account is told of its organisation's trail.
    let selectors = match &trail.selectors {
        Err(error) => Row::not_told("trail-selectors", name, error),
        Ok(_) => selectors,
    };
    vec![logging, selectors]
}

fn records(trail: &Trail) -> Records {
    let selectors = match &trail.selectors {
        Err(error) => return Records::NobodyKnows(error.to_string()),
        Ok(selectors) => selectors,
    };
    // One that does is enough, whatever the others leave out; one that nobody can read may do it.
    let mut all = Records::No("none of its selectors records management events");
    for selector in selectors {
        match (of_selector(selector), &all) {
            (Records::Yes, _) => return Records::Yes,
            (unknown @ Records::NobodyKnows(_), _) => all = unknown,
            (no, Records::No(_)) => all = no,
            (Records::No(_), _) => {}
        }
    }
    all
}

fn of_selector(selector: &Selectors) -> Records {
    match selector {
        Selectors::Basic { management: false, .. } => Records::No("it leaves management events out"),
        Selectors::Basic { writes: false, .. } => Records::No("it records read-only calls only"),
        Selectors::Basic { .. } => Records::Yes,
        Selectors::Advanced(fields) => of_fields(fields),
    }
}

fn of_fields(fields: &[Field]) -> Records {
    for field in fields {
        let allows = |value: &str| {
            let is = field.is.is_empty() || field.is.iter().any(|one| one == value);
            is && !field.is_not.iter().any(|one| one == value)
        };
        match field.name.as_str() {
            "eventCategory" if !allows("Management") => {
                return Records::No("none of its selectors records management events");
            }
            "readOnly" if !allows("false") => return Records::No("it records read-only calls only"),
            "eventSource" if field.more => {}
            "eventSource" if !allows("sqs.amazonaws.com") => return Records::No("it leaves the calls of SQS out"),
            "eventCategory" | "readOnly" | "eventSource" => continue,
            _ => {}
        }
        if field.is.is_empty() && field.is_not.is_empty() && !field.more {
            continue;
        }
        return Records::NobodyKnows(format!(
            "an advanced selector lets through what its {} says, and no more",
            field.name
        ));
    }
    Records::Yes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, is: &[&str], is_not: &[&str]) -> Field {
        let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect();
        Field { name: name.to_owned(), is: texts(is), is_not: texts(is_not), more: false }
    }

    fn of(selectors: &[Selectors]) -> Records {
        let trail = Trail {
            name: "t".to_owned(),
            home_region: "eu-west-1".to_owned(),
            is_logging: Ok(true),
            selectors: Ok(selectors.to_vec()),
        };
        records(&trail)
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
